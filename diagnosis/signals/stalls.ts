import type { JobFacts } from '../../core/model/facts.ts'
import { downstreamOf, type Vertex } from '../../core/model/topology.ts'
import { HELD_BACK, SATURATED } from './bottleneck.ts'
import { loadOf } from './load.ts'
import { grownSince, readingsOf, type SubtaskReadings } from './readings.ts'
import { clocksOf, type SubtaskClock, sourcesOf } from './sources.ts'
import type { JobView } from './view.ts'

/** A vertex that takes records while its event time stands, because of some subtasks of a source. */
export interface Stall {
  readonly source: Vertex
  /** The subtasks whose event time the vertex below waits for. */
  readonly holding: readonly HoldingSubtask[]
  readonly below: Vertex
  /** How long the vertex below has stood. */
  readonly stoodMs: number
  /** Whether other subtasks of the source went on meanwhile. */
  readonly othersAdvance: boolean
}

export interface HoldingSubtask extends SubtaskClock {
  /** It sent no record while its event time stood. */
  readonly isSilent: boolean
}

/**
 * Event time that stands because a source holds it. A vertex takes the lowest watermark of its inputs, so one
 * subtask of a source that tells none stops everything below, while records flow (StatusWatermarkValve). A
 * subtask that is busy or held back itself is left out: it is stuck, which is another trouble.
 * Undefined while no reporter tells watermarks.
 */
export function stallsOf(view: JobView): readonly Stall[] | undefined {
  const { facts } = view
  const { topology } = facts
  if (!topology || topology.inferred) return undefined
  const sources = sourcesOf(facts).map((source) => ({ source, clocks: clocksOf(facts, source.id) }))
  const all = sources.flatMap(({ clocks }) => clocks ?? [])
  if (sources.every(({ clocks }) => clocks === undefined)) return undefined
  // Nobody tells event time: the job goes by the clock on the wall.
  if (all.every(({ watermarkAt }) => watermarkAt === undefined)) return []
  return sources.flatMap(({ source, clocks = [] }) => {
    return downstreamOf(topology, source.id).flatMap((id) => {
      const below = topology.vertices.find((vertex) => vertex.id === id)
      const stood = below && standing(facts, below)
      if (!below || !stood) return []
      const holding = clocks
        .filter((clock) => isHolding(clock, stood))
        .filter(({ subtask }) => hasTime(view, source.id, subtask))
        .map((clock) => ({ ...clock, isSilent: isSilent(facts, source.id, clock) }))
      const others = clocks.filter(({ subtask }) => holding.every((one) => one.subtask !== subtask))
      const othersAdvance = others.some(({ stoodMs }) => stoodMs < stood.stoodMs / 2)
      return holding.length === 0
        ? []
        : [{ source, holding, below, stoodMs: stood.stoodMs, othersAdvance }]
    })
  })
}

type Standing = Pick<SubtaskClock, 'watermarkAt' | 'stoodMs'>

/** The event time of a vertex all of whose subtasks stand, and that took records meanwhile. */
function standing(facts: JobFacts, { id }: Vertex): Standing | undefined {
  const clocks = clocksOf(facts, id) ?? []
  const [newest] = [...clocks].sort((a, b) => a.stoodMs - b.stoodMs)
  if (!newest || newest.stoodMs === 0) return undefined
  const taken = readingsOf(facts, id, 'recordsIn').reduce(
    (sum, one) => sum + recordsWhile(one, newest.stoodMs),
    0,
  )
  return taken > 0 ? newest : undefined
}

function isHolding(clock: SubtaskClock, below: Standing): boolean {
  if (clock.watermarkAt === undefined) return below.watermarkAt === undefined
  if (below.watermarkAt === undefined) return false
  // Where it stands below is where the holding subtask stands, but for what was under way between two readings.
  return clock.stoodMs > below.stoodMs / 2 && clock.watermarkAt <= below.watermarkAt + UNDER_WAY_MS
}

const UNDER_WAY_MS = 1_000

function hasTime({ loads }: JobView, vertex: string, subtask: number): boolean {
  const load = loadOf(loads, vertex)?.subtasks.find((one) => one.subtask === subtask)
  return load === undefined || (load.busy < SATURATED && load.backpressured < HELD_BACK)
}

function isSilent(facts: JobFacts, vertex: string, { subtask, stoodMs }: SubtaskClock): boolean {
  const sent = readingsOf(facts, vertex, 'recordsOut').find((one) => one.subtask === subtask)
  return sent !== undefined && recordsWhile(sent, stoodMs / 2) === 0
}

function recordsWhile({ readings }: SubtaskReadings, lastMs: number): number {
  const newest = readings.at(-1)?.at ?? readings[0].at
  return grownSince(readings, newest - lastMs)
}
