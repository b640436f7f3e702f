import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { topics } from '../../core/bus/bus.ts'
import { EmbeddedBusConfig } from '../../core/bus/config.ts'
import { openEmbedded } from '../../core/bus/embedded.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { IntakeError, StoreError } from '../../core/kit/errors.ts'
import { silentLog } from '../../core/kit/log.ts'
import { blockOf, eventsBatch, logsBatch, samplesBatch, startAt } from '../batches.fixture.ts'
import { intakeLimits } from '../config.ts'
import { gatewayEvents } from '../events.ts'
import { readBatch } from '../read-batch.ts'
import { createIntake } from './intake.ts'

type Handler = Parameters<ReturnType<typeof openEmbedded>['subscribe']>[2]

async function bench(limits: object = {}, handle?: Handler) {
  const clock = manualClock(startAt)
  const signal = new AbortController().signal
  const registry = new Registry()
  const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded', capacity: 1 }), {
    ...{ clock, signal, log: silentLog },
  })
  const published: { topic: string; key: string; batch: unknown }[] = []
  for (const topic of topics) {
    await bus.subscribe(topic, 'test', async (records) => {
      await handle?.(records)
      for (const { key, value } of records) {
        const read = readBatch(JSON.parse(Buffer.from(value).toString()))
        if (!read.ok) throw new Error(read.because)
        published.push({ topic, key, batch: read.batch })
      }
    })
  }
  const intake = createIntake({
    ...{ bus, clock, limits: intakeLimits.parse(limits) },
    events: gatewayEvents({ log: silentLog, registry, clock }),
  })
  return { clock, intake, published, registry }
}

const refusalOf = async (accepting: Promise<unknown>) => {
  const error = await accepting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof IntakeError)) throw error
  const { status, message, retryAfterMs } = error
  return { status, message, retryAfterMs }
}

describe('createIntake', () => {
  test('publishes a batch as one record of its agent, and acknowledges it', async () => {
    const { intake, published, registry } = await bench()
    const samples = samplesBatch([1, null])
    const events = eventsBatch(['boom'], { seq: 2 })
    const ack = { agent: 'lab-agent', epoch: 7, lane: 'live' }
    expect(await intake.accept(samples)).toEqual({ ...ack, seq: 1 })
    expect(await intake.accept(events)).toEqual({ ...ack, seq: 2 })
    expect(published).toEqual([
      { topic: 'weir.samples', key: 'lab-agent', batch: samples },
      { topic: 'weir.events', key: 'lab-agent', batch: events },
    ])
    expect(await registry.metrics()).toContain('weir_intake_batches_total{kind="samples"} 1')
  })

  const { blocks: _, ...noBlocks } = { blocks: [], ...samplesBatch([1]) }
  const [subtask] = blockOf([1]).subjects
  const beyond = { ...blockOf([1]), subjects: [{ ...subtask, subtask: 2 ** 32 }] }
  const unnamed = { ...blockOf([1]), subjects: [{ kind: 'job', job: 'orders', run: 'r' }] }
  test.each<[string, unknown, number, string]>([
    ['nothing', undefined, 400, 'A batch must be a JSON object.'],
    ['a list', [samplesBatch([1])], 400, 'A batch must be a JSON object.'],
    [
      'a newer version',
      { ...samplesBatch([1]), v: 7 },
      400,
      'Agent "lab-agent" speaks batch version 7; this gateway speaks 1: upgrade this gateway.',
    ],
    [
      'an older version',
      { v: 0 },
      400,
      'The sender speaks batch version 0; this gateway speaks 1: upgrade the agent.',
    ],
    [
      'no version',
      { agent: 'x\u001b[2J' },
      400,
      'Agent "x\\u001b[2J" does not say in "v" which batch version it speaks; this gateway speaks 1.',
    ],
    [
      'a missing part',
      noBlocks,
      400,
      'The batch has 1 problem: blocks: Invalid input: expected array, received undefined.',
    ],
    [
      'a value that is no number',
      samplesBatch([1, Number.NaN]),
      400,
      'The batch has 1 problem: blocks.0.columns.recordsIn: must be an array of finite numbers and nulls, but [1] is NaN.',
    ],
    [
      'a column that is too short',
      {
        ...samplesBatch([1, 2]),
        blocks: [{ ...blockOf([1, 2]), subjects: blockOf([1]).subjects }],
      },
      400,
      'The batch has 1 problem: blocks.0: every column must have one value (or null) per subject.',
    ],
    [
      'an unknown field',
      { ...samplesBatch([1]), tenant: 'x' },
      400,
      'The batch has 1 problem: the batch: Unrecognized key: "tenant".',
    ],
    [
      'many problems: the first five are told',
      { ...samplesBatch([1]), blocks: Array.from({ length: 9 }, () => blockOf([Number.NaN])) },
      400,
      `The batch has 9 problems: ${[0, 1, 2, 3, 4].map((i) => `blocks.${i}.columns.recordsIn: must be an array of finite numbers and nulls, but [0] is NaN`).join('; ')}; and 4 more.`,
    ],
    [
      'a job without a proper name',
      { ...samplesBatch([1]), blocks: [unnamed] },
      400,
      'The job "orders" is not named cluster/namespace/name, each part percent-encoded.',
    ],
    [
      'a subtask that the store would take for another',
      { ...samplesBatch([1]), blocks: [beyond] },
      400,
      'There is no subtask 4294967296 with attempt 0; both are at most 4294967295.',
    ],
    [
      'a clock that is two hours ahead',
      samplesBatch([1], { at: startAt + 7_200_000 }),
      400,
      "The batch tells of a moment 7200000 ms ahead of this gateway's clock; at most 3600000 ms are taken. Set the clocks of both machines.",
    ],
    [
      'too many subjects',
      samplesBatch(Array.from({ length: 11 }, () => 1)),
      413,
      'The batch has 11 subjects; at most 10 are taken. Split it.',
    ],
    [
      'a text that is too long',
      eventsBatch(['x'.repeat(1_001)]),
      413,
      'A text in the batch has 1029 characters; at most 1000 are taken. Shorten it.',
    ],
    [
      'too many bytes',
      eventsBatch(Array.from({ length: 40 }, () => 'x'.repeat(100))),
      413,
      'The batch has 17149 bytes as JSON; at most 10000 are taken. Split it.',
    ],
  ])('refuses %s', async (_, value, status, message) => {
    const { intake, published } = await bench({
      maxSubjects: 10,
      maxTextLength: 1_000,
      maxBatchBytes: 10_000,
    })
    expect(await refusalOf(intake.accept(value))).toEqual({
      ...{ status, message },
      retryAfterMs: undefined,
    })
    expect(published).toEqual([])
  })

  test('control characters and half surrogate pairs are text', async () => {
    const { intake, published } = await bench()
    const hostile = '\u0000\u001b[31m</script>\\ud83d \\\ud83d "\u202e\r\n'
    await intake.accept(eventsBatch([hostile]))
    const kept = hostile.replace('\ud83d', '\ufffd')
    expect(published.map(({ batch }) => batch)).toEqual([eventsBatch([kept])])
  })

  test.each([
    ['passes on the very text it was read from', 'plain, 中文, \\n', 'plain, 中文, \n'],
    ['writes it anew where an escape may be half a pair', 'a\\uD83Db', 'a\ufffdb'],
    ['leaves a whole pair whole', 'a\\uD83D\\uDE00b', 'a😀b'],
  ])('%s', async (_, written, kept) => {
    const { intake, published } = await bench()
    const text = JSON.stringify(eventsBatch(['MESSAGE'])).replaceAll('MESSAGE', written)
    await intake.accept(JSON.parse(text), undefined, Buffer.from(text))
    expect(published.map(({ batch }) => batch)).toEqual([eventsBatch([kept])])
  })

  test('a line that says a time to come is taken, at the time of its arrival', async () => {
    const { intake, published } = await bench()
    await intake.accept(logsBatch([startAt - 5_000, startAt + 86_400_000]))
    expect(published.map(({ topic, batch }) => [topic, batch])).toMatchObject([
      [
        'weir.logs',
        {
          blocks: [
            {
              lines: [
                { at: startAt - 5_000, timed: 'line' },
                { at: startAt, timed: 'read' },
              ],
            },
          ],
        },
      ],
    ])
  })

  test('429 while the bus is full, and the sender learns when to come again', async () => {
    let release = () => {}
    const stuck = new Promise<void>((resolve) => {
      release = resolve
    })
    const { intake } = await bench({ retryAfterMs: 1_500 }, () => stuck)
    const first = intake.accept(samplesBatch([1]))
    expect(await refusalOf(intake.accept(samplesBatch([1], { seq: 2 })))).toEqual({
      status: 429,
      message:
        'The gateway is behind and takes nothing more for a moment; keep the batch and send it again.',
      retryAfterMs: 1_500,
    })
    release()
    expect(await first).toMatchObject({ seq: 1 })
  })

  test('503 while nobody behind the bus can take the batch', async () => {
    const { clock, intake, published } = await bench({}, async () => {
      throw new StoreError('disk full', { retriable: true })
    })
    const refusal = refusalOf(intake.accept(samplesBatch([1])))
    await clock.advance(60_000)
    expect(await refusal).toEqual({
      status: 503,
      message: 'The gateway cannot pass batches on for a moment; keep the batch and send it again.',
      retryAfterMs: 2_000,
    })
    expect(published).toEqual([])
  })
})
