import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import { processKey } from '../../core/model/samples.ts'
import { type Throttling, throttlingOf } from '../signals/throttling.ts'
import type { JobView } from '../signals/view.ts'
import { configOf, hostKeysOf } from './memory/use.ts'
import { cpuPatch } from './patch.ts'

/** Nobody writes limits any finer. */
const GRAIN_CORES = 0.5
/** One step: what it would take without its limit is not known, so the effect is to be seen first. */
const LEAST_STEP = 1.25
const MOST_STEP = 2

const upToGrain = (cores: number) => Math.ceil(cores / GRAIN_CORES) * GRAIN_CORES
const coresText = (cores: number) => `${cores} core${cores === 1 ? '' : 's'}`
const percent = (share: number) => `${Math.round(100 * share)} %`

/** More CPU for the TaskManagers of a container that runs into its limit, or why none is advised. */
export function adviseCpu(view: JobView, finding: Finding): Advice | Abstention {
  const target = finding.subject
  const { subject } = target
  const seen = subject.kind === 'taskmanager' ? throttlingOf(view.facts, subject.id) : undefined
  const from = seen?.limitCores
  if (!seen || from === undefined || subject.kind !== 'taskmanager')
    return { target, reason: 'the CPU limit of the container is not known' }
  const to = upToGrain(wantedCores(seen, from))
  const wanted = busyOn(view, subject.id)
  const taskManagers = hostKeysOf(view).size
  return {
    kind: 'cpu',
    target,
    cause: finding.key,
    from,
    to,
    low: Math.min(to, upToGrain(from * LEAST_STEP)),
    high: Math.max(to, upToGrain(from * MOST_STEP)),
    unit: 'cores',
    confidence: Math.round(finding.confidence.value * 0.7 * 100) / 100,
    basis: `the kernel stopped it in ${percent(seen.share)} of the periods at a limit of ${coresText(from)}${seen.usedCores === undefined ? '' : `, of which it used ${seen.usedCores.toFixed(1)} on average`}; its tasks are busy for ${wanted.toFixed(1)} threads, collectors and compactions come on top`,
    effect: `stopped in less than a quarter of the periods instead of ${percent(seen.share)}`,
    cost: `a restart of the TaskManagers, and ${(to - from).toFixed(1)} cores more on each of them`,
    falsifiedBy:
      'it is stopped as often with the new limit: then something takes whatever it gets, a busy loop or too many collector threads',
    warnings:
      wanted < from
        ? [
            'Its tasks alone would fit: look at what else runs in the container before giving it more.',
          ]
        : [],
    patch: cpuPatch(to, configOf(view)['kubernetes.cluster-id'] !== undefined),
    expected:
      taskManagers > 0 ? { cores: { from: taskManagers * from, to: taskManagers * to } } : {},
  }
}

/** Stopped in every period it may want twice as much; stopped in a few, a quarter more ends most of them. */
function wantedCores({ share }: Throttling, limit: number): number {
  const times = 1 / (1 - Math.min(share, 1) / 2)
  return limit * Math.min(MOST_STEP, Math.max(LEAST_STEP, times))
}

/** Threads that tasks keep busy on a TaskManager, waiting for CPU included. */
function busyOn({ loads }: JobView, taskmanager: string): number {
  const key = processKey(taskmanager)
  return loads
    .flatMap(({ subtasks }) => subtasks)
    .filter((one) => one.taskmanager !== undefined && processKey(one.taskmanager) === key)
    .reduce((sum, { busy }) => sum + busy, 0)
}

/** The limit of the containers now; undefined where none is known. */
export function presentCores(view: JobView): number | undefined {
  const limits = [...hostKeysOf(view)].flatMap(
    (host) => throttlingOf(view.facts, host)?.limitCores ?? [],
  )
  return limits.length === 0 ? undefined : Math.max(...limits)
}
