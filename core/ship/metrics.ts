import { Counter, Gauge, type Registry } from 'prom-client'
import type { ShipStats } from './shipper.ts'

/** Shows on `/metrics` how the shipper of this process fares; one shipper per registry. */
export function shipMetrics(registry: Registry, stats: () => ShipStats): void {
  const registers = [registry]
  new Counter({
    name: 'weir_ship_acknowledged_total',
    help: 'Batches that a gateway has taken.',
    registers,
    collect() {
      this.reset()
      this.inc(stats().acknowledged)
    },
  })
  new Counter({
    name: 'weir_ship_lost_total',
    help: 'Batches that will never arrive, by reason; each is a gap in charts.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset()
      for (const [reason, batches] of Object.entries(stats().lost)) this.inc({ reason }, batches)
    },
  })
  new Gauge({
    name: 'weir_ship_waiting_batches',
    help: 'Batches that no gateway has taken yet.',
    registers,
    collect() {
      this.set(stats().waiting)
    },
  })
  new Gauge({
    name: 'weir_ship_waiting_bytes',
    help: 'Size of the batches that no gateway has taken yet.',
    registers,
    collect() {
      this.set(stats().waitingBytes)
    },
  })
}
