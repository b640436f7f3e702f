import { aligned } from './align.ts'
import type { TuningHistory } from './history.ts'
import type { MeasuredVertex } from './measure.ts'
import { groupsOf, limitOf } from './plan.ts'

/** What a bounded job has to read, by source, and how that is known. */
export interface Input {
  readonly records: ReadonlyMap<string, number>
  readonly basis: string
}

/** Sources of a job that ends are read once: their backlog is what is left, their last run what comes again. */
export function inputOf(
  measured: readonly MeasuredVertex[],
  history: TuningHistory,
): Input | undefined {
  const sources = measured.filter(({ source }) => source)
  const all = (basis: string, of: (one: MeasuredVertex) => number | undefined) => {
    const records = new Map(
      sources.flatMap((one): [string, number][] => {
        const count = of(one)
        return count === undefined || count <= 0 ? [] : [[one.vertex.id, count]]
      }),
    )
    return sources.length > 0 && records.size === sources.length ? { records, basis } : undefined
  }
  return (
    all('what its sources have not read yet', ({ lagRecords }) => lagRecords) ??
    all('what its last finished run read', ({ vertex }) => history.inputRecords?.[vertex.id])
  )
}

/** Work of one vertex for a whole input. */
export interface VertexWork {
  readonly measured: MeasuredVertex
  readonly records: number
  /** Busy time of all its subtasks together. */
  readonly busyMs: number
}

/**
 * What each vertex has to do for this input: records by the ratios of the graph, time by what a subtask takes. Undefined
 * while a ratio or a capacity is not known.
 */
export function workOf(
  measured: readonly MeasuredVertex[],
  { records: input }: Input,
): readonly VertexWork[] | undefined {
  const records = new Map(input)
  const work: VertexWork[] = []
  for (const one of measured) {
    const { vertex, inputs, capacity, source } = one
    let own = source ? input.get(vertex.id) : 0
    for (const { from, perRecord } of inputs) {
      const sent = records.get(from)
      own =
        own === undefined || sent === undefined || perRecord === undefined
          ? undefined
          : own + sent * perRecord
    }
    if (own === undefined || !capacity || capacity.value <= 0) return undefined
    records.set(vertex.id, own)
    work.push({ measured: one, records: own, busyMs: (own / capacity.value) * 1000 })
  }
  return work
}

/** All vertices of a pipelined job work at the same time: the one with most to do for its size says when it ends. */
export function finishMs(
  work: readonly VertexWork[],
  sizeOf: (one: MeasuredVertex) => number,
): number {
  return Math.max(...work.map(({ measured, busyMs }) => busyMs / sizeOf(measured)))
}

/** Nobody is busy all the time: batches end, checkpoints stop for a moment. */
const USABLE = 0.9

/** The smallest sizes that end in time; the limit of a vertex that cannot is given instead. */
export function sizesWithin(
  work: readonly VertexWork[],
  withinMs: number,
): ReadonlyMap<string, number> {
  return new Map(
    work.map(({ measured, busyMs }) => {
      const wanted = Math.max(busyMs / (withinMs * USABLE), Number.MIN_VALUE)
      const groups = groupsOf(measured)
      const subtasks = groups === undefined ? Math.ceil(wanted) : aligned(wanted, groups)
      const most = limitOf(measured)?.subtasks ?? subtasks
      return [measured.vertex.id, Math.max(1, Math.min(subtasks, most))]
    }),
  )
}
