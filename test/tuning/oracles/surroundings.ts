import { z } from 'zod'
import { parseMemorySize } from '../../../core/flink/memory/size.ts'
import { type Node, reserve } from '../../../diagnosis/tuning/autoscaler/cluster-room.ts'
import {
  readingOf,
  requireTaskManagerMetrics,
} from '../../../diagnosis/tuning/autoscaler/collect.ts'
import { ds2Parallelism } from '../../../diagnosis/tuning/autoscaler/ds2.ts'
import {
  excludedPeriodProblem,
  inExcludedPeriod,
} from '../../../diagnosis/tuning/autoscaler/excluded-periods.ts'
import type { Release } from '../../../diagnosis/tuning/autoscaler/options.ts'
import { requirementsToPut } from '../../../diagnosis/tuning/autoscaler/requirements.ts'
import { autoscalerProblem } from '../../../diagnosis/tuning/autoscaler/validate.ts'
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
import { jobCase } from './decisions.ts'

/** Cases about what surrounds decisions: cluster, calendar, options, REST (RC XP VR RM), DS2 and curves (D2 CC). */

const Cluster = z.object({
  nodes: z.array(
    z.object({
      cpu: Num,
      memory: z.string(),
      usedCpu: Num.optional(),
      usedMemory: z.string().optional(),
    }),
  ),
  clusterAutoscalerMaxNodes: z.number().nullish(),
  calls: z.array(
    z.object({ currentInstances: Num, newInstances: Num, cpu: Num, memory: z.string() }),
  ),
})

/** RC: whether TaskManagers fit. */
export function roomCase(oracle: OracleCase, release: Release): Answer {
  if (!('calls' in oracle.perVertexMetrics)) return jobCase(oracle, release)
  const { nodes, clusterAutoscalerMaxNodes, calls } = metricsOf(oracle, Cluster)
  if (Number(configOf(oracle).refreshIntervalSec ?? 0) < 0)
    return { schedulable: calls.map(() => true) }
  const bytes = (text: string) => parseMemorySize(text) ?? Number.POSITIVE_INFINITY
  const present: Node[] = nodes.map(({ cpu, memory, usedCpu = 0, usedMemory }) => ({
    cores: cpu,
    memoryBytes: bytes(memory),
    usedCores: usedCpu,
    usedMemoryBytes: usedMemory === undefined ? 0 : bytes(usedMemory),
  }))
  const like = present[0]
  const future = like ? Math.max(0, (clusterAutoscalerMaxNodes ?? 0) - present.length) : 0
  let view: readonly Node[] = [
    ...present,
    ...Array.from({ length: future }, () => ({
      cores: like?.cores ?? 0,
      memoryBytes: like?.memoryBytes ?? 0,
    })),
  ]
  const schedulable = calls.map(({ currentInstances, newInstances, cpu, memory }) => {
    const instance = { cores: cpu, memoryBytes: bytes(memory) }
    const answer = reserve(view, instance, currentInstances, newInstances)
    view = answer.nodes
    return answer.fits
  })
  return { schedulable }
}

/** XP: periods in which nothing is scaled; the local time of a case is taken as UTC. */
export function periodCase(oracle: OracleCase): Answer {
  const periods = z.array(z.string()).parse(oracle.config['job.autoscaler.excluded.periods'])
  const { localTime } = metricsOf(oracle, z.object({ localTime: z.string().optional() }))
  const valid = periods.every((period) => excludedPeriodProblem(period) === undefined)
  if (localTime === undefined) return { valid }
  const at = Date.parse(`${localTime}Z`)
  return { valid, excluded: periods.some((period) => inExcludedPeriod(period, at)) }
}

/** VR: which values an option accepts. */
export function rangeCase(oracle: OracleCase, release: Release): Answer {
  const { probe } = metricsOf(oracle, z.object({ probe: z.array(Num) }))
  const config = configOf(oracle)
  const accepted = probe.map((value) => {
    const probed = Object.fromEntries(
      Object.entries(config).map(([key, text]) => [key, text === 'probe' ? String(value) : text]),
    )
    return autoscalerProblem(probed, release) === undefined
  })
  return { accepted }
}

const Rest = z.object({
  aggregated: z.array(z.object({ id: z.string(), sum: Num })).optional(),
  readRecords: Num.optional(),
  writeRecords: Num.optional(),
  accumulatedBusyTime: Num.optional(),
})

/** RM: what REST answers become. */
export function restCase(oracle: OracleCase): Answer {
  const metrics = oracle.perVertexMetrics
  if ('available' in metrics) {
    try {
      requireTaskManagerMetrics(z.array(z.string()).parse(metrics.available))
      return { error: null }
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }
  if ('overrides' in metrics) return putOf(oracle)
  if (Object.keys(metrics).length === 0) return topologyOf(oracle)
  const readings = oracle.topology.vertices.map(({ id, status }) => {
    const { aggregated, readRecords, writeRecords, accumulatedBusyTime } = Rest.parse(metrics[id])
    const finished = status === 'FINISHED'
    const reading = readingOf(
      {
        source: false,
        finished,
        recordsIn: readRecords ?? Number.NaN,
        recordsOut: writeRecords ?? Number.NaN,
        accumulatedBusyMs: accumulatedBusyTime ?? Number.NaN,
      },
      optionsOf(oracle),
    )
    return {
      id,
      finished,
      numRecordsIn: reading.recordsIn,
      numRecordsOut: reading.recordsOut,
      accumulatedBusyTimeMs: reading.accumulatedBusyMs,
      pendingRecords: aggregated
        ?.filter((metric) => metric.id.endsWith('.pendingRecords'))
        .reduce((sum, metric) => sum + metric.sum, 0),
    }
  })
  return { ...Object.fromEntries(readings.map((r) => [r.id, r])), ...readings[0] }
}

function topologyOf(oracle: OracleCase): Answer {
  const vertices = verticesOf(oracle)
  const outputs = vertices.map(({ id }) => [
    id,
    Object.fromEntries(
      vertices.flatMap((to) =>
        to.inputs.filter(({ from }) => from === id).map(({ ship }) => [to.id, ship]),
      ),
    ),
  ])
  return {
    defaultMaxParallelism: Math.max(...vertices.map(({ maxParallelism }) => maxParallelism)),
    outputs: Object.fromEntries(outputs),
  }
}

/** Some cases name the bounds without the `parallelism` that the body has around them. */
const FlatBody = z.record(z.string(), z.object({ upperBound: Num }))

function putOf(oracle: OracleCase): Answer {
  const config = configOf(oracle)
  const { overrides } = metricsOf(oracle, z.object({ overrides: z.record(z.string(), Num) }))
  const body =
    config['jobmanager.scheduler']?.toLowerCase() === 'adaptive'
      ? requirementsToPut(
          Object.fromEntries(
            verticesOf(oracle).map(({ id, parallelism }) => [
              id,
              { lowerBound: 1, upperBound: parallelism },
            ]),
          ),
          overrides,
        )
      : undefined
  const isFlat = Object.values(FlatBody.safeParse(oracle.expected.body).data ?? {}).length > 0
  const said = isFlat
    ? Object.entries(body ?? {}).map(([id, { parallelism }]) => [id, parallelism])
    : Object.entries(body ?? {})
  return {
    putResourceRequirements: body !== undefined,
    body: body === undefined ? null : Object.fromEntries(said),
  }
}

const Ds2 = z.object({ trueProcessingRate: Num.optional(), trueOutputRate: Num })

/** D2: DS2's policy. */
export function ds2Case(oracle: OracleCase): Answer {
  const operators = verticesOf(oracle).map(({ id, parallelism, inputs }) => {
    const { trueProcessingRate, trueOutputRate } = Ds2.parse(oracle.perVertexMetrics[id])
    return {
      ...{ id, parallelism, trueOutputRate, inputs: inputs.map(({ from }) => from) },
      ...(trueProcessingRate === undefined ? {} : { trueProcessingRate }),
    }
  })
  return { parallelism: ds2Parallelism(operators) }
}

const Curve = z.array(z.object({ parallelism: z.number(), recordsPerSec: z.number() }))

/** CC: capacity per subtask against that of the smallest size, to three decimals. */
export function curveCase(oracle: OracleCase): Answer {
  const curve = Curve.parse(oracle.perVertexMetrics.capacityByParallelism)
  const first = curve[0]
  if (!first) throw new NotAnswered('no curve')
  const perSubtask = first.recordsPerSec / first.parallelism
  return {
    perSubtaskEfficiencyVsFirst: curve.map(({ parallelism, recordsPerSec }) => ({
      parallelism,
      efficiency: Math.round((1000 * recordsPerSec) / (parallelism * perSubtask)) / 1000,
    })),
  }
}
