import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import type { Payload } from '../api/batch.ts'
import { manualClock } from '../kit/clock.ts'
import { silentLog } from '../kit/log.ts'
import { createScope } from '../kit/scope.ts'
import { OWN_NUMBERS_MS, ownNumbers, shipOwnNumbers } from './own-numbers.ts'

function filled(): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Counter({ name: 'weir_ship_lost_total', help: 'x', labelNames: ['reason'], registers }).inc(
    { reason: 'cut' },
    3,
  )
  new Gauge({ name: 'weir_ship_waiting_batches', help: 'x', registers }).set(2)
  new Gauge({ name: 'weir_nothing_yet', help: 'x', registers }).set(Number.NaN)
  new Gauge({ name: 'weir_job_health_score', help: 'x', labelNames: ['job'], registers }).set(
    { job: 'a/-/b' },
    7,
  )
  new Gauge({ name: 'nodejs_heap', help: 'x', registers }).set(1)
  new Histogram({ name: 'weir_took_ms', help: 'x', registers }).observe(1)
  const many = new Gauge({
    name: 'weir_logs_lag_bytes',
    help: 'x',
    labelNames: ['path'],
    registers,
  })
  for (let path = 0; path < 51; path++) many.set({ path: `${path}` }, 1)
  return registry
}

test('tells what a process counts of itself: no job’s numbers, nobody else’s, no long lists', async () => {
  const told = await ownNumbers(filled())
  expect(told.map(({ metric, type, labels }) => [metric, type, labels])).toEqual([
    ['weir_process_rss_bytes', 'gauge', {}],
    ['weir_process_cpu_seconds_total', 'counter', {}],
    ['weir_ship_lost_total', 'counter', { reason: 'cut' }],
    ['weir_ship_waiting_batches', 'gauge', {}],
  ])
  expect(told.slice(2).map(({ value }) => value)).toEqual([3, 2])
})

test('ships them every half minute under the name of the part, until the scope closes', async () => {
  const clock = manualClock(1_000_000)
  const scope = createScope('test')
  const shipped: Payload[] = []
  const ship = (payload: Payload) => void shipped.push(payload)
  const part = { part: 'agent', instance: 'node-7' }
  shipOwnNumbers({ ...part, registry: filled(), ship, clock, log: silentLog }, scope)
  await clock.advance(2 * OWN_NUMBERS_MS)
  await scope.close(1_000)
  await clock.advance(OWN_NUMBERS_MS)
  expect(
    shipped.flatMap((payload) =>
      payload.kind === 'series' ? payload.blocks.map(({ cluster, via }) => [cluster, via]) : [],
    ),
  ).toEqual(Array(3).fill(['weir/agent/node-7', 'weir']))
})

test('numbers that cannot be read once are read the next time, and hurt nothing else', async () => {
  const clock = manualClock(1_000_000)
  const scope = createScope('test')
  const shipped: Payload[] = []
  const registry = new Registry()
  let isBroken = true
  new Gauge({
    ...{ name: 'weir_logs_files', help: 'x', registers: [registry] },
    collect() {
      if (isBroken) throw new Error('closed')
      this.set(4)
    },
  })
  const ship = (payload: Payload) => void shipped.push(payload)
  shipOwnNumbers(
    { ...{ part: 'agent', instance: 'node-7' }, registry, ship, clock, log: silentLog },
    scope,
  )
  await clock.advance(0)
  expect(shipped).toEqual([])
  isBroken = false
  await clock.advance(OWN_NUMBERS_MS)
  expect(shipped).toHaveLength(1)
  expect(await scope.close(1_000)).toEqual([])
})
