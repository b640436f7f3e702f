import { z } from 'zod'
import { parseMemorySize } from '../../../core/flink/memory/size.ts'
import { align, alignmentModeOf } from '../../../diagnosis/tuning/autoscaler/align.ts'
import { restartSecondsOf, thresholdsOf } from '../../../diagnosis/tuning/autoscaler/capacity.ts'
import {
  delayed,
  largestSince,
  type PendingScaleDown,
} from '../../../diagnosis/tuning/autoscaler/delay.ts'
import { type ScalingRecord, scalabilityOf } from '../../../diagnosis/tuning/autoscaler/history.ts'
import { decideJob, type JobContext, slotsAfter } from '../../../diagnosis/tuning/autoscaler/job.ts'
import type { AutoscalerOptions, Release } from '../../../diagnosis/tuning/autoscaler/options.ts'
import {
  decideVertex,
  scaleBy,
  type VertexEvaluation,
} from '../../../diagnosis/tuning/autoscaler/vertex.ts'
import {
  type Answer,
  configOf,
  metricsOf,
  NotAnswered,
  Num,
  type OracleCase,
  optionsOf,
  verticesOf,
} from './case.ts'

/** Cases about decisions: sizes of vertices and what stops a job (VS PC AL DS IN SC TH JB MP QT SL RS). */

const LastScaling = z.object({ from: Num, to: Num, tpr: Num, expected: Num })

const Evaluated = z.object({
  targetDataRate: Num,
  trueProcessingRate: Num.default(Number.NaN),
  catchUpDataRate: Num.default(0),
  processingBacklog: z.boolean().default(false),
  lastScaling: LastScaling.nullish(),
})
type Evaluated = z.output<typeof Evaluated>

function restartOf(oracle: OracleCase, options: AutoscalerOptions): number {
  const { restartTimeSec, trackedRestartsSec } = z
    .object({ restartTimeSec: Num.optional(), trackedRestartsSec: z.array(Num).default([]) })
    .parse(oracle.config)
  return restartTimeSec ?? restartSecondsOf(options, trackedRestartsSec)
}

function evaluationOf(
  oracle: OracleCase,
  id: string,
  metrics: Evaluated,
  options: AutoscalerOptions,
): VertexEvaluation {
  const vertex = verticesOf(oracle).find((candidate) => candidate.id === id)
  if (!vertex) throw new NotAnswered(`no vertex ${id}`)
  const { targetDataRate, trueProcessingRate, catchUpDataRate, processingBacklog } = metrics
  const demand = { targetDataRate, catchUpDataRate }
  return {
    ...vertex,
    ...demand,
    trueProcessingRate,
    inputs: vertex.inputs.map(({ ship }) => ship),
    ...thresholdsOf(demand, options, processingBacklog, restartOf(oracle, options)),
  }
}

const recordOf = (last: z.output<typeof LastScaling>): ScalingRecord => ({
  parallelism: last.from,
  newParallelism: last.to,
  trueProcessingRate: last.tpr,
  expectedProcessingRate: last.expected,
})

/** VS, IN: one vertex alone. */
export function vertexCase(oracle: OracleCase, release: Release): Answer {
  const options = optionsOf(oracle)
  const [id = 'v', metrics] = onlyVertex(oracle)
  const vertex = evaluationOf(oracle, id, metrics, options)
  const decision = decideVertex(vertex, {
    ...{ options, release, restartSeconds: restartOf(oracle, options), at: 0, pending: undefined },
    history: metrics.lastScaling ? [recordOf(metrics.lastScaling)] : [],
  })
  return {
    parallelism: decision.parallelism,
    change: decision.parallelism !== vertex.parallelism,
    outsideUtilizationBound: decision.outside,
    expectedProcessingRate: decision.expectedRate,
    event: decision.events[0],
  }
}

function onlyVertex(oracle: OracleCase): readonly [string, Evaluated] {
  const id = oracle.topology.vertices[0]?.id ?? ''
  return [id, Evaluated.parse(oracle.perVertexMetrics[id])]
}

const Limits = z.object({
  parallelismLowerLimit: Num.default(1),
  parallelismUpperLimit: Num.default(2_147_483_647),
})

/** PC: from a scale factor. */
export function factorCase(oracle: OracleCase, release: Release): Answer {
  const vertex = verticesOf(oracle)[0]
  const { scaleFactor } = z
    .object({ scaleFactor: Num })
    .parse(Object.values(oracle.perVertexMetrics)[0])
  const limits = Limits.parse(oracle.config)
  if (!vertex) throw new NotAnswered('no vertex')
  try {
    const { parallelism, limited } = scaleBy(scaleFactor, {
      ...vertex,
      inputs: vertex.inputs.map(({ ship }) => ship),
      lowerLimit: limits.parallelismLowerLimit,
      upperLimit: limits.parallelismUpperLimit,
      mode: alignmentModeOf(optionsOf(oracle), release),
    })
    return { parallelism, scalingLimitedEvent: limited, event: limited ? 'ScalingLimited' : null }
  } catch (error) {
    if (error instanceof RangeError) return { error: 'IllegalArgument' }
    throw error
  }
}

/** AL: a target that is already computed. */
export function alignmentCase(oracle: OracleCase, release: Release): Answer {
  const vertex = verticesOf(oracle)[0]
  const { computedTarget } = z
    .object({ computedTarget: Num })
    .parse(Object.values(oracle.perVertexMetrics)[0])
  const limits = Limits.parse(oracle.config)
  if (!vertex) throw new NotAnswered('no vertex')
  const { parallelism, limited } = align(
    {
      ...vertex,
      current: vertex.parallelism,
      target: computedTarget,
      lowerLimit: limits.parallelismLowerLimit,
      upperLimit: limits.parallelismUpperLimit,
      keyed: vertex.inputs.some(({ ship }) => ship === 'HASH'),
    },
    alignmentModeOf(optionsOf(oracle), release),
  )
  return { parallelism, scalingLimitedEvent: limited, event: limited ? 'ScalingLimited' : null }
}

const Recommendation = z.object({ tSec: Num, parallelism: Num, outside: z.boolean().default(true) })
const Delay = z.object({
  steps: z.array(Evaluated.extend({ tSec: Num })).optional(),
  preloaded: z.array(z.object({ tSec: Num, recommended: Num, outside: z.boolean() })).default([]),
  recommendations: z.array(Recommendation).optional(),
  queries: z.array(z.object({ afterRecommendation: Num, windowStartSec: Num })).default([]),
})

/** DS: a scale-down that waits. */
export function delayCase(oracle: OracleCase, release: Release): Answer {
  const id = oracle.topology.vertices[0]?.id ?? ''
  const spec = Delay.parse(oracle.perVertexMetrics[id])
  if (spec.recommendations) return { maxInWindow: queried(spec.recommendations, spec.queries) }
  const options = optionsOf(oracle)
  let pending = spec.preloaded.reduce<PendingScaleDown | undefined>(
    (state, { tSec, recommended, outside }) =>
      delayed(state, { at: tSec * 1000, parallelism: recommended, outside }),
    undefined,
  )
  const steps = (spec.steps ?? []).map(({ tSec, ...metrics }) => {
    const decision = decideVertex(evaluationOf(oracle, id, metrics, options), {
      ...{ options, release, restartSeconds: restartOf(oracle, options), at: tSec * 1000 },
      ...{ pending, history: [] },
    })
    pending = decision.pending
    return {
      parallelism: decision.parallelism,
      outsideUtilizationBound: decision.outside,
      pendingScaleDown: pending !== undefined,
    }
  })
  return { steps }
}

function queried(
  recommendations: readonly z.output<typeof Recommendation>[],
  queries: z.output<typeof Delay>['queries'],
) {
  return queries.map(({ afterRecommendation, windowStartSec }) => {
    const pending = recommendations
      .slice(0, afterRecommendation + 1)
      .reduce<PendingScaleDown | undefined>(
        (state, { tSec, ...rest }) => delayed(state, { at: tSec * 1000, ...rest }),
        undefined,
      )
    const largest = pending && largestSince(pending, windowStartSec * 1000)
    return (
      largest && {
        tSec: largest.at / 1000,
        parallelism: largest.parallelism,
        outside: largest.outside,
      }
    )
  })
}

/** SC: how linearly sizes grew. */
export function scalabilityCase(oracle: OracleCase): Answer {
  const options = optionsOf(oracle)
  const { scalingHistory } = z
    .object({
      scalingHistory: z.array(z.object({ parallelism: Num, trueProcessingRate: Num })),
    })
    .parse(Object.values(oracle.perVertexMetrics)[0])
  const coefficient = scalabilityOf(
    scalingHistory,
    options.scalabilityMinObservations,
    options.scalabilityCoefficientMin,
  )
  return { coefficient, referenceValue: coefficient }
}

/** TH: the band. */
export function thresholdCase(oracle: OracleCase): Answer {
  const options = optionsOf(oracle)
  const [, metrics] = onlyVertex(oracle)
  const { scaleUpRate, scaleDownRate } = thresholdsOf(
    metrics,
    options,
    metrics.processingBacklog,
    restartOf(oracle, options),
  )
  return { scaleUpRateThreshold: scaleUpRate, scaleDownRateThreshold: scaleDownRate }
}

/** RS: which restart time counts. */
export function restartCase(oracle: OracleCase): Answer {
  const { trackedRestartsSec } = metricsOf(oracle, z.object({ trackedRestartsSec: z.array(Num) }))
  return { restartTimeSec: restartSecondsOf(optionsOf(oracle), trackedRestartsSec) }
}

/** SL: slots after a rescale. */
export function slotCase(oracle: OracleCase): Answer {
  const { newParallelism, numTaskSlotsUsed } = metricsOf(
    oracle,
    z.object({ newParallelism: z.record(z.string(), Num), numTaskSlotsUsed: Num }),
  )
  const changes = Object.fromEntries(Object.entries(newParallelism).map(([id, to]) => [id, { to }]))
  return { slotsAfter: slotsAfter(verticesOf(oracle), changes, numTaskSlotsUsed) }
}

const Global = z.object({
  gcPressureCurrent: Num.default(Number.NaN),
  heapUsageCurrent: Num.default(Number.NaN),
  heapUsageAverage: Num.default(Number.NaN),
  numTaskSlotsUsed: Num.default(Number.NaN),
})

const UNKNOWN = { current: Number.NaN, average: Number.NaN }

/** JB, MP, QT, RC: all vertices of a job together. */
export function jobCase(oracle: OracleCase, release: Release): Answer {
  const options = optionsOf(oracle)
  const vertices = verticesOf(oracle)
  const evaluated = new Map(
    vertices.map(({ id }) => {
      const metrics = Evaluated.parse(oracle.perVertexMetrics[id])
      return [id, evaluationOf(oracle, id, metrics, options)] as const
    }),
  )
  const global = Global.parse(oracle.perVertexMetrics.global ?? {})
  const answer = z.boolean().optional().parse(oracle.perVertexMetrics.resourceCheckAnswer)
  const context: JobContext = {
    ...{ options, release, vertices, at: 0, history: {}, pending: {} },
    restartSeconds: restartOf(oracle, options),
    global: {
      gcPressure: { current: global.gcPressureCurrent },
      heapUsageRatio: { current: global.heapUsageCurrent, average: global.heapUsageAverage },
      ...{ heapUsedBytes: UNKNOWN, managedUsedBytes: UNKNOWN, metaspaceUsedBytes: UNKNOWN },
      slotsUsed: { current: global.numTaskSlotsUsed },
    },
    taskManager: taskManagerOf(oracle),
    ...(answer === undefined ? {} : { hasRoom: () => answer }),
  }
  const { changes, blocked, events } = decideJob(evaluated, context)
  const done = blocked === undefined ? changes : {}
  const only = Object.values(changes)[0]
  return {
    scaledVertices: Object.keys(done).sort(),
    scaled: Object.keys(done).length > 0,
    parallelism: Object.fromEntries(
      vertices.map(({ id, parallelism }) => [id, done[id]?.to ?? parallelism]),
    ),
    quotaReached: blocked === 'quota',
    event: events[0],
    reportedCapacityNow: only?.trueProcessingRate,
    reportedExpectedRate: only?.expectedRate,
    reportedTargetRate: only?.targetDataRate,
  }
}

function taskManagerOf(oracle: OracleCase): JobContext['taskManager'] {
  const config = configOf(oracle)
  const memoryBytes = parseMemorySize(config.taskManagerMemory ?? '')
  const cores = config.taskManagerCpu
  return {
    slots: Number(config['taskmanager.numberOfTaskSlots'] ?? 1),
    ...(cores === undefined ? {} : { cores: Number(cores) }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  }
}
