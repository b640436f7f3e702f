import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import { DAY_MS, seenText, type TuningHistory, WEEK_MS } from './history.ts'
import { adviceOf, type ParallelismPlan, type Resized, resourcesAround } from './parallelism.ts'
import { busyAt } from './plan.ts'

/** Busier than this after the change, a smaller vertex would be the next complaint. */
const FULL_ENOUGH = 0.8

/**
 * Fewer subtasks for a job that needs fewer slots, or why not. Nothing is taken away before the peak of a day was seen:
 * until then the what-if answers. What saves no slot is not worth a restart.
 */
export function adviseShrink(
  plan: ParallelismPlan,
  finding: Finding,
  history: TuningHistory,
): readonly Advice[] | Abstention {
  const target = finding.subject
  const { observedMs = 0, peakDemand } = history
  if (observedMs < DAY_MS || peakDemand === undefined) {
    return {
      target,
      reason: `subtasks are taken away only after a whole day was seen, its peak included; ${seenText(history)}`,
    }
  }
  const vertices = [...plan.vertices.values()]
  if (vertices.some(({ demand, size }) => demand.censored || !size))
    return {
      target,
      reason: 'what arrives, or what a subtask can take, is not known of every vertex',
    }
  const changed = vertices.flatMap((planned): readonly Resized[] => {
    const { size, measured, demand } = planned
    const from = measured.vertex.parallelism
    if (!size) return []
    const subtasks = Math.max(size.high, 1)
    const busy = busyAt(measured, demand.perSecond, subtasks)
    return subtasks < from && (busy?.value ?? 1) <= FULL_ENOUGH
      ? [{ planned, size: { ...size, subtasks } }]
      : []
  })
  const { before, after } = resourcesAround(plan, changed)
  if (after.slots >= before.slots)
    return {
      target,
      reason: 'fewer subtasks would free no slot: the widest vertex of the job needs them',
    }
  return changed.map(({ planned, size }) => {
    const { id, name } = planned.measured.vertex
    const { subject } = target
    const run = subject.kind === 'job' ? subject.run : ''
    const job = subject.kind === 'job' ? subject.job : ''
    const advice = adviceOf(plan, finding, planned, size, {
      target: { subject: { kind: 'vertex', job, run, vertex: id }, name },
      changed,
      leader: undefined,
    })
    return observedMs < WEEK_MS
      ? { ...advice, warnings: [...advice.warnings, notAWeek(observedMs)] }
      : advice
  })
}

const notAWeek = (observedMs: number) =>
  `Less than a week was seen (${(observedMs / DAY_MS).toFixed(1)} days): what comes once a week may need more.`
