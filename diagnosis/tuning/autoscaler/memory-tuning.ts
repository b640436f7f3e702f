import {
  buffersOf,
  DEFAULT_NETWORK,
  type NetworkOptions,
} from '../../../core/flink/memory/network.ts'
import { parseMemorySize } from '../../../core/flink/memory/size.ts'
import { taskManagerMemory } from '../../../core/flink/memory/taskmanager.ts'
import { ceiledAt } from './decimal.ts'
import type { GlobalEvaluation, ScaledVertex } from './evaluate.ts'
import { slotsAfter } from './job.ts'
import type { AutoscalerOptions } from './options.ts'

/** The memory configuration that the autoscaler would set. Sizes in bytes, fractions to three decimals. */
export interface TunedMemory {
  readonly processBytes: number
  readonly managedFraction: number
  readonly networkBytes: number
  readonly metaspaceBytes: number
  readonly overheadFraction: number
  readonly frameworkHeapBytes: 0
}

/** Memory that is handed out until it is gone. */
export interface Budget {
  readonly take: (bytes: number) => number
  readonly leftBytes: () => number
}

export function budgetOf(bytes: number): Budget {
  let left = bytes
  return {
    take: (wanted) => {
      const taken = Math.min(wanted, left)
      left -= taken
      return taken
    },
    leftBytes: () => left,
  }
}

/**
 * Sizes of the pools after a rescale (MemoryTuning): what is not tuned first, then network, metaspace, heap and
 * managed memory in this order, out of the configured process size. Undefined where the configuration is not valid.
 */
export function tuneMemory(
  config: Readonly<Record<string, string | undefined>>,
  vertices: readonly ScaledVertex[],
  newParallelism: Readonly<Record<string, number>>,
  global: GlobalEvaluation,
  options: AutoscalerOptions,
): TunedMemory | undefined {
  const spec = taskManagerMemory(config, 1)
  const specBytes = parseMemorySize(config['taskmanager.memory.process.size'] ?? '')
  if (spec.kind === 'refused' || specBytes === undefined || specBytes <= 0) return undefined
  const { sizes } = spec
  const slots = Number(config['taskmanager.numberOfTaskSlots'] ?? 1)
  const budget = budgetOf(specBytes)
  budget.take(sizes.frameworkOffHeapBytes)
  budget.take(sizes.taskOffHeapBytes)
  budget.take(sizes.overheadBytes)

  const changes = Object.fromEntries(
    vertices.map(({ id, parallelism }) => [id, { to: newParallelism[id] ?? parallelism }]),
  )
  const grown = (usedBytes: number) =>
    budget.take(Math.trunc(Math.trunc(usedBytes || 0) * (1 + options.memoryOverhead)))
  const networkBytes = budget.take(
    networkDemandBytes(vertices, changes, networkOptionsOf(config)) * slots,
  )
  const metaspaceBytes = grown(global.metaspaceUsedBytes.average)
  const usedHeapBytes = grown(global.heapUsedBytes.average)
  const managedBytes = managedOf(global, sizes.managedBytes, options, budget)
  const heapBytes = options.memoryCompensation
    ? compensated(usedHeapBytes, budget, global.slotsUsed.current, { vertices, changes, slots })
    : usedHeapBytes

  const processBytes = specBytes - budget.leftBytes()
  if (processBytes <= 0) return undefined
  const flinkBytes =
    sizes.flinkBytes +
    (heapBytes - sizes.heapBytes) +
    (managedBytes - sizes.managedBytes) +
    (networkBytes - sizes.networkBytes)
  return {
    processBytes,
    managedFraction: ceiledAt(managedBytes / flinkBytes, 3),
    networkBytes,
    metaspaceBytes,
    overheadFraction: ceiledAt(sizes.overheadBytes / processBytes, 3),
    frameworkHeapBytes: 0,
  }
}

function networkOptionsOf(config: Readonly<Record<string, string | undefined>>): NetworkOptions {
  const key = 'taskmanager.network.memory.'
  return {
    segmentBytes:
      parseMemorySize(config['taskmanager.memory.segment-size'] ?? '') ??
      DEFAULT_NETWORK.segmentBytes,
    buffersPerChannel: Number(
      config[`${key}buffers-per-channel`] ?? DEFAULT_NETWORK.buffersPerChannel,
    ),
    floatingBuffersPerGate: Number(
      config[`${key}floating-buffers-per-gate`] ?? DEFAULT_NETWORK.floatingBuffersPerGate,
    ),
  }
}

/** Of one slot that hosts a subtask of every vertex: both ends of every edge. */
function networkDemandBytes(
  vertices: readonly ScaledVertex[],
  changes: Readonly<Record<string, { readonly to: number }>>,
  network: NetworkOptions,
): number {
  const segments = vertices.flatMap((vertex) =>
    vertex.inputs.map(({ from, ship }) => {
      const [sender, receiver] = [changes[from]?.to ?? 0, changes[vertex.id]?.to ?? 0]
      return buffersOf(receiver, sender, ship, network) + buffersOf(sender, receiver, ship, network)
    }),
  )
  return segments.reduce((a, b) => a + b, 0) * network.segmentBytes
}

function managedOf(
  global: GlobalEvaluation,
  configuredBytes: number,
  options: AutoscalerOptions,
  budget: Budget,
): number {
  if (!(Math.trunc(global.managedUsedBytes.average) > 0)) return 0
  return budget.take(options.maximizeManaged ? Number.POSITIVE_INFINITY : configuredBytes)
}

/** Fewer TaskManagers afterwards: each gets the heap of those that go, as far as the budget reaches (MemoryScaling). */
export function compensated(
  heapBytes: number,
  budget: Budget,
  slotsUsed: number,
  after: {
    readonly vertices: readonly ScaledVertex[]
    readonly changes: Readonly<Record<string, { readonly to: number }>>
    readonly slots: number
  },
): number {
  const now = Math.ceil(slotsUsed / after.slots)
  const then = Math.ceil(slotsAfter(after.vertices, after.changes, slotsUsed) / after.slots)
  const factor = Math.max(1, now / then)
  return heapBytes + budget.take(Math.trunc(factor * heapBytes) - heapBytes)
}
