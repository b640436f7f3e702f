import type { RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { type Bottleneck, bottlenecks } from './bottleneck.ts'
import { type VertexLoad, vertexLoads } from './load.ts'
import { type ProcessLoad, processLoads } from './process.ts'
import type { RunsMemory } from './runs.ts'

/** One job at one moment as the rules see it: the facts, and the signals that several rules share. */
export interface JobView {
  readonly facts: JobFacts
  /** The newest word about the newest run. */
  readonly run: RunEvent | undefined
  readonly loads: readonly VertexLoad[]
  readonly processes: readonly ProcessLoad[]
  readonly bottlenecks: readonly Bottleneck[]
  /** This run and the one before it, as earlier rounds saw them; absent before the first. */
  readonly runs?: RunsMemory
}

export function viewOf(facts: JobFacts, runs?: RunsMemory): JobView {
  const loads = vertexLoads(facts)
  return {
    facts,
    run: facts.runs.at(-1),
    loads,
    processes: processLoads(facts),
    bottlenecks: facts.topology ? bottlenecks(facts.topology, loads) : [],
    ...(runs && { runs }),
  }
}
