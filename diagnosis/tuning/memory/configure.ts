import { parseMemorySize } from '../../../core/flink/memory/size.ts'
import {
  type TaskManagerMemory,
  taskManagerMemory,
} from '../../../core/flink/memory/taskmanager.ts'

/** The pools that advice changes. `direct` is what user code and libraries may take (task off-heap). */
export type Pool = 'heap' | 'managed' | 'network' | 'metaspace' | 'overhead' | 'direct'

type Config = Readonly<Record<string, string | undefined>>

/** A change of configuration that Flink accepts, and what it comes to. */
export interface Configured {
  /** Key → new value, `1536m`. */
  readonly changes: Readonly<Record<string, string>>
  readonly before: TaskManagerMemory
  readonly after: TaskManagerMemory
}

export type ConfigureOutcome =
  | { readonly kind: 'configured'; readonly change: Configured }
  | { readonly kind: 'unknown'; readonly reason: string }

const key = (name: string) => `taskmanager.memory.${name}`
const PROCESS = key('process.size')
const FLINK = key('flink.size')
const TASK_HEAP = key('task.heap.size')
const MANAGED = key('managed.size')

const MEBI = 2 ** 20
const GRAIN_BYTES = 16 * MEBI

/** Bytes up to the next 16 MiB: what nobody would write any finer. */
export function rounded(bytes: number): number {
  return Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES
}

export const mebi = (bytes: number) => `${Math.ceil(bytes / MEBI)}m`

export const poolBytes: Readonly<Record<Pool, (memory: TaskManagerMemory) => number>> = {
  heap: ({ heapBytes }) => heapBytes,
  managed: ({ managedBytes }) => managedBytes,
  network: ({ networkBytes }) => networkBytes,
  metaspace: ({ metaspaceBytes }) => metaspaceBytes,
  overhead: ({ overheadBytes }) => overheadBytes,
  direct: ({ taskOffHeapBytes }) => taskOffHeapBytes,
}

/**
 * The keys that give one pool another size and leave the others what they have, for the way this cluster is
 * configured: by its process, by Flink's share, or by single pools. The total follows as the smallest one that Flink's
 * own arithmetic accepts; an invalid configuration never leaves here.
 */
export function resizePool(
  values: Config,
  line: 1 | 2,
  pool: Pool,
  toBytes: number,
): ConfigureOutcome {
  const present = taskManagerMemory(values, line)
  if (present.kind === 'refused') return { kind: 'unknown', reason: present.reason }
  const before = present.sizes
  const pins = pinsFor(values, before, pool, toBytes)
  const wanted = (sizes: TaskManagerMemory) => {
    const grows = toBytes >= poolBytes[pool](before)
    return pools.every((other) => {
      if (other === pool) return poolBytes[other](sizes) >= toBytes
      // What is a fraction of a smaller total gets less with it; its own minimum still holds.
      return (
        (!grows && fractional.includes(other)) ||
        poolBytes[other](sizes) >= poolBytes[other](before)
      )
    })
  }
  const total = [PROCESS, FLINK].filter((name) => values[name] !== undefined)
  if (total.length === 0) return checked(values, line, pins, before, wanted)
  const [leading = PROCESS] = total
  const found = smallest((bytes) => {
    const sized = withTotal({ ...values, ...pins }, total, leading, bytes, before)
    const outcome = taskManagerMemory(sized, line)
    return outcome.kind === 'sizes' && wanted(outcome.sizes)
  })
  if (found === undefined)
    return { kind: 'unknown', reason: 'no total size gives every pool what it has now' }
  const sized = withTotal({ ...values, ...pins }, total, leading, found, before)
  return checked(values, line, changedKeys(values, sized), before, wanted)
}

const pools: readonly Pool[] = ['heap', 'managed', 'network', 'metaspace', 'overhead', 'direct']
const fractional: readonly Pool[] = ['network', 'overhead', 'managed']

function pinsFor(
  values: Config,
  before: TaskManagerMemory,
  pool: Pool,
  toBytes: number,
): Readonly<Record<string, string>> {
  const size = mebi(toBytes)
  // A fraction would take its share of every byte that a larger total brings.
  const managed: Readonly<Record<string, string>> =
    values[MANAGED] === undefined && before.managedBytes > 0
      ? { [MANAGED]: mebi(before.managedBytes) }
      : {}
  switch (pool) {
    case 'heap':
      return values[TASK_HEAP] === undefined
        ? managed
        : { [TASK_HEAP]: mebi(toBytes - before.frameworkHeapBytes), ...managed }
    case 'managed':
      return { [MANAGED]: size }
    case 'network':
      return { [key('network.min')]: size, [key('network.max')]: size, ...managed }
    case 'metaspace':
      return { [key('jvm-metaspace.size')]: size }
    case 'overhead':
      return { [key('jvm-overhead.min')]: size, [key('jvm-overhead.max')]: size }
    case 'direct':
      return { [key('task.off-heap.size')]: size, ...managed }
  }
}

/** Both totals are given: they move together, because their difference is what the JVM takes outside of Flink. */
function withTotal(
  values: Config,
  total: readonly string[],
  leading: string,
  bytes: number,
  before: TaskManagerMemory,
): Config {
  if (total.length === 1) return { ...values, [leading]: mebi(bytes) }
  const metaspace = parseMemorySize(values[key('jvm-metaspace.size')] ?? '')
  const outside = (metaspace ?? before.metaspaceBytes) + before.overheadBytes
  return { ...values, [PROCESS]: mebi(bytes), [FLINK]: mebi(bytes - outside) }
}

/** More than this no TaskManager has. */
const MOST_BYTES = 4 * 2 ** 40

/** The smallest multiple of the grain for which a condition holds that larger ones keep. */
function smallest(holds: (bytes: number) => boolean): number | undefined {
  let [low, high] = [0, MOST_BYTES / GRAIN_BYTES]
  if (!holds(high * GRAIN_BYTES)) return undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle * GRAIN_BYTES)) high = middle
    else low = middle
  }
  return high * GRAIN_BYTES
}

function changedKeys(before: Config, after: Config): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) =>
      value === undefined || value === before[name] ? [] : [[name, value]],
    ),
  )
}

function checked(
  values: Config,
  line: 1 | 2,
  changes: Readonly<Record<string, string>>,
  before: TaskManagerMemory,
  wanted: (sizes: TaskManagerMemory) => boolean,
): ConfigureOutcome {
  const outcome = taskManagerMemory({ ...values, ...changes }, line)
  if (outcome.kind === 'refused') return { kind: 'unknown', reason: outcome.reason }
  return wanted(outcome.sizes)
    ? { kind: 'configured', change: { changes, before, after: outcome.sizes } }
    : { kind: 'unknown', reason: 'the sizes that are set leave no room for it' }
}
