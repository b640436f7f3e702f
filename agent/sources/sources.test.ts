import { describe, expect, test } from 'vitest'
import { Batch, type Payload } from '../../core/api/batch.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import { createSources } from './index.ts'
import { type MadeRun, madeJobManager } from './jobmanager.fixture.ts'

const AT = 1_790_000_000_000
const run = (id: string, name: string, over: Partial<MadeRun> = {}): MadeRun => ({
  id,
  name,
  state: 'RUNNING',
  startedAt: AT - 60_000,
  counters: [5_000, 40_000, 5_000, 700],
  ...over,
})

/** A made-up JobManager and one look of every source at it. */
function lab(...runs: readonly MadeRun[]) {
  const clock = manualClock(AT)
  const flink = madeJobManager(clock.now)
  flink.runs.push(...runs)
  const sources = createSources(
    { name: 'lab', namespace: '-' },
    { rest: flink.transport, scrapes: [] },
    { clock, log: silentLog },
  )
  const signal = new AbortController().signal
  const look = async () => {
    const payloads: Payload[] = []
    for (const source of sources) payloads.push(...(await source.poll(signal)))
    payloads.forEach((payload, index) => {
      Batch.parse({
        v: 1,
        agent: 'a',
        epoch: 1,
        lane: 'live',
        seq: index + 1,
        sentAt: AT,
        ...payload,
      })
    })
    return payloads
  }
  return { clock, flink, look }
}

const eventsOf = (payloads: readonly Payload[]): readonly FlinkEvent[] =>
  payloads.flatMap((payload) => (payload.kind === 'events' ? payload.events : []))
const typesOf = (payloads: readonly Payload[]) => eventsOf(payloads).map(({ type }) => type)
const countersIn = (payloads: readonly Payload[]) =>
  payloads
    .flatMap((payload) => (payload.kind === 'samples' ? payload.blocks : []))
    .filter((block) => 'busyMs' in block.columns)

describe('what a JobManager says', () => {
  test('is told once, and again when it changes', async () => {
    const { clock, flink, look } = lab(run('r1', 'orders'))
    expect(typesOf(await look()).sort()).toEqual([
      'cluster',
      'config',
      'placement',
      'placement',
      'run',
      'taskmanager',
      'taskmanager',
      'topology',
    ])
    await clock.advance(5_000)
    expect(typesOf(await look())).toEqual([])
    flink.taskmanagers.delete('tm-2')
    await clock.advance(5_000)
    expect(eventsOf(await look())).toMatchObject([
      { type: 'taskmanager', id: 'tm-2', state: 'gone' },
    ])
  })

  test('the same moment twice is no second sample', async () => {
    const { look } = lab(run('r1', 'orders'))
    expect(countersIn(await look())).toHaveLength(2)
    expect(countersIn(await look())).toHaveLength(0)
  })

  test('counters that are "NaN" or all zero are no sample', async () => {
    const { look } = lab(run('r1', 'orders', { counters: ['NaN', 0, 0, 0] }))
    expect(countersIn(await look())).toEqual([])
  })

  test('secrets of its configuration never leave the agent', async () => {
    const { look } = lab(run('r1', 'orders'))
    expect(JSON.stringify(await look())).not.toContain('hunter2')
  })
})

test('the parameters of a job are told with the options of its cluster', async () => {
  const { look } = lab(run('r1', 'orders'))
  const config = eventsOf(await look()).find(({ type }) => type === 'config')
  expect(config).toMatchObject({
    values: {
      'parallelism.default': '1',
      'pipeline.global-job-parameters.kafka.bootstrap.servers': 'k1:9092',
      'pipeline.global-job-parameters.db.password': '******',
    },
  })
})

describe('names of jobs', () => {
  test.each([
    ['<img onerror>', 'lab/-/%3Cimg%20onerror%3E'],
    ['订单/汇总', 'lab/-/%E8%AE%A2%E5%8D%95%2F%E6%B1%87%E6%80%BB'],
    ['x'.repeat(5_000), `lab/-/${'x'.repeat(255)}`],
  ])('%s is one path', async (name, job) => {
    const { look } = lab(run('r1', name))
    expect(eventsOf(await look()).find(({ type }) => type === 'run')).toMatchObject({ job })
  })

  test('two live jobs of one name are told apart, a redeploy keeps the name', async () => {
    const { clock, flink, look } = lab(run('1111111122', 'orders'), run('2222222233', 'orders'))
    const jobs = (payloads: readonly Payload[]) =>
      eventsOf(payloads).flatMap((e) => (e.type === 'run' ? [e.job] : []))
    expect(jobs(await look())).toEqual(['lab/-/orders~11111111', 'lab/-/orders~22222222'])
    for (const one of flink.runs) Object.assign(one, { state: 'CANCELED', endedAt: AT })
    flink.runs.push(run('3333333344', 'orders', { startedAt: AT }))
    await clock.advance(5_000)
    expect(jobs(await look())).toContain('lab/-/orders')
  })
})

describe('a JobManager that goes away', () => {
  test('is unreachable with a reason, once, and comes back by itself with new runs', async () => {
    const { clock, flink, look } = lab(run('r1', 'orders'))
    await look()
    flink.answer(false)
    await clock.advance(5_000)
    expect(eventsOf(await look())).toMatchObject([
      {
        type: 'cluster',
        state: 'unreachable',
        reason: expect.stringContaining('connection refused'),
      },
    ])
    await clock.advance(5_000)
    expect(eventsOf(await look())).toEqual([])
    flink.answer(true)
    flink.runs.splice(0, 1, run('r2', 'orders', { startedAt: AT + 8_000 }))
    await clock.advance(5_000)
    const back = eventsOf(await look())
    expect(back[0]).toMatchObject({ type: 'cluster', state: 'reachable' })
    expect(back.find(({ type }) => type === 'run')).toMatchObject({
      run: 'r2',
      job: 'lab/-/orders',
    })
  })

  test('jobs that had ended before anybody looked are history, a fresh failure is news', async () => {
    const { look } = lab(
      run('r1', 'old', { state: 'CANCELED', endedAt: AT - 1_000 }),
      run('r2', 'broken', { state: 'FAILED', endedAt: AT - 1_000 }),
      run('r3', 'replaced', { state: 'FAILED', endedAt: AT - 1_000 }),
      run('r4', 'replaced', { startedAt: AT - 500 }),
    )
    expect(
      eventsOf(await look()).flatMap((e) => (e.type === 'run' ? [`${e.run} ${e.state}`] : [])),
    ).toEqual(['r2 FAILED', 'r4 RUNNING'])
  })
})

test('a quiet job costs few requests, and none that triggers work on TaskManagers', async () => {
  const { clock, flink, look } = lab(run('r1', 'orders'))
  await look()
  flink.asked.length = 0
  await clock.advance(5_000)
  await look()
  expect(flink.asked.length).toBeLessThanOrEqual(12)
  expect(
    flink.asked.filter((path) => /flamegraph|thread-dump|backpressure|profiler/.test(path)),
  ).toEqual([])
})
