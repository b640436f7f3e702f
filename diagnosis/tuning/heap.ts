import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import { processKey } from '../../core/model/samples.ts'
import type { JobView } from '../signals/view.ts'

/** A live set at this share of the heap leaves collections room to be cheap (tuning.md 6.2). */
const LIVE_SHARE = 0.55
/** One step never grows the heap by more than half: the effect is to be seen before the next. */
const STEP_LIMIT = 1.5
const STEP_FLOOR = 1.25
const GRAIN_BYTES = 16 * 2 ** 20

/** Heap for a TaskManager under GC pressure, from what stays alive in it. */
export function adviseHeap(view: JobView, finding: Finding): Advice | Abstention | undefined {
  const { subject } = finding.subject
  if (subject.kind !== 'taskmanager') return undefined
  const target = finding.subject
  const process = view.processes.find((p) => processKey(p.process) === processKey(subject.id))
  const from = process?.heapMaxBytes
  const live = process?.liveHeapBytes
  if (from === undefined || live === undefined) {
    return { target, reason: 'how much of the heap stays alive is not measured' }
  }
  const wanted = live / LIVE_SHARE
  const to = roundUp(Math.min(Math.max(wanted, from * STEP_FLOOR), from * STEP_LIMIT))
  const processBytes = view.facts.taskmanagers.findLast(
    (t) => processKey(t.id) === processKey(subject.id),
  )?.processBytes
  const mebi = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)}m`
  const patch =
    processBytes === undefined
      ? `    taskmanager.memory.task.heap.size: ${mebi(to)}`
      : `    taskmanager.memory.process.size: ${mebi(roundUp((processBytes * to) / from))}`
  return {
    kind: 'heap',
    target,
    cause: finding.key,
    from,
    to,
    low: roundUp(from * STEP_FLOOR),
    high: roundUp(from * STEP_LIMIT),
    unit: 'bytes',
    confidence: Math.round(finding.confidence.value * (wanted > from ? 0.8 : 0.6) * 100) / 100,
    basis: `${mebi(live)} of ${mebi(from)} stay alive; collections are cheap while that is at most ${LIVE_SHARE * 100} % of the heap`,
    effect: `less than 5 % of the time in collections instead of ${Math.round((process?.gcShare ?? 0) * 100)} %`,
    cost: 'a restart of the TaskManagers, and the memory itself on each of them',
    falsifiedBy:
      'the live heap grows into the new limit: then it is a leak or state that grows, and more heap only buys time',
    warnings: wanted > from * STEP_LIMIT ? ['More may be needed: look again after this step.'] : [],
    patch: {
      format: 'yaml',
      title: 'FlinkDeployment',
      text: `spec:\n  flinkConfiguration:\n${patch}`,
    },
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES
}
