import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRetriable } from '../../core/kit/retry.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { PLATFORM_WIDE } from '../../core/model/platform.ts'
import type { Diagnosis, TrackerMemory } from '../engine/diagnosis.ts'
import type { FactSource } from '../facts/source.ts'
import type { Board } from './board.ts'
import { clusterState, type Evaluated, summarize } from './evaluated.ts'
import type { RoundEvents } from './happenings.ts'

export type Diagnose = (facts: JobFacts, memory: TrackerMemory | undefined) => Diagnosis

export interface EvaluateDeps {
  readonly facts: FactSource
  readonly diagnose: Diagnose
  /** Keeps what was said; of `repeated` words only that they were said again. */
  readonly save: (diagnoses: readonly Diagnosis[], repeated?: readonly Diagnosis[]) => Promise<void>
  /** Told of each job whose windows were read. */
  readonly learn?: (facts: JobFacts, diagnosis: Diagnosis) => void
  readonly board: Board
  readonly events: RoundEvents
}

/** Jobs that are diagnosed before other work of the process gets its turn: one takes five milliseconds, a large one more. */
const JOBS_PER_TURN = 4

/**
 * Reads, diagnoses, puts on the board and saves. A job that breaks is told and left out; the others
 * go on. Resolves with the facts that were read.
 * @throws StoreError when nothing could be read
 */
export async function evaluate(
  jobs: readonly string[],
  at: number,
  deps: EvaluateDeps,
): Promise<readonly JobFacts[]> {
  const facts = await readFacts(jobs, at, deps)
  const diagnoses: Diagnosis[] = []
  for (const [index, one] of facts.entries()) {
    if (index > 0 && index % JOBS_PER_TURN === 0) await nextTurn()
    try {
      const diagnosis = deps.diagnose(one, deps.board.memoryOf(one.job))
      deps.board.put({ diagnosis, facts: summarize(one) }, clusterState(one))
      deps.learn?.(one, diagnosis)
      diagnoses.push(toKeep(deps.board, diagnosis))
    } catch (error) {
      deps.events.jobBroken({ job: one.job, error })
    }
  }
  if (diagnoses.length === 0) return facts
  try {
    await deps.save(diagnoses)
  } catch (error) {
    deps.events.saveFailed({ count: diagnoses.length, error })
  }
  return facts
}

/** Says again what still holds of these jobs. */
export async function repeat(kept: readonly Evaluated[], deps: EvaluateDeps): Promise<void> {
  if (kept.length === 0) return
  const { board, events } = deps
  for (const evaluated of kept) board.repeat(evaluated)
  try {
    await deps.save(
      [],
      kept.map(({ diagnosis }) => toKeep(board, diagnosis)),
    )
  } catch (error) {
    events.saveFailed({ count: kept.length, error })
  }
}

/** As it is told, but for the troubles that it is under: those are kept once, not with each of their jobs. */
function toKeep(board: Board, diagnosis: Diagnosis): Diagnosis {
  const told = board.latest().get(diagnosis.job)?.diagnosis ?? diagnosis
  if (told.findings === diagnosis.findings) return diagnosis
  return { ...told, findings: told.findings.filter(({ rule }) => rule !== PLATFORM_WIDE) }
}

/** One read for all. When it fails for one job's sake, each job is read alone to find and spare it. */
async function readFacts(
  jobs: readonly string[],
  at: number,
  { facts, events }: EvaluateDeps,
): Promise<readonly JobFacts[]> {
  try {
    return await facts.read(jobs, at)
  } catch (error) {
    // A store that is down is down for each job; asking a thousand times would only add to it.
    if (isRetriable(error) || jobs.length === 1) throw error
  }
  const read: JobFacts[] = []
  let failed: unknown
  for (const job of jobs) {
    try {
      read.push(...(await facts.read([job], at)))
    } catch (error) {
      failed = error
      events.jobBroken({ job, error })
    }
  }
  if (read.length === 0 && failed !== undefined) throw failed
  return read
}
