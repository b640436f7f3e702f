import { type FlinkConfig, isSet, MemoryRefused, type SizeOption, sizeOf } from './options.ts'
import { deriveProcess, type FlinkShare, type Outside, type ProcessOptions } from './process.ts'
import { humanMemorySize } from './size.ts'
import { type MemoryOutcome, outcomeOf } from './taskmanager.ts'

const MEBI = 2 ** 20
const key = (name: string) => `jobmanager.memory.${name}`

const heap: SizeOption = { key: key('heap.size') }
const offHeap: SizeOption = { key: key('off-heap.size'), defaultBytes: 128 * MEBI }

const options: ProcessOptions = {
  fineGrained: [heap],
  flink: { key: key('flink.size') },
  process: { key: key('process.size') },
  metaspace: { key: key('jvm-metaspace.size'), defaultBytes: 256 * MEBI },
  overheadMin: { key: key('jvm-overhead.min'), defaultBytes: 192 * MEBI },
  overheadMax: { key: key('jvm-overhead.max'), defaultBytes: 1024 * MEBI },
  overheadFraction: { key: key('jvm-overhead.fraction'), default: 0.1 },
}

interface JobManagerPools {
  readonly heapBytes: number
  readonly offHeapBytes: number
}

/** The pools of a JobManager, in bytes. */
export interface JobManagerMemory extends JobManagerPools, Outside {
  readonly flinkBytes: number
  readonly processBytes: number
}

/** From a configuration to the pools of a JobManager (JobManagerProcessUtils, JobManagerFlinkMemoryUtils). */
export function jobManagerMemory(
  values: FlinkConfig,
  line: 1 | 2,
): MemoryOutcome<JobManagerMemory> {
  const config = { values: line === 1 ? withLegacyHeap(values) : values, line }
  return outcomeOf('JobManager', () => {
    const sizes = deriveProcess(config, options, share)
    const flinkBytes = share.total(sizes)
    return {
      ...sizes,
      flinkBytes,
      processBytes: flinkBytes + sizes.metaspaceBytes + sizes.overheadBytes,
    }
  })
}

const share: FlinkShare<JobManagerPools> = {
  total: ({ heapBytes, offHeapBytes }) => heapBytes + offHeapBytes,
  fromFineGrained: (config) => {
    const pools = { heapBytes: sizeOf(config, heap), offHeapBytes: sizeOf(config, offHeap) }
    const flinkBytes = isSet(config, options.flink) ? sizeOf(config, options.flink) : undefined
    if (flinkBytes !== undefined && flinkBytes !== share.total(pools)) {
      throw new MemoryRefused(
        `Sum of the configured JVM Heap Memory (${humanMemorySize(pools.heapBytes)}) and the configured or default Off-heap Memory (${humanMemorySize(pools.offHeapBytes)}) exceeds the configured Total Flink Memory (${humanMemorySize(flinkBytes)}). Please, make the configuration consistent or configure only one option: either JVM Heap or Total Flink Memory.`,
      )
    }
    return pools
  },
  fromTotal: (config, flinkBytes) => {
    const offHeapBytes = sizeOf(config, offHeap)
    if (flinkBytes <= offHeapBytes) {
      throw new MemoryRefused(
        `The configured Total Flink Memory (${humanMemorySize(flinkBytes)}) is less than the configured Off-heap Memory (${humanMemorySize(offHeapBytes)}).`,
      )
    }
    return { heapBytes: flinkBytes - offHeapBytes, offHeapBytes }
  },
}

/** `jobmanager.heap.size` of 1.x stands for the heap of a standalone JobManager where nothing newer is given. */
function withLegacyHeap(values: FlinkConfig): FlinkConfig {
  const legacy =
    values['jobmanager.heap.size'] ??
    (values['jobmanager.heap.mb'] === undefined ? undefined : `${values['jobmanager.heap.mb']}m`)
  const newer = [heap, options.flink, options.process]
  return legacy === undefined || newer.some((option) => values[option.key] !== undefined)
    ? values
    : { ...values, [heap.key]: legacy }
}
