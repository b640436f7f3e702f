import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { manualClock } from '../kit/clock.ts'
import { IntakeError } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { createScope } from '../kit/scope.ts'
import { shipMetrics } from './metrics.ts'
import { samplesOf } from './payloads.fixture.ts'
import { createShipper } from './shipper.ts'

test('what arrived, waits and is lost is on /metrics, each time as it is then', async () => {
  const clock = manualClock(1_700_000_000_000)
  let answer: Error | undefined
  const shipper = createShipper(
    {
      ...{ agent: 'a', epoch: 1, clock, log: silentLog },
      async send({ agent, epoch, lane, seq }) {
        if (answer) throw answer
        return { agent, epoch, lane, seq }
      },
    },
    createScope('test', clock),
  )
  const registry = new Registry()
  shipMetrics(registry, shipper.stats)
  const ship = async (error?: Error) => {
    answer = error
    shipper.ship(samplesOf(1))
    await clock.advance(0)
    const text = await registry.metrics()
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  }
  const bytes = Buffer.byteLength(JSON.stringify(samplesOf(1)))
  const lines = (acknowledged: number, refused: number, waiting: number) => [
    `weir_ship_acknowledged_total ${acknowledged}`,
    'weir_ship_lost_total{reason="cut"} 0',
    `weir_ship_lost_total{reason="refused"} ${refused}`,
    'weir_ship_lost_total{reason="failed"} 0',
    'weir_ship_lost_total{reason="too-large"} 0',
    'weir_ship_lost_total{reason="stopped"} 0',
    'weir_ship_lost_total{reason="damaged"} 0',
    `weir_ship_waiting_batches ${waiting}`,
    `weir_ship_waiting_bytes ${waiting * bytes}`,
  ]
  expect(await ship()).toEqual(lines(1, 0, 0))
  expect(await ship(new IntakeError('no', { status: 400 }))).toEqual(lines(1, 1, 0))
  expect(await ship(new IntakeError('later', { status: 429 }))).toEqual(lines(1, 1, 1))
})
