import {
  type FlinkConfig,
  type FractionOption,
  isSet,
  listed,
  type MemoryConfig,
  MemoryRefused,
  minus,
  type Range,
  rangeOf,
  type SizeOption,
  shareBeside,
  shareOf,
  sizeOf,
} from './options.ts'
import { deriveProcess, type FlinkShare, type Outside, type ProcessOptions } from './process.ts'
import { humanMemorySize } from './size.ts'

const MEBI = 2 ** 20
const key = (name: string) => `taskmanager.memory.${name}`

const frameworkHeap: SizeOption = { key: key('framework.heap.size'), defaultBytes: 128 * MEBI }
const frameworkOffHeap: SizeOption = {
  key: key('framework.off-heap.size'),
  defaultBytes: 128 * MEBI,
}
const taskHeap: SizeOption = { key: key('task.heap.size') }
const taskOffHeap: SizeOption = { key: key('task.off-heap.size'), defaultBytes: 0 }
const managedSize: SizeOption = {
  key: key('managed.size'),
  deprecated: ['taskmanager.memory.size'],
}
const managedFraction: FractionOption = { key: key('managed.fraction'), default: 0.4 }
const networkMin: SizeOption = {
  key: key('network.min'),
  deprecated: ['taskmanager.network.memory.min'],
  defaultBytes: 64 * MEBI,
}
/** Unlimited since 1.17; 1 GiB before. */
const networkMax: SizeOption = {
  key: key('network.max'),
  deprecated: ['taskmanager.network.memory.max'],
  defaultBytes: Number.POSITIVE_INFINITY,
}
const networkFraction: FractionOption = {
  key: key('network.fraction'),
  deprecated: ['taskmanager.network.memory.fraction'],
  default: 0.1,
}

const options: ProcessOptions = {
  fineGrained: [taskHeap, managedSize],
  flink: { key: key('flink.size') },
  process: { key: key('process.size') },
  metaspace: { key: key('jvm-metaspace.size'), defaultBytes: 256 * MEBI },
  overheadMin: { key: key('jvm-overhead.min'), defaultBytes: 192 * MEBI },
  overheadMax: { key: key('jvm-overhead.max'), defaultBytes: 1024 * MEBI },
  overheadFraction: { key: key('jvm-overhead.fraction'), default: 0.1 },
}

/** The pools inside of Flink's share, in bytes. */
export interface TaskManagerPools {
  readonly frameworkHeapBytes: number
  readonly taskHeapBytes: number
  readonly frameworkOffHeapBytes: number
  readonly taskOffHeapBytes: number
  readonly managedBytes: number
  readonly networkBytes: number
}

/** Every pool of a TaskManager and the sums Flink prints at its start, in bytes. */
export interface TaskManagerMemory extends TaskManagerPools, Outside {
  readonly flinkBytes: number
  readonly processBytes: number
  /** `-Xmx` and `-Xms`. */
  readonly heapBytes: number
  /** `-XX:MaxDirectMemorySize`. */
  readonly directBytes: number
}

/** What a configuration comes to: sizes, or why Flink would not start. */
export type MemoryOutcome<Sizes> =
  | { readonly kind: 'sizes'; readonly sizes: Sizes }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * From a configuration to the pools of a TaskManager, byte for byte as Flink 1.17–2.x computes them
 * (TaskExecutorProcessUtils, TaskExecutorFlinkMemoryUtils). `line` 1 still reads the keys that 2.0 removed.
 */
export function taskManagerMemory(
  values: FlinkConfig,
  line: 1 | 2,
): MemoryOutcome<TaskManagerMemory> {
  const config: MemoryConfig = { values: line === 1 ? withLegacyHeap(values) : values, line }
  return outcomeOf('TaskManager', () => {
    const sizes = deriveProcess(config, options, share)
    const flinkBytes = share.total(sizes)
    return {
      ...sizes,
      flinkBytes,
      processBytes: flinkBytes + sizes.metaspaceBytes + sizes.overheadBytes,
      heapBytes: sizes.frameworkHeapBytes + sizes.taskHeapBytes,
      directBytes: sizes.frameworkOffHeapBytes + sizes.taskOffHeapBytes + sizes.networkBytes,
    }
  })
}

export function outcomeOf<Sizes>(process: string, derive: () => Sizes): MemoryOutcome<Sizes> {
  try {
    return { kind: 'sizes', sizes: derive() }
  } catch (error) {
    if (!(error instanceof MemoryRefused)) throw error
    return { kind: 'refused', reason: `${process} memory configuration failed: ${error.message}` }
  }
}

/** `taskmanager.heap.size` of 1.x stands for the total of a standalone TaskManager where nothing newer is given. */
function withLegacyHeap(values: FlinkConfig): FlinkConfig {
  const legacy =
    values['taskmanager.heap.size'] ??
    (values['taskmanager.heap.mb'] === undefined ? undefined : `${values['taskmanager.heap.mb']}m`)
  const newer = [...options.fineGrained, options.flink, options.process]
  return legacy === undefined || newer.some((option) => values[option.key] !== undefined)
    ? values
    : { ...values, [options.flink.key]: legacy }
}

const share: FlinkShare<TaskManagerPools> = {
  total: (pools) =>
    pools.frameworkHeapBytes +
    pools.taskHeapBytes +
    pools.frameworkOffHeapBytes +
    pools.taskOffHeapBytes +
    pools.managedBytes +
    pools.networkBytes,
  fromFineGrained: (config) => {
    const given = givenPools(config)
    const withoutNetwork = {
      ...given,
      taskHeapBytes: sizeOf(config, taskHeap),
      managedBytes: sizeOf(config, managedSize),
    }
    const networkBytes = isSet(config, options.flink)
      ? networkAsRest(config, withoutNetwork, sizeOf(config, options.flink))
      : (legacyNetworkBytes(config) ??
        shareBeside(sumWithoutNetwork(withoutNetwork), networkRange(config)))
    return { ...withoutNetwork, networkBytes }
  },
  fromTotal: (config, flinkBytes) => {
    const given = givenPools(config)
    const managedBytes = isSet(config, managedSize)
      ? sizeOf(config, managedSize)
      : shareOf(flinkBytes, rangeOf(config, managedFraction, 0, Number.POSITIVE_INFINITY))
    if (isSet(config, taskHeap)) {
      const withoutNetwork = { ...given, taskHeapBytes: sizeOf(config, taskHeap), managedBytes }
      return {
        ...withoutNetwork,
        networkBytes: networkAsRest(config, withoutNetwork, flinkBytes),
      }
    }
    const networkBytes = legacyNetworkBytes(config) ?? shareOf(flinkBytes, networkRange(config))
    const others = { ...given, taskHeapBytes: 0, managedBytes, networkBytes }
    const rest = flinkBytes - share.total(others)
    if (rest < 0) {
      throw new MemoryRefused(
        `Sum of configured ${listed([
          ['Framework Heap Memory', given.frameworkHeapBytes],
          ['Framework Off-Heap Memory', given.frameworkOffHeapBytes],
          ['Task Off-Heap Memory', given.taskOffHeapBytes],
          ['Managed Memory', managedBytes],
          ['Network Memory', networkBytes],
        ])} exceed configured Total Flink Memory (${humanMemorySize(flinkBytes)}).`,
      )
    }
    return { ...others, taskHeapBytes: rest }
  },
}

type WithoutNetwork = Omit<TaskManagerPools, 'networkBytes'>

function givenPools(config: MemoryConfig): Omit<WithoutNetwork, 'taskHeapBytes' | 'managedBytes'> {
  return {
    frameworkHeapBytes: sizeOf(config, frameworkHeap),
    frameworkOffHeapBytes: sizeOf(config, frameworkOffHeap),
    taskOffHeapBytes: sizeOf(config, taskOffHeap),
  }
}

const sumWithoutNetwork = (pools: WithoutNetwork) => share.total({ ...pools, networkBytes: 0 })

/** Heap and total are given, so the network gets what is left, inside its own bounds. */
function networkAsRest(config: MemoryConfig, pools: WithoutNetwork, flinkBytes: number): number {
  if (sumWithoutNetwork(pools) > flinkBytes) {
    throw new MemoryRefused(
      `Sum of configured ${listed([
        ['Framework Heap Memory', pools.frameworkHeapBytes],
        ['Framework Off-Heap Memory', pools.frameworkOffHeapBytes],
        ['Task Heap Memory', pools.taskHeapBytes],
        ['Task Off-Heap Memory', pools.taskOffHeapBytes],
        ['Managed Memory', pools.managedBytes],
      ])} exceed configured Total Flink Memory (${humanMemorySize(flinkBytes)}).`,
    )
  }
  const networkBytes = minus(flinkBytes, sumWithoutNetwork(pools))
  const legacy = legacyNetworkBytes(config)
  const fits =
    legacy === undefined ? isWithin(networkRange(config), networkBytes) : legacy === networkBytes
  if (!fits) {
    throw new MemoryRefused(
      'If Total Flink, Task Heap and (or) Managed Memory sizes are explicitly configured then the Network Memory size is the rest of the Total Flink memory after subtracting all other configured types of memory, but the derived Network Memory is inconsistent with its configuration.',
    )
  }
  return networkBytes
}

const isWithin = ({ minBytes, maxBytes }: Range, bytes: number) =>
  bytes >= minBytes && bytes <= maxBytes

function networkRange(config: MemoryConfig): Range {
  return rangeOf(config, networkFraction, sizeOf(config, networkMin), sizeOf(config, networkMax))
}

const numberOfBuffers: SizeOption = { key: 'taskmanager.network.numberOfBuffers' }
const segmentSize: SizeOption = { key: key('segment-size'), defaultBytes: 32 * 1024 }

/** 1.x counts in buffers where `taskmanager.network.numberOfBuffers` is the only word on the network. */
function legacyNetworkBytes(config: MemoryConfig): number | undefined {
  const newer = [networkMin, networkMax, networkFraction].some((option) => isSet(config, option))
  if (config.line === 2 || newer || !isSet(config, numberOfBuffers)) return undefined
  return sizeOf(config, numberOfBuffers) * sizeOf(config, segmentSize)
}

/** Cores of a TaskManager: `taskmanager.cpu.cores`, else one per slot (getCpuCoresWithFallback). */
export function taskManagerCores(values: FlinkConfig): number | undefined {
  const cores = Number(
    values['taskmanager.cpu.cores'] ?? values['taskmanager.numberOfTaskSlots'] ?? 1,
  )
  return cores > 0 ? cores : undefined
}

/** The JVM flags that Flink starts a TaskManager with (generateJvmParametersStr); overhead has none. */
export function taskManagerJvmFlags(
  memory: Pick<TaskManagerMemory, 'heapBytes' | 'directBytes' | 'metaspaceBytes'>,
): Readonly<Record<string, number>> {
  return {
    '-Xmx': memory.heapBytes,
    '-Xms': memory.heapBytes,
    '-XX:MaxDirectMemorySize': memory.directBytes,
    '-XX:MaxMetaspaceSize': memory.metaspaceBytes,
  }
}
