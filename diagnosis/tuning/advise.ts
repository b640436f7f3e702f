import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import type { JobView } from '../signals/view.ts'
import { adviseHeap } from './heap.ts'
import { adviseParallelism } from './parallelism.ts'

/** Why a cause gets no change of parallelism or memory, by rule. */
const ABSTENTIONS: Readonly<Record<string, string>> = {
  'slow-sink':
    'do not scale: the sink waits for the store behind it, and more writers move the pressure there',
  'data-skew':
    'do not scale: the key is skewed, and a hot key stays on one subtask at any parallelism',
  'restart-loop': 'no size cures a failing record or code: the first fault comes first',
  'job-failed': 'the job does not run: the first fault comes first',
  'taskmanager-lost':
    'the loss came from outside: sizes follow once the job has run again for a while',
  'checkpoint-expired':
    'an unanswered barrier is not a matter of size until the subtask that holds it is known',
  'checkpoint-storage': 'where checkpoints go fails or is slow: no size of the job changes that',
  'checkpoint-sync': 'the synchronous phase is work of the function that snapshots, not of a size',
  'stuck-task': 'do not scale: the task takes nothing at all, and more subtasks would wait with it',
  'slow-instance':
    'do not scale: one TaskManager is slow, and more subtasks would still wait for those on it',
  'async-capacity':
    'its asynchronous operator is full: a higher capacity gives the same without another subtask',
  'no-slots': 'the job does not run: it needs the slots that it already asked for',
  'source-skew': 'do not scale: one part of the source is full, and stays on one subtask',
  'uneven-partitions': 'the parallelism of a source follows from its partitions, not from its load',
  'source-limited':
    'the parallelism of a source ends at its partitions, whose number is not known here',
  'lag-growing': 'what holds the reading back is not known, and a size would be a guess',
  'catching-up': 'it works off a backlog: what arrives afterwards is what a size must carry',
}

/** A state in which measured rates say nothing about the size a job needs. */
const VETOES = [
  'job-failed',
  'restart-loop',
  'taskmanager-lost',
  'heap-oom',
  'no-slots',
  'stuck-task',
  'slow-instance',
  'broker-unreachable',
]

/** One advice or one abstention per open cause. Memory before parallelism: collections look like work. */
export function adviseOn(
  view: JobView,
  findings: readonly Finding[],
): { readonly advice: readonly Advice[]; readonly abstained: readonly Abstention[] } {
  const advice: Advice[] = []
  const abstained: Abstention[] = []
  // A finding that is only held open was measured in an earlier window: no numbers of now belong to it.
  const causes = findings.filter(
    ({ state, cause, seenAt }) => state === 'open' && cause && seenAt === view.facts.at,
  )
  const veto = causes.find((finding) => VETOES.includes(finding.rule))
  for (const finding of causes) {
    const given = adviceFor(view, finding, veto, findings)
    if (!given) continue
    if ('reason' in given) abstained.push(given)
    else advice.push(given)
  }
  return { advice, abstained }
}

function adviceFor(
  view: JobView,
  finding: Finding,
  veto: Finding | undefined,
  findings: readonly Finding[],
): Advice | Abstention | undefined {
  const reason = ABSTENTIONS[finding.rule]
  if (reason !== undefined) return { target: finding.subject, reason }
  if (finding.rule === 'heap-oom') return adviseHeapAfter(view, finding, findings)
  if (veto)
    return {
      target: finding.subject,
      reason: `not while ${veto.title.toLowerCase()}: what was measured is not its usual work`,
    }
  if (finding.rule === 'gc-pressure') return adviseHeap(view, finding)
  if (finding.category === 'flow') return adviseParallelism(view, finding)
  return undefined
}

/** What died of its heap cannot be measured any more; the collections before it, folded under it, can. */
function adviseHeapAfter(
  view: JobView,
  outOfMemory: Finding,
  findings: readonly Finding[],
): Advice | Abstention | undefined {
  const collections = findings.find(
    ({ rule, state, explainedBy }) =>
      rule === 'gc-pressure' && state === 'open' && explainedBy === outOfMemory.key,
  )
  if (collections) return adviseHeap(view, collections)
  return {
    target: outOfMemory.subject,
    reason: 'how much of the heap stayed alive is not measured: a heap dump comes first',
  }
}
