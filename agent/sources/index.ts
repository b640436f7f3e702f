import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import type { Transport } from '../../core/flink/client/transport.ts'
import type { Clock } from '../../core/kit/clock.ts'
import type { Log } from '../../core/kit/log.ts'
import type { ClusterState } from './cluster.ts'
import { exceptionsReader } from './exceptions.ts'
import { flinkPrometheus } from './flink-prometheus.ts'
import { flinkRestSource } from './flink-rest.ts'
import { flinkStates } from './flink-states.ts'
import { createJobNames } from './job-names.ts'
import type { Positions } from './positions.ts'
import type { Source } from './source.ts'

export interface ClusterTransports {
  readonly rest: Transport
  readonly scrapes: readonly Transport[]
}

export interface SourcesDeps {
  readonly clock: Clock
  readonly log: Log
}

export interface Intervals {
  readonly statesEveryMs?: number
  readonly detailsEveryMs?: number
  readonly scrapeEveryMs?: number
  readonly mostOtherSeries?: number
  readonly positions?: Positions | undefined
}

/** The sources of one Flink cluster over any transports: live ones, or a recording. */
export function createSources(
  cluster: { readonly name: string; readonly namespace: string },
  transports: ClusterTransports,
  { clock, log }: SourcesDeps,
  intervals: Intervals = {},
): readonly Source[] {
  const state: ClusterState = {
    cluster: cluster.name,
    rest: flinkRest(transports.rest),
    names: createJobNames(cluster.name, cluster.namespace),
    runs: [],
    flinkVersion: '',
    bounded: new Set(),
    stirred: new Set(),
  }
  const exceptions = exceptionsReader(state)
  return [
    flinkStates(state, clock, exceptions, intervals.statesEveryMs),
    flinkRestSource(state, {
      ...(intervals.detailsEveryMs === undefined ? {} : { everyMs: intervals.detailsEveryMs }),
      exceptions,
      processMetrics: transports.scrapes.length === 0,
      log,
    }),
    ...transports.scrapes.map((scrape) =>
      flinkPrometheus(cluster.name, scrape, state.names, clock, {
        ...(intervals.scrapeEveryMs !== undefined && { everyMs: intervals.scrapeEveryMs }),
        ...(intervals.mostOtherSeries !== undefined && { mostOther: intervals.mostOtherSeries }),
        positions: intervals.positions,
      }),
    ),
  ]
}
