import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'
import type { Payload, SeriesSample } from '../api/batch.ts'
import { type Clock, every } from '../kit/clock.ts'
import { messageOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { Scope } from '../kit/scope.ts'
import { ownerOfPart, type PartRef } from '../model/parts.ts'

export interface OwnNumbersOptions extends PartRef {
  readonly registry: Registry
  readonly ship: (payload: Payload) => void
  readonly clock: Clock
  readonly log: Log
}

/** Often enough to see a queue grow; a part costs the store about forty values each time. */
export const OWN_NUMBERS_MS = 30_000

/** Of jobs, not of us, and kept for each job already. */
const OF_JOBS = /^weir_(job|finding|backpressure)_/
/** More label values than these are a list of jobs or files, which has no place here. */
const MOST_OF_ONE = 50

/**
 * Ships what this process counts about itself, from its registry, by the same road as everything else: so
 * that the pipeline page can show every part, and a part that cannot ship is seen by its silence.
 */
export function shipOwnNumbers(options: OwnNumbersOptions, scope: Scope): void {
  const { registry, clock, ship, log } = options
  const tell = async (at: number) => {
    const series = [...(await ownNumbers(registry))]
    if (scope.signal.aborted) return
    const cluster = ownerOfPart(options)
    ship({ kind: 'series', blocks: [{ at, via: 'weir', cluster, series }] })
  }
  const running = (async () => {
    for await (const at of every(OWN_NUMBERS_MS, clock, scope.signal)) {
      // A number that cannot be read, as while something closes, must not end the process that counts it.
      await tell(at).catch((error: unknown) => {
        log.warn('The own numbers of this part could not be read; they are tried again.', {
          reason: messageOf(error),
        })
      })
    }
  })()
  scope.add('own numbers', () => running)
}

/** Counters and gauges of a registry that are about this process, and what it costs. */
export async function ownNumbers(registry: Registry): Promise<readonly SeriesSample[]> {
  const { user, system } = process.cpuUsage()
  const cost: readonly SeriesSample[] = [
    {
      metric: 'weir_process_rss_bytes',
      type: 'gauge',
      labels: {},
      value: process.memoryUsage.rss(),
    },
    {
      metric: 'weir_process_cpu_seconds_total',
      type: 'counter',
      labels: {},
      value: (user + system) / 1e6,
    },
  ]
  const told = await registry.getMetricsAsJSON()
  return [...cost, ...told.flatMap(seriesOf)]
}

function seriesOf({
  name,
  type,
  values,
}: MetricObjectWithValues<MetricValue<string>>): readonly SeriesSample[] {
  const kind = String(type)
  if (kind !== 'counter' && kind !== 'gauge') return []
  if (!name.startsWith('weir_') || OF_JOBS.test(name) || values.length > MOST_OF_ONE) return []
  return values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ labels, value }) => ({
      metric: name,
      type: kind,
      labels: Object.fromEntries(
        Object.entries(labels).flatMap(([key, text]) =>
          text === undefined ? [] : [[key, String(text)]],
        ),
      ),
      value,
    }))
}
