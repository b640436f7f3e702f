import { z } from 'zod'
import { restartSecondsOf } from '../../../diagnosis/tuning/autoscaler/capacity.ts'
import { partitionsOf, readingOf } from '../../../diagnosis/tuning/autoscaler/collect.ts'
import {
  capacityOf,
  evaluate,
  evaluateGlobal,
  type Reading,
  type ScaledVertex,
  type VertexReading,
  type Window,
} from '../../../diagnosis/tuning/autoscaler/evaluate.ts'
import { decideJob } from '../../../diagnosis/tuning/autoscaler/job.ts'
import {
  autoscalerRound,
  collect,
  NOTHING_SEEN,
} from '../../../diagnosis/tuning/autoscaler/loop.ts'
import type { AutoscalerOptions, Release } from '../../../diagnosis/tuning/autoscaler/options.ts'
import { type Answer, NotAnswered, Num, type OracleCase, optionsOf, verticesOf } from './case.ts'

/** E2: several steps of the whole loop, each in the form its case has. */
export function scenarioCase(oracle: OracleCase, release: Release): Answer {
  const metrics = oracle.perVertexMetrics
  if ('collectAtMs' in metrics) return historySizes(oracle)
  if ('busyMaxPer10MinWindow' in metrics) return longRun(oracle, release)
  if (Object.values(metrics).some(isFinished)) return finished(oracle)
  const names = Object.values(metrics).map((value) => Names.safeParse(value).data?.metricNames)
  const known = names.find((list) => list !== undefined)
  if (known) return { sourcePartitions: partitionsOf(known) }
  const observed = Observed.safeParse(metrics)
  if (observed.success) return observedSteps(oracle, observed.data)
  return lastOf(oracle, release)
}

const Names = z.object({ metricNames: z.array(z.string()) })
const isFinished = (value: unknown) =>
  z.object({ state: z.literal('FINISHED') }).safeParse(value).success

/** How many readings are kept after each collection. */
function historySizes(oracle: OracleCase): Answer {
  const { collectAtMs, jobStartMs } = z
    .object({ collectAtMs: z.array(Num), jobStartMs: Num.default(0) })
    .parse(oracle.perVertexMetrics)
  const options = optionsOf(oracle)
  let readings: readonly Reading[] = []
  const historySizes = collectAtMs.map((at) => {
    const reading = { at, vertices: {}, global: {} }
    readings = collect(readings, reading, jobStartMs, options).readings
    return readings.length
  })
  return { historySizes }
}

function finished(oracle: OracleCase): Answer {
  const options = optionsOf(oracle)
  const entries = verticesOf(oracle)
    .filter(({ id }) => isFinished(oracle.perVertexMetrics[id]))
    .map(({ id, inputs }) => {
      const source = inputs.length === 0
      const reading = readingOf(
        { source, finished: true, recordsIn: 1, recordsOut: 1, accumulatedBusyMs: 1 },
        options,
      )
      return [
        id,
        {
          lag: reading.lag,
          observedTpr: reading.observedRate,
          numRecordsIn: reading.recordsIn,
          numRecordsOut: reading.recordsOut,
          accumulatedBusyTimeMs: reading.accumulatedBusyMs,
          load: reading.load,
        },
      ]
    })
  return Object.fromEntries(entries)
}

const Observed = z.object({
  steps: z.array(z.object({ inPerSec: Num, lag: Num, backPressuredAvg: Num })),
})

function observedSteps(oracle: OracleCase, { steps }: z.output<typeof Observed>): Answer {
  const options = optionsOf(oracle)
  const observed: number[] = []
  for (const { inPerSec, lag, backPressuredAvg } of steps) {
    const reading = readingOf(
      {
        ...{ source: true, recordsIn: 0, recordsOut: 0, accumulatedBusyMs: 0 },
        recordsInPerSecond: inPerSec,
        pendingRecords: lag,
        backpressuredMsPerSecond: { avg: backPressuredAvg },
      },
      options,
      observed,
    )
    observed.push(reading.observedRate ?? Number.NaN)
  }
  return { observedTpr: observed }
}

const Seen = z.object({
  numRecordsIn: Num.optional(),
  numRecordsOut: Num.optional(),
  busyMax: Num.optional(),
  lag: Num.optional(),
})
const Ends = z.object({
  inputRate: Num,
  lagFirst: Num.default(0),
  lagLast: Num.default(0),
  windowSec: Num.default(1),
  busyMax: Num.optional(),
  observedTprSamples: z.array(Num).optional(),
})

/** A window of readings, from collections or from the rates at its ends; the decision at its end. */
function lastOf(oracle: OracleCase, release: Release): Answer {
  const options = optionsOf(oracle)
  const vertices = verticesOf(oracle)
  const all = readingsOf(oracle, vertices)
  const from = (all.at(-1)?.at ?? 0) - options.metricsWindowMs
  const window: Window = { vertices, readings: all.filter(({ at }) => at >= from) }
  const restartSeconds = restartSecondsOf(options, [])
  const evaluated = evaluate(window, options, release, restartSeconds)
  const { changes } = decideJob(evaluated, {
    ...{ options, release, restartSeconds, vertices, at: window.readings.at(-1)?.at ?? 0 },
    ...{ history: {}, pending: {}, taskManager: { slots: 1 } },
    global: evaluateGlobal(window.readings),
  })
  const first = vertices[0]
  const of = first && evaluated.get(first.id)
  const parallelism = Object.fromEntries(
    vertices.map((vertex) => [vertex.id, changes[vertex.id]?.to ?? vertex.parallelism]),
  )
  return {
    parallelism,
    recommendedParallelism: parallelism,
    scaled: Object.keys(changes).length > 0,
    targetDataRate: of?.targetDataRate,
    catchUpDataRate: of?.catchUpDataRate,
    trueProcessingRate: first && capacityOf(window, first, options, release),
    scaleUpRateThreshold: of?.scaleUpRate,
    scaleDownRateThreshold: of?.scaleDownRate,
  }
}

function readingsOf(oracle: OracleCase, vertices: readonly ScaledVertex[]): readonly Reading[] {
  const steps = z.array(z.record(z.string(), z.unknown())).safeParse(oracle.perVertexMetrics.steps)
  if (steps.success && steps.data.every((step) => 'tSec' in step)) {
    return steps.data.map((step) => {
      const seen = vertices.flatMap(({ id }) => {
        const reading = Seen.safeParse(step[id]).data
        return reading ? [[id, reading] as const] : []
      })
      return {
        at: Num.parse(step.tSec) * 1000,
        global: {},
        // What these tests do not say of a vertex is what they say of its source.
        vertices: Object.fromEntries(
          vertices.map(({ id, inputs }) => {
            const own = seen.find(([name]) => name === id)?.[1]
            const reading = own ?? seen[0]?.[1]
            return [id, toReading(reading ?? {}, inputs.length === 0)]
          }),
        ),
      }
    })
  }
  const ends = Ends.safeParse(steps.data?.[0] ?? oracle.perVertexMetrics[vertices[0]?.id ?? ''])
  if (!ends.success) throw new NotAnswered('the form of its steps is not known')
  return fromEnds(ends.data, vertices)
}

function toReading(seen: z.output<typeof Seen>, source: boolean): VertexReading {
  const { numRecordsIn, numRecordsOut = numRecordsIn, busyMax, lag } = seen
  return {
    ...(numRecordsIn === undefined ? {} : { recordsIn: numRecordsIn }),
    ...(numRecordsOut === undefined ? {} : { recordsOut: numRecordsOut }),
    ...(busyMax === undefined ? {} : { load: busyMax / 1000 }),
    ...(source ? { lag: lag ?? 0 } : {}),
  }
}

function fromEnds(
  ends: z.output<typeof Ends>,
  vertices: readonly ScaledVertex[],
): readonly Reading[] {
  const observed = ends.observedTprSamples ?? []
  const moments = Math.max(2, observed.length)
  return Array.from({ length: moments }, (_, index) => {
    const share = index / (moments - 1)
    const seconds = share * ends.windowSec
    return {
      at: seconds * 1000,
      global: {},
      vertices: Object.fromEntries(
        vertices.map(({ id, inputs }) => {
          const reading = toReading(
            {
              numRecordsIn: ends.inputRate * seconds,
              lag: ends.lagFirst + share * (ends.lagLast - ends.lagFirst),
              ...(ends.busyMax === undefined ? {} : { busyMax: ends.busyMax }),
            },
            inputs.length === 0,
          )
          const rate = observed[index]
          return [id, rate === undefined ? reading : { ...reading, observedRate: rate }]
        }),
      ),
    }
  })
}

const LongRun = z.object({
  recordsPerMinute: Num,
  busyMaxPer10MinWindow: z.record(z.string(), z.array(Num)),
})

/**
 * Hours of a loop: one collection a minute, ten per listed value after a first one. The job has run for long, and
 * the loop ends with the first change.
 */
function longRun(oracle: OracleCase, release: Release): Answer {
  const { recordsPerMinute, busyMaxPer10MinWindow } = LongRun.parse(oracle.perVertexMetrics)
  const options: AutoscalerOptions = optionsOf(oracle)
  const vertices = verticesOf(oracle)
  const stepSeconds = Num.parse(oracle.config.collectEverySec ?? 60)
  const perWindow = 600 / stepSeconds
  const windows = Math.max(...Object.values(busyMaxPer10MinWindow).map((list) => list.length))
  let state = NOTHING_SEEN
  for (let step = 0; step <= windows * perWindow; step++) {
    const window = Math.max(0, Math.ceil(step / perWindow) - 1)
    const recordsIn = (recordsPerMinute * step * stepSeconds) / 60
    const reading: Reading = {
      at: step * stepSeconds * 1000,
      global: {},
      vertices: Object.fromEntries(
        vertices.map(({ id, inputs }) => {
          const busyMax = busyMaxPer10MinWindow[id]?.[window] ?? Number.NaN
          return [id, toReading({ numRecordsIn: recordsIn, busyMax }, inputs.length === 0)]
        }),
      ),
    }
    const round = { reading, vertices, runningSince: -1e12, taskManager: { slots: 1 } }
    const { state: next, decision } = autoscalerRound(state, round, options, release)
    state = next
    if (decision && Object.keys(decision.changes).length > 0) {
      return {
        parallelism: Object.fromEntries(
          vertices.map(({ id, parallelism }) => [id, decision.changes[id]?.to ?? parallelism]),
        ),
        applied: true,
        appliedAtMinute: (step * stepSeconds) / 60,
      }
    }
  }
  return {
    parallelism: Object.fromEntries(vertices.map(({ id, parallelism }) => [id, parallelism])),
    applied: false,
  }
}
