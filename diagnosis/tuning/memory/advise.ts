import { taskManagerMemory } from '../../../core/flink/memory/taskmanager.ts'
import type { TaskManagerEvent } from '../../../core/model/events.ts'
import type { Abstention, Advice, Finding, FromTo } from '../../../core/model/finding.ts'
import { processKey } from '../../../core/model/samples.ts'
import type { JobView } from '../../signals/view.ts'
import type { TuningHistory } from '../history.ts'
import { memoryPatch } from '../patch.ts'
import { shapeOf } from '../resources.ts'
import { mebi, type Pool, poolBytes, resizePool, rounded } from './configure.ts'
import { networkNeedBytes } from './network.ts'
import {
  loweredHeap,
  type Need,
  neededDirect,
  neededMetaspace,
  neededNetwork,
  neededOverhead,
  raisedHeap,
  unusedManaged,
} from './pools.ts'
import { configOf, hostKeysOf, lineOf, type PoolUse, poolUse } from './use.ts'

/** The pool that a cause asks about. Causes of other kinds are not about memory. */
const poolOfCause: Readonly<Record<string, Pool>> = {
  ...{ 'gc-pressure': 'heap', 'heap-oom': 'heap', 'memory-over-provisioned': 'heap' },
  ...{ 'metaspace-leak': 'metaspace', 'direct-oom': 'direct' },
  ...{ 'oom-killed': 'overhead', 'rss-headroom': 'overhead' },
  ...{ 'network-buffers-insufficient': 'network', 'network-buffers-tight': 'network' },
  ...{ 'managed-memory-unused': 'managed', 'rocksdb-cache': 'managed' },
}

/** How a person calls each pool, what falsifies a change of it, and what it should do. */
const words: Readonly<
  Record<Pool, { readonly name: string; readonly effect: string; readonly falsifiedBy: string }>
> = {
  heap: {
    name: 'heap',
    effect: 'less than 5 % of the time in collections',
    falsifiedBy:
      'the live heap grows into the new limit: then it is a leak or state that grows, and more heap only buys time',
  },
  managed: {
    name: 'managed memory',
    effect: 'memory that nothing reserves is given back',
    falsifiedBy: 'a task fails for want of managed memory: then something does use it',
  },
  network: {
    name: 'network memory',
    effect: 'every gate gets its buffers, and the job starts',
    falsifiedBy: '"Insufficient number of network buffers" comes again',
  },
  metaspace: {
    name: 'metaspace',
    effect: 'classes have room again',
    falsifiedBy:
      'metaspace grows with every redeploy: then class loaders leak, and only a restart of the process helps',
  },
  overhead: {
    name: 'memory outside of the JVM',
    effect: 'a tenth of the container stays free',
    falsifiedBy:
      'the working set grows into the new limit: then native memory leaks or glibc keeps it (MALLOC_ARENA_MAX=1, jemalloc)',
  },
  direct: {
    name: 'direct memory',
    effect: 'direct buffers have room again',
    falsifiedBy: 'direct memory grows into the new limit: then something does not release it',
  },
}

/** Memory for the pool that a finding is about, or why none is advised; undefined where it is about none. */
export function adviseMemory(
  view: JobView,
  finding: Finding,
  history: TuningHistory,
): Advice | Abstention | undefined {
  const pool = poolOfCause[finding.rule]
  if (pool === undefined) return undefined
  const target = finding.subject
  const { subject } = target
  const hosts =
    subject.kind === 'taskmanager' ? new Set([processKey(subject.id)]) : hostKeysOf(view)
  const use = poolUse(view, hosts)
  const event = view.facts.taskmanagers.findLast(
    ({ id }) => hosts.size === 0 || hosts.has(processKey(id)),
  )
  const from = presentBytes(view, pool, use, event)
  if (from === undefined)
    return { target, reason: `how much ${words[pool].name} a TaskManager has is not known` }
  const need = needOf(view, finding.rule, { pool, from, use, history })
  if (need.kind === 'unknown') return { target, reason: need.reason }
  const to = need.kind === 'resize' ? rounded(need.bytes) : from
  if (need.kind === 'enough' || to === from)
    return { target, reason: `it does not lack ${words[pool].name}: ${mebi(from)} is enough` }
  const change = changeFor(view, pool, from, to, event)
  if ('reason' in change) return { target, reason: change.reason }
  return {
    kind: pool,
    target,
    cause: finding.key,
    from,
    to,
    ...intervalOf(from, to),
    unit: 'bytes',
    confidence: Math.round(finding.confidence.value * need.confidence * 100) / 100,
    basis: need.basis,
    effect:
      pool === 'heap' && use.gcShare !== undefined && to > from
        ? `${words.heap.effect} instead of ${Math.round(use.gcShare * 100)} %`
        : words[pool].effect,
    cost: 'a restart of the TaskManagers, and the memory itself on each of them',
    falsifiedBy: words[pool].falsifiedBy,
    warnings: [...change.warnings, ...(isCapped(pool, from, to) ? [MORE_LATER] : [])],
    patch: memoryPatch(change.values, configOf(view)['kubernetes.cluster-id'] !== undefined),
    ...(change.processBytes ? { expected: { processBytes: change.processBytes } } : {}),
  }
}

const MORE_LATER = 'More may be needed: look again after this step.'

/** A step that ended at half as much again was cut there; network memory is given whole. */
function isCapped(pool: Pool, from: number, to: number): boolean {
  return pool !== 'network' && to > from && to >= rounded(from * 1.5)
}

/** One grain less would not do; up to half as much again is a single step. */
function intervalOf(from: number, to: number): { readonly low: number; readonly high: number } {
  return to > from
    ? { low: Math.min(to, rounded(from * 1.25)), high: Math.max(to, rounded(from * 1.5)) }
    : { low: Math.min(to, rounded(from * 0.8)), high: from }
}

/** By Flink's arithmetic where its configuration is known, else as the TaskManager reported it, else as the JVM says. */
function presentBytes(
  view: JobView,
  pool: Pool,
  use: PoolUse,
  event: TaskManagerEvent | undefined,
): number | undefined {
  const outcome = taskManagerMemory(configOf(view), lineOf(view))
  if (outcome.kind === 'sizes') return poolBytes[pool](outcome.sizes)
  const reported: Readonly<Partial<Record<Pool, number | undefined>>> = {
    heap: use.heapMaxBytes ?? event?.heapBytes,
    managed: event?.managedBytes,
    network: event?.networkBytes,
  }
  return reported[pool]
}

/** What the job's TaskManagers have of a pool now; undefined where neither configuration nor a process tells. */
export function presentPoolBytes(view: JobView, pool: Pool): number | undefined {
  const hosts = hostKeysOf(view)
  const event = view.facts.taskmanagers.findLast(
    ({ id }) => hosts.size === 0 || hosts.has(processKey(id)),
  )
  return presentBytes(view, pool, poolUse(view, hosts), event)
}

interface Asked {
  readonly pool: Pool
  readonly from: number
  readonly use: PoolUse
  readonly history: TuningHistory
}

function needOf(view: JobView, rule: string, { pool, from, use, history }: Asked): Need {
  switch (pool) {
    case 'heap':
      return rule === 'memory-over-provisioned' ? loweredHeap(use, history) : raisedHeap(use)
    case 'managed':
      return unusedManaged(use, backendOf(view), history)
    case 'network':
      return neededNetwork(networkNeedBytes(view, shapeOf(view).slots), from)
    case 'metaspace':
      return neededMetaspace(use, from)
    case 'overhead':
      return neededOverhead(use, from)
    case 'direct': {
      const outcome = taskManagerMemory(configOf(view), lineOf(view))
      return outcome.kind === 'sizes'
        ? neededDirect(use, outcome.sizes.directBytes, from)
        : { kind: 'unknown', reason: 'the limit of direct memory is not known' }
    }
  }
}

function backendOf(view: JobView): string | undefined {
  const config = configOf(view)
  return config['state.backend.type'] ?? config['state.backend']
}

/** The lines to change; what would not start is a reason instead. */
type Change =
  | {
      readonly values: Readonly<Record<string, string>>
      readonly warnings: readonly string[]
      readonly processBytes?: FromTo
    }
  | { readonly reason: string }

const TOTALS = ['taskmanager.memory.process.size', 'taskmanager.memory.flink.size']
const FINE = ['taskmanager.memory.task.heap.size', 'taskmanager.memory.managed.size']

function changeFor(
  view: JobView,
  pool: Pool,
  from: number,
  to: number,
  event: TaskManagerEvent | undefined,
): Change {
  const config = configOf(view)
  const configured =
    TOTALS.some((name) => config[name] !== undefined) ||
    FINE.every((name) => config[name] !== undefined)
  if (!configured) return unconfigured(pool, from, to, event)
  const outcome = resizePool(config, lineOf(view), pool, to)
  if (outcome.kind === 'unknown')
    return { reason: `no valid configuration gives it that: ${outcome.reason}` }
  const { changes, before, after } = outcome.change
  return {
    values: changes,
    warnings: [],
    processBytes: { from: before.processBytes, to: after.processBytes },
  }
}

const UNKNOWN_KEYS =
  'How these TaskManagers are configured is not known (the JobManager has other settings): change the key that is set for them.'

const singleKey: Readonly<Record<Exclude<Pool, 'heap'>, readonly string[]>> = {
  managed: ['taskmanager.memory.managed.size'],
  network: ['taskmanager.memory.network.min', 'taskmanager.memory.network.max'],
  metaspace: ['taskmanager.memory.jvm-metaspace.size'],
  overhead: ['taskmanager.memory.jvm-overhead.min', 'taskmanager.memory.jvm-overhead.max'],
  direct: ['taskmanager.memory.task.off-heap.size'],
}

/** Without their configuration, heap grows with the whole process where that is reported. */
function unconfigured(
  pool: Pool,
  from: number,
  to: number,
  event: TaskManagerEvent | undefined,
): Change {
  const processBytes = event?.processBytes
  if (pool !== 'heap') {
    const values = Object.fromEntries(singleKey[pool].map((name) => [name, mebi(to)]))
    return { values, warnings: [UNKNOWN_KEYS] }
  }
  if (processBytes === undefined)
    return { values: { 'taskmanager.memory.task.heap.size': mebi(to) }, warnings: [UNKNOWN_KEYS] }
  const grown = rounded((processBytes * to) / from)
  return {
    values: { 'taskmanager.memory.process.size': mebi(grown) },
    warnings: [UNKNOWN_KEYS],
    processBytes: { from: processBytes, to: grown },
  }
}
