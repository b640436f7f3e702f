import { expect, test } from 'vitest'
import type { Payload, SeriesBlock } from '../api/batch.ts'
import { manualClock } from '../kit/clock.ts'
import { createScope } from '../kit/scope.ts'
import { shipTogether } from './together.ts'

const block = (at: number): SeriesBlock => ({
  ...{ at, via: 'otlp', cluster: 'lab' },
  series: [{ metric: 'x', type: 'gauge', labels: {}, value: at }],
})
const series = (at: number): Payload => ({ kind: 'series', blocks: [block(at)] })
const events: Payload = {
  kind: 'events',
  events: [{ type: 'cluster', at: 5, cluster: 'lab', state: 'reachable' }],
}

function world() {
  const clock = manualClock(0)
  const scope = createScope('test', clock)
  const shipped: Payload[] = []
  return { clock, scope, shipped, ship: shipTogether((one) => shipped.push(one), clock, scope) }
}

test('what comes within a quarter of a second travels as one batch per kind', async () => {
  const { clock, shipped, ship } = world()
  ship(series(1))
  await clock.advance(200)
  ship(events)
  ship(series(2))
  expect(shipped).toEqual([])
  await clock.advance(50)
  const first = [events, { kind: 'series', blocks: [block(1), block(2)] }]
  expect(shipped).toEqual(first)
  ship(series(3))
  await clock.advance(250)
  expect(shipped).toEqual([...first, series(3)])
})

test('nothing is left behind when the scope closes, and nothing waits after it', async () => {
  const { scope, shipped, ship } = world()
  ship(series(1))
  await scope.close(1_000)
  expect(shipped).toEqual([series(1)])
  ship(series(2))
  await Promise.resolve()
  expect(shipped).toEqual([series(1), series(2)])
})
