import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { firstFault } from '../../core/logs/first-fault.ts'
import { knownSignatures, signatureOf, signatures } from '../../core/logs/signatures/known.ts'
import type { LogLine } from '../../core/model/logs.ts'
import { eventsOf, filesOf } from './recorded.ts'

/** Whole recordings, and of those that the repository has no room for the lines of their logs. */
const folders = ['../recordings', '../fixtures/logs/recorded'].map((path) =>
  join(import.meta.dirname, path),
)

const recordings = folders
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.ndjson.gz'))
  .map((path) => ({
    name: basename(path, '-a.ndjson.gz'),
    files: [...filesOf(path).values()].map((text) => ({ text, events: eventsOf(text) })),
  }))
const events = recordings.flatMap(({ files }) => files.flatMap((file) => file.events))

test('level, logger and time of at least 99.5 % of the events of real Flink and Kafka are read', () => {
  const share = (has: (event: LogLine) => boolean) => events.filter(has).length / events.length
  const shares = {
    level: share(({ level }) => level !== undefined),
    logger: share(({ logger }) => logger !== undefined),
    time: share(({ timed }) => timed === 'line'),
  }
  process.stdout.write(
    `logs of ${recordings.length} recordings: ${events.length} events, ${Object.entries(shares)
      .map(([field, of]) => `${field} ${(of * 100).toFixed(2)} %`)
      .join(', ')}\n`,
  )
  expect(events.length).toBeGreaterThan(5_000)
  for (const of of Object.values(shares)) expect(of).toBeGreaterThanOrEqual(0.995)
})

test('every byte of a file belongs to exactly one event, and every line that looks like a head begins one', () => {
  for (const { files } of recordings) {
    for (const { text, events: own } of files) {
      let next = 0
      for (const { offset, bytes } of own) {
        expect(offset).toBe(next)
        next = offset + bytes
      }
      expect(next).toBe(Buffer.byteLength(text))
      const heads = text
        .split('\n')
        .filter((line) => /^\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/.test(line))
      // A recording begins wherever a log stood, which may be inside a stack.
      expect(own.length - heads.length).toBeLessThanOrEqual(1)
    }
  }
})

test('every stack is apart from its message, and every trace names its exception', () => {
  const frames = /^\s+at [\w$.]+[./]/m
  const wrong = events.filter(({ message, stack, exception }) => {
    if (frames.test(message)) return true
    return stack !== undefined && frames.test(stack) && exception === undefined
  })
  expect(wrong.map(({ message }) => message)).toEqual([])
  expect(events.filter(({ stack }) => stack !== undefined).length).toBeGreaterThan(350)
})

test('every signature that stands in a recording is found in its event, and none is made up', () => {
  for (const { files } of recordings) {
    for (const { message, stack, frame, signature } of files.flatMap((file) => file.events)) {
      const event = stack === undefined ? message : `${message}\n${stack}`
      const stands = signatures.filter(
        ({ inUserCode, texts }) =>
          (!inUserCode || frame !== undefined) && texts.some(([, text]) => text.test(event)),
      )
      const ids = stands.map(({ id }) => id).sort()
      expect([...knownSignatures.findAll(message, stack, frame)].sort()).toEqual(ids)
      expect(signature === undefined ? ids : [signature]).toEqual(
        signature === undefined ? [] : expect.arrayContaining([ids.find((id) => id === signature)]),
      )
    }
  }
})

/** What the lab did to each job, as its logs tell it: signatures graver than information. */
const told: Readonly<Record<string, readonly string[]>> = {
  'async-slow': ['cp-failed-n'],
  'cancel-stuck': ['association-failed', 'cancel-stuck', 'cancel-watchdog', 'cp-failed-n'],
  'checkpoint-async': ['cp-failed-n'],
  'checkpoint-dir': ['cp-failed-n'],
  'checkpoint-expiry': ['cp-expired', 'cp-late'],
  'checkpoint-sync': ['cp-failed-n'],
  'cpu-bound': ['cp-failed-n'],
  'heap-leak': ['cp-failed-n', 'tm-heartbeat'],
  'job-failed': ['npe-user'],
  'kafka-down': ['k-commit', 'k-node'],
  'kafka-skew': ['cp-failed-n'],
  'keyed-skew': ['cp-failed-n'],
  'network-buffers': ['net-buffers', 'net-usage-warn', 'task-failed-tm'],
  'no-slots': ['no-resources', 'requirements-unmet'],
  oom: ['oom-heap'],
  'poison-record': ['deser'],
  rescale: ['cp-failed-n'],
  'restart-loop': ['task-failed-tm'],
  'slow-join': ['cp-failed-n'],
  'slow-sink': ['cp-failed-n'],
  'slow-taskmanager': ['cp-failed-n'],
  stuck: ['cp-expired', 'cp-failed-n'],
  'tm-frozen': ['ask-timeout', 'cp-failed-n', 'jm-heartbeat', 'tm-heartbeat'],
  'tm-killed': ['association-failed', 'connect-failed', 'remote-closed', 'tm-unreachable'],
}

test.each(recordings)(
  'the log of $name tells what the lab did, and nothing else',
  ({ name, files }) => {
    const ids = files.flatMap((file) => file.events.flatMap(({ signature }) => signature ?? []))
    const grave = ids.filter((id) => signatureOf(id)?.severity !== 'information')
    expect([...new Set(grave)].sort()).toEqual(told[name] ?? [])
  },
)

test('the first fault of each job that failed is what the lab did', () => {
  const found = recordings.flatMap(({ name, files }) => {
    const all = files.flatMap((file) => file.events)
    const failed = all.some(
      ({ signature, message }) =>
        signature === 'job-state' && /RUNNING to (?:FAIL|RESTART)/.test(message),
    )
    if (!failed) return []
    const { basis, line } = firstFault(all) ?? {}
    return [[name, [basis, line?.signature, line?.rootCause, line?.frame]]]
  })
  expect(Object.fromEntries(found)).toEqual({
    'heap-leak': ['cause', 'tm-heartbeat', undefined, undefined],
    'job-failed': [
      'cause',
      'npe-user',
      'java.lang.NullPointerException',
      'lab.Behaviour.failure(Behaviour.java:135)',
    ],
    'network-buffers': ['cause', 'net-buffers', 'java.io.IOException', undefined],
    'no-slots': [
      'cause',
      'no-resources',
      'org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException',
      undefined,
    ],
    oom: [
      'cause',
      'oom-heap',
      'java.lang.OutOfMemoryError',
      'lab.Behaviour.onRecord(Behaviour.java:84)',
    ],
    'poison-record': [
      'cause',
      'deser',
      'java.lang.NumberFormatException',
      'lab.Ev.parse(Ev.java:23)',
    ],
    'restart-loop': [
      'job-code',
      'task-failed-tm',
      'java.lang.IllegalStateException',
      'lab.Behaviour.failure(Behaviour.java:145)',
    ],
    'tm-frozen': ['cause', 'tm-heartbeat', undefined, undefined],
    // Who is killed writes nothing; the cause is the exit of the process.
    'tm-killed': [
      'echo',
      'remote-closed',
      'org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException',
      undefined,
    ],
  })
})

test('the same lines behind the prefix of a container runtime give the same events', () => {
  for (const { files } of recordings.filter((_, index) => index % 4 === 0)) {
    for (const { text, events: own } of files) {
      const wrapped = text
        .split('\n')
        .slice(0, -1)
        .map((line) =>
          (line.match(/.{1,100}/g) ?? [''])
            .map(
              (part, i, parts) =>
                `2026-11-20T20:00:00.000000000Z stdout ${i + 1 < parts.length ? 'P' : 'F'} ${part}\n`,
            )
            .join(''),
        )
        .join('')
      const brief = ({
        message,
        stack,
        level,
        logger,
        at,
        template,
        signature,
        frame,
      }: LogLine) => ({ message, stack, level, logger, at, template, signature, frame })
      // Lines that no head precedes have the runtime's time instead of none.
      expect(
        eventsOf(wrapped, 'cri')
          .map(brief)
          .filter(({ level }) => level),
      ).toEqual(own.map(brief).filter(({ level }) => level))
    }
  }
})

test('nothing is taken out of what Flink and Kafka wrote', () => {
  expect(events.filter(({ redacted }) => redacted !== undefined)).toEqual([])
})

test('templates are few beside lines', () => {
  const ids = new Set(events.map(({ template }) => template))
  process.stdout.write(`${ids.size} templates of ${events.length} events\n`)
  expect(ids.size).toBeLessThan(events.length / 40)
})
