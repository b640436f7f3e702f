import { z } from 'zod'
import {
  globalReadingOf,
  loadOf,
  observedNow,
} from '../../../diagnosis/tuning/autoscaler/collect.ts'
import {
  busyOf,
  capacityOf,
  evaluate,
  evaluateGlobal,
  type GlobalReading,
  isProcessingBacklog,
  outputRatio,
  type Reading,
  rateForCapacity,
  type VertexReading,
  type Window,
} from '../../../diagnosis/tuning/autoscaler/evaluate.ts'
import type { Release } from '../../../diagnosis/tuning/autoscaler/options.ts'
import {
  busyRate,
  meanOf,
  observedRate,
  rateOf,
  trueProcessingRate,
} from '../../../diagnosis/tuning/autoscaler/rates.ts'
import {
  type Answer,
  metricsOf,
  NotAnswered,
  Num,
  type OracleCase,
  optionsOf,
  verticesOf,
} from './case.ts'

/** Cases about what is made of metrics: rates, busy time, demand (RT BT TP OR DP BL GM). */

const known = (name: keyof VertexReading, value: number | null | undefined) =>
  value === undefined || value === null ? {} : { [name]: value }

const Seen = z
  .object({
    lag: Num.nullish(),
    numRecordsIn: Num.nullish(),
    numRecordsOut: Num.nullish(),
    numRecordsInPerSecond: Num.nullish(),
    load: Num.nullish(),
    accumulatedBusyTimeMs: Num.nullish(),
    observedTpr: Num.nullish(),
  })
  .transform(
    (seen): VertexReading => ({
      ...known('lag', seen.lag),
      ...known('recordsIn', seen.numRecordsIn),
      ...known('recordsOut', seen.numRecordsOut),
      ...known('recordsInPerSecond', seen.numRecordsInPerSecond),
      ...known('load', seen.load),
      ...known('accumulatedBusyMs', seen.accumulatedBusyTimeMs),
      ...known('observedRate', seen.observedTpr),
    }),
  )

const History = z.object({
  history: z.array(z.object({ tMs: Num, vertices: z.record(z.string(), Seen) })),
})

function windowOf(oracle: OracleCase): Window {
  const { history } = metricsOf(oracle, History)
  return {
    vertices: verticesOf(oracle),
    readings: history.map(({ tMs, vertices }) => ({ at: tMs, vertices, global: {} })),
  }
}

const Points = z.array(z.tuple([Num, Num.nullable()]))
const pointsOf = (list: z.output<typeof Points>) =>
  list.map(([at, value]) => [at, value ?? undefined] as const)

/** RT: rates from counters. */
export function rateCase(oracle: OracleCase, release: Release): Answer {
  const { series, numRecordsIn, numRecordsInPerSecond } = metricsOf(
    oracle,
    z.object({
      series: Points.optional(),
      numRecordsIn: Points.default([]),
      numRecordsInPerSecond: z.array(Num).default([]),
    }),
  )
  if (series) return { ratePerSec: rateOf(pointsOf(series)) }
  const id = oracle.topology.vertices[0]?.id ?? ''
  const readings: Reading[] = numRecordsIn.map(([at, recordsIn], index) => ({
    at,
    global: {},
    vertices: {
      [id]: {
        ...known('recordsIn', recordsIn),
        ...known('recordsInPerSecond', numRecordsInPerSecond[index]),
      },
    },
  }))
  const window = { vertices: verticesOf(oracle), readings }
  return { tprInputRate: rateForCapacity(window, id, optionsOf(oracle), release) }
}

const Busy = z.object({
  history: z.array(z.object({ tMs: Num }).and(Seen)).optional(),
})
const Load = z.object({
  busyTimeMsPerSecond: z.object({ min: Num, max: Num, avg: Num }).partial().optional(),
  accumulatedBusyTimeMs: Num.optional(),
})

/** BT: busy time. */
export function busyCase(oracle: OracleCase): Answer {
  const options = optionsOf(oracle)
  const vertex = verticesOf(oracle)[0]
  if (!vertex) throw new NotAnswered('no vertex')
  const { history } = metricsOf(oracle, Busy)
  if (history) {
    const readings = history.map(({ tMs, ...reading }) => ({
      at: tMs,
      vertices: { [vertex.id]: reading },
      global: {},
    }))
    return { busyMsPerSec: busyOf({ vertices: [vertex], readings }, vertex, options) }
  }
  const { busyTimeMsPerSecond, accumulatedBusyTimeMs } = Load.parse(
    oracle.perVertexMetrics[vertex.id],
  )
  return { load: loadOf(busyTimeMsPerSecond, options), accumulatedBusyTimeMs }
}

const Rates = z.object({
  busyMsPerSec: Num.optional(),
  inputRate: Num.optional(),
  observedTpr: z.array(Num).optional(),
  lag: Num.nullish(),
  numRecordsPerSecond: Num.optional(),
  backPressuredMsPerSecAvg: Num.optional(),
  previousObservedTprAvg: z.unknown().optional(),
})

/** TP: the true processing rate, by busy time and as observed. */
export function capacityCase(oracle: OracleCase): Answer {
  const options = optionsOf(oracle)
  const spec = Rates.parse(Object.values(oracle.perVertexMetrics)[0])
  if (spec.observedTpr && spec.busyMsPerSec !== undefined) {
    const byBusy = busyRate(spec.busyMsPerSec, spec.inputRate ?? Number.NaN)
    const observed = meanOf(spec.observedTpr, options.observedRateMinObservations)
    return { trueProcessingRate: trueProcessingRate(byBusy, observed, options.observedRateSwitch) }
  }
  const { numRecordsPerSecond, backPressuredMsPerSecAvg, lag } = spec
  if (numRecordsPerSecond === undefined) throw new NotAnswered('no rate')
  if (lag === undefined)
    return { observedTpr: observedRate(numRecordsPerSecond, backPressuredMsPerSecAvg ?? 0) }
  const now = observedNow(numRecordsPerSecond, lag ?? 0, backPressuredMsPerSecAvg ?? 0, options)
  return { observedTpr: now ?? spec.previousObservedTprAvg }
}

/** OR: records to one receiver for each record taken in. */
export function ratioCase(oracle: OracleCase): Answer {
  const { edge } = metricsOf(oracle, z.object({ edge: z.tuple([z.string(), z.string()]) }))
  return { outputRatio: outputRatio(windowOf(oracle), edge[0], edge[1]) }
}

/** DP: demand, propagated. */
export function demandCase(oracle: OracleCase, release: Release): Answer {
  const options = optionsOf(oracle)
  const window = windowOf(oracle)
  const { restartTimeSec } = z.object({ restartTimeSec: Num.default(0) }).parse(oracle.config)
  const evaluated = evaluate(window, options, release, restartTimeSec)
  return Object.fromEntries(
    window.vertices.map((vertex) => {
      const result = evaluated.get(vertex.id)
      return [
        vertex.id,
        {
          targetDataRate: result?.targetDataRate,
          catchUpDataRate: result?.catchUpDataRate,
          trueProcessingRate: capacityOf(window, vertex, options, release),
          scaleUpRateThreshold: result?.scaleUpRate,
          scaleDownRateThreshold: result?.scaleDownRate,
          load: busyOf(window, vertex, options) / 1000,
        },
      ]
    }),
  )
}

/** BL: whether a backlog is being worked off. */
export function backlogCase(oracle: OracleCase): Answer {
  const vertices = verticesOf(oracle)
  const Source = z.object({ lag: Num.nullish(), inputRate: Num })
  const reading = (at: number): Reading => ({
    at,
    global: {},
    vertices: Object.fromEntries(
      vertices
        .filter(({ inputs }) => inputs.length === 0)
        .map(({ id }) => {
          const { lag, inputRate } = Source.parse(oracle.perVertexMetrics[id])
          return [id, { ...known('lag', lag), recordsIn: (inputRate * at) / 1000 }]
        }),
    ),
  })
  const window = { vertices, readings: [reading(0), reading(1000)] }
  return { processingBacklog: isProcessingBacklog(window, optionsOf(oracle)) }
}

const Pool = z.object({ min: Num, max: Num, avg: Num, sum: Num }).partial()
const Globals = z.object({
  samples: z.array(z.record(z.string(), Num)).optional(),
  taskManagers: z
    .object({
      ...{ heapUsed: Pool, managedUsed: Pool, metaspaceUsed: Pool, heapMax: Pool },
      gcTimeMsPerSec: Pool,
    })
    .partial()
    .optional(),
  jobManager: z.object({ taskSlotsTotal: Num, taskSlotsAvailable: Num }).partial().optional(),
})

/** The names of the format → ours. */
const GLOBAL_NAMES: Readonly<Record<string, keyof GlobalReading>> = {
  heapMaxUsageRatio: 'heapUsageRatio',
  gcPressure: 'gcPressure',
  heapUsed: 'heapUsedBytes',
  managedUsed: 'managedUsedBytes',
  metaspaceUsed: 'metaspaceUsedBytes',
  numTaskSlotsUsed: 'slotsUsed',
}

/** GM: of all TaskManagers. */
export function globalCase(oracle: OracleCase): Answer {
  const { samples, taskManagers, jobManager } = metricsOf(oracle, Globals)
  const named = (values: object) =>
    Object.fromEntries(
      Object.entries(GLOBAL_NAMES).flatMap(([theirs, ours]) => {
        const value = Object.entries(values).find(([name]) => name === ours)?.[1]
        return value === undefined ? [] : [[theirs, value]]
      }),
    )
  if (samples) {
    const readings = samples.map((sample, index) => ({
      at: index * 1000,
      vertices: {},
      global: Object.fromEntries(
        Object.entries(sample).map(([name, value]) => [GLOBAL_NAMES[name] ?? name, value]),
      ),
    }))
    return named(evaluateGlobal(readings))
  }
  const { gcTimeMsPerSec, ...pools } = taskManagers ?? {}
  return named(
    globalReadingOf({
      ...pools,
      gcMsPerSecond: gcTimeMsPerSec,
      slotsTotal: jobManager?.taskSlotsTotal,
      slotsAvailable: jobManager?.taskSlotsAvailable,
    }),
  )
}
