import { appendFileSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../core/kit/clock.ts'
import { createLog, silentLog } from '../core/kit/log.ts'
import { createScope, type Scope } from '../core/kit/scope.ts'
import { createLineReader } from '../core/logs/reader.ts'
import { createRedactor } from '../core/logs/redact.ts'
import { createTemplates } from '../core/logs/templates.ts'
import type { StoredLine } from '../core/model/logs.ts'
import { logServiceConfig } from './config.ts'
import type { Ship } from './deliver/delivery.ts'
import { type LogServiceDeps, startLogService } from './start.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-log-service-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let runs = 0
let folder = ''
let scopes: Scope[] = []
afterEach(async () => {
  for (const scope of scopes) await scope.close(5_000)
  scopes = []
})

const shared = { redactor: createRedactor(), templates: createTemplates() }
function fresh(): string {
  folder = join(root, String(++runs))
  mkdirSync(join(folder, 'pods'), { recursive: true })
  return folder
}

async function start(ship: Ship, more: object = {}, deps: Partial<LogServiceDeps> = {}) {
  const scope = createScope('test')
  scopes.push(scope)
  const config = logServiceConfig.parse({
    ...{ node: 'n1', folder: join(folder, 'state'), scanEveryMs: 200, api: { port: 0 } },
    pods: { cluster: 'prod', root: join(folder, 'pods') },
    ...more,
  })
  const service = await startLogService(
    config,
    {
      ...{ ship, clock: systemClock, log: silentLog, registry: new Registry() },
      openReader: ({ format, startAt }) =>
        createLineReader({ format, startAt, ...shared, readAt: () => Date.now() }),
      ...deps,
    },
    scope,
  )
  return { ...service, stop: () => scope.close(5_000) }
}

async function linesOf(url: string, query: string): Promise<readonly StoredLine[]> {
  return JSON.parse(await (await fetch(`${url}/api/v1/logs?${query}`)).text()).items
}

/** Asks again until it is so. */
async function until<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask()
    if (isSo(value)) return value
    await setTimeout(20)
  }
}

const cri = (text: string) => `2026-01-05T10:11:12.345678901Z stdout F ${text}\n`
const flink = (level: string, text: string) =>
  `2026-01-05 10:11:12,345 ${level.padEnd(5)} org.apache.flink.runtime.taskmanager.Task [] - ${text}`

describe('the log service of a node', () => {
  test('a pod dies and its folder goes; its last line and stack are there, with the gateway away', async () => {
    fresh()
    const { url } = await start(() => Promise.reject(new Error('the gateway is away')))
    const pod = join(folder, 'pods', 'flink_orders-taskmanager-1-1_uid-1', 'main')
    mkdirSync(pod, { recursive: true })
    writeFileSync(join(pod, '0.log'), cri(flink('INFO', 'started')))
    await until(
      () => linesOf(url, 'pod=orders-taskmanager-1-1'),
      (lines) => lines.length === 1,
    )
    appendFileSync(
      join(pod, '0.log'),
      [
        flink('ERROR', 'FATAL - exception in task, password=hunter2secret'),
        'java.lang.OutOfMemoryError: Java heap space',
        '\tat com.example.Job.map(Job.java:7)',
      ]
        .map(cri)
        .join(''),
    )
    rmSync(join(folder, 'pods', 'flink_orders-taskmanager-1-1_uid-1'), { recursive: true })
    const [last] = await until(
      () => linesOf(url, 'pod=orders-taskmanager-1-1'),
      (lines) => lines.length === 2,
    )
    expect(last).toMatchObject({
      ...{ owner: 'prod', pod: 'orders-taskmanager-1-1', attempt: 0 },
      line: { level: 'ERROR', exception: 'java.lang.OutOfMemoryError', stream: 'stdout' },
    })
    expect(JSON.stringify(last)).not.toContain('hunter2secret')
    const lives = JSON.parse(await (await fetch(`${url}/api/v1/logs/lives`)).text())
    expect(lives.items).toMatchObject([
      { pod: 'orders-taskmanager-1-1', podUid: 'uid-1', lines: 2 },
    ])
  })

  test('a log that lives shorter than a scan is seen by the system’s own notice', async () => {
    fresh()
    const pod = join(folder, 'pods', 'flink_tm_uid-1', 'main')
    mkdirSync(pod, { recursive: true })
    const { url } = await start(async () => {}, { scanEveryMs: 2_000 })
    await setTimeout(100)
    for (let attempt = 0; attempt < 5; attempt++) {
      const path = join(pod, `${attempt}.log`)
      writeFileSync(path, cri(flink('INFO', `attempt ${attempt}`)))
      // As soon as the loop could hear of it.
      await setTimeout(30)
      unlinkSync(path)
    }
    const lines = await until(
      () => linesOf(url, 'pod=tm&towards=newer'),
      (found) => found.length === 5,
    )
    expect(new Set(lines.map((line) => line.attempt))).toEqual(new Set([0, 1, 2, 3, 4]))
  })

  test('after a stop it goes on where it was, sends nothing twice, and forgets nothing', async () => {
    fresh()
    const sent: string[] = []
    const ship: Ship = async (events) => {
      sent.push(...events.flatMap(({ lines }) => lines.map(({ message }) => message)))
    }
    const pod = join(folder, 'pods', 'flink_tm_uid-1', 'main')
    mkdirSync(pod, { recursive: true })
    writeFileSync(join(pod, '0.log'), cri(flink('INFO', 'one')))
    const first = await start(ship)
    await until(
      async () => sent,
      (all) => all.length === 1,
    )
    await first.stop()
    appendFileSync(join(pod, '0.log'), cri(flink('INFO', 'two')))
    const second = await start(ship)
    await until(
      async () => sent,
      (all) => all.length === 2,
    )
    expect(sent).toEqual(['one', 'two'])
    const lines = await linesOf(second.url, 'pod=tm&towards=newer')
    expect(lines.map(({ line }) => line.message)).toEqual(['one', 'two'])
  })

  test('its numbers are shown, of lag only the logs that are furthest behind', async () => {
    fresh()
    const { url } = await start(async () => {})
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const name of [
      'weir_logs_files',
      'weir_logs_unread_bytes',
      'weir_logs_truncations_total',
      'weir_logs_archive_cut_events_total{acknowledged="no"}',
      'weir_logs_gaps',
    ]) {
      expect(text).toContain(`${name} 0`)
    }
  })

  test('the first catch-up is told', async () => {
    fresh()
    const told: string[] = []
    const log = createLog({ level: 'info', format: 'json', write: (line) => told.push(line) })
    const pod = join(folder, 'pods', 'flink_tm_uid-1', 'main')
    mkdirSync(pod, { recursive: true })
    const line = cri(flink('INFO', 'x'.repeat(16_000)))
    writeFileSync(join(pod, '0.log'), line.repeat(Math.ceil(80e6 / line.length)))
    await start(async () => {}, {}, { log })
    await until(
      async () => told.join(''),
      (text) => text.includes('The logs of before are read.'),
    )
    expect(told.join('')).toContain('Logs of before are read first')
  })
})

describe('is refused', () => {
  test('with nothing to follow', async () => {
    fresh()
    await expect(start(async () => {}, { pods: undefined })).rejects.toThrow(
      'there is nothing to follow',
    )
  })

  test('beyond loopback without a token', async () => {
    fresh()
    await expect(start(async () => {}, { api: { host: '0.0.0.0', port: 0 } })).rejects.toThrow(
      'needs tokens',
    )
  })

  test('over a folder that cannot be', async () => {
    fresh()
    writeFileSync(join(folder, 'state'), 'a file')
    await expect(start(async () => {})).rejects.toThrow('logs.folder')
  })
})

test.each([
  [
    { flink: [{ cluster: 'c', root: '/logs', folders: '{namespace}/{unknown}' }] },
    'must be folders',
  ],
  [{ folders: [{ cluster: 'c' }] }, 'root'],
  [{ scanEveryMs: 5_000 }, 'scanEveryMs'],
  [{ archive: { maxBytes: 10 } }, 'maxBytes'],
  [{ paths: ['/var/log'] }, 'paths'],
])('the configuration %j is refused', (config, why) => {
  const result = logServiceConfig.safeParse(config)
  expect(JSON.stringify(result.error?.issues)).toContain(why)
})
