import { z } from 'zod'
import type { ShipStrategy } from '../../../core/model/topology.ts'
import type { ScaledVertex } from '../../../diagnosis/tuning/autoscaler/evaluate.ts'
import {
  type AutoscalerOptions,
  autoscalerOptions,
} from '../../../diagnosis/tuning/autoscaler/options.ts'

/** JSON has no NaN and no infinities: cases write them as words. */
export const Num = z
  .union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity', 'max'])])
  .transform((value) => (value === 'max' ? Number.POSITIVE_INFINITY : Number(value)))

const ships: readonly ShipStrategy[] = [
  'FORWARD',
  'HASH',
  'REBALANCE',
  'RESCALE',
  'BROADCAST',
  'GLOBAL',
]

/** A name that Flink's plan may carry; what we do not tell apart is OTHER. */
export const Ship = z
  .string()
  .transform((name): ShipStrategy => ships.find((ship) => ship === name) ?? 'OTHER')

const Vertex = z.object({
  id: z.string(),
  parallelism: z
    .union([z.number(), z.literal('varies')])
    .transform((p) => (p === 'varies' ? 1 : p)),
  maxParallelism: z.number().default(720),
  sourcePartitions: z.number().default(0),
  inputs: z.array(z.object({ from: z.string(), ship: Ship })).default([]),
  slotSharingGroup: z.string().optional(),
  status: z.string().optional(),
})

/** One case of the oracle format (`conventions` of the file say what its numbers mean). */
export const OracleCase = z.object({
  id: z.string(),
  category: z.string(),
  revisions: z.array(z.string()),
  topology: z.object({ vertices: z.array(Vertex) }),
  perVertexMetrics: z.record(z.string(), z.unknown()),
  config: z.record(z.string(), z.unknown()),
  expected: z.record(z.string(), z.unknown()),
})
export type OracleCase = z.output<typeof OracleCase>

export const OracleFile = z.object({ cases: z.array(z.unknown()) })

/** What our functions answer for a case, by the names the case expects. */
export type Answer = Readonly<Record<string, unknown>>

/** Durations are seconds in a case where they are plain numbers; Flink reads them with a unit. */
const DURATION = /\.(window|interval|duration|time|limit|lag-threshold|timeout)$/

/** A case's configuration as Flink's flat text. */
export function configOf({ config }: OracleCase): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      value === null ? [] : [[key, textOf(key, value)] as const],
    ),
  )
}

function textOf(key: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(';')
  if (typeof value === 'number' && DURATION.test(key)) return `${Math.round(value * 1000)} ms`
  return String(value)
}

export function optionsOf(oracle: OracleCase): AutoscalerOptions {
  return autoscalerOptions(configOf(oracle))
}

/** The graph of a case. */
export function verticesOf({ topology }: OracleCase): readonly ScaledVertex[] {
  return topology.vertices.map(({ slotSharingGroup, status: _, ...vertex }) => ({
    ...vertex,
    ...(slotSharingGroup === undefined ? {} : { slotSharingGroup }),
  }))
}

export function metricsOf<S extends z.ZodType>(oracle: OracleCase, schema: S): z.output<S> {
  return schema.parse(oracle.perVertexMetrics)
}

/** The case does not hold what an answer needs, or asks for what the product does not compute. */
export class NotAnswered extends Error {
  override readonly name = 'NotAnswered'
}
