import { z } from 'zod'
import { jobManagerMemory } from '../../../core/flink/memory/jobmanager.ts'
import { buffersOf } from '../../../core/flink/memory/network.ts'
import {
  arenaBlockBytes,
  isArenaBlockSensible,
  mutableLimitBytes,
  rocksDbMemory,
} from '../../../core/flink/memory/rocksdb.ts'
import { parseMemorySize } from '../../../core/flink/memory/size.ts'
import {
  taskManagerCores,
  taskManagerJvmFlags,
  taskManagerMemory,
} from '../../../core/flink/memory/taskmanager.ts'
import type { GlobalEvaluation } from '../../../diagnosis/tuning/autoscaler/evaluate.ts'
import {
  budgetOf,
  compensated,
  tuneMemory,
} from '../../../diagnosis/tuning/autoscaler/memory-tuning.ts'
import {
  type Answer,
  configOf,
  metricsOf,
  NotAnswered,
  Num,
  type OracleCase,
  optionsOf,
  Ship,
  verticesOf,
} from './case.ts'

/** Cases about memory: Flink's own arithmetic (FM) and the autoscaler's tuning of it (MT). */

const MEBI = 2 ** 20

/** FM: what the configuration of a case comes to, in bytes and in the whole MiB that tests of Flink use. */
export function flinkMemoryCase(oracle: OracleCase): Answer {
  const config = configOf(oracle)
  const answers: Record<string, unknown> = {
    cpuCores: taskManagerCores(config),
    ...flagsOf(oracle),
    ...rocksDbOf(config),
  }
  const jobManager = Object.keys(config).some((key) => key.startsWith('jobmanager.'))
  const outcome = jobManager ? jobManagerMemory(config, 1) : taskManagerMemory(config, 1)
  if (outcome.kind === 'refused') return { ...answers, error: true, reason: outcome.reason }
  for (const [name, bytes] of Object.entries(outcome.sizes)) {
    answers[name] = bytes
    answers[name.replace(/Bytes$/, '')] = mebi(bytes)
  }
  return { error: false, ...answers, ...flinkNames(outcome.sizes) }
}

/** Tests of Flink compare whole MiB; what is off by less than a hundredth is a float of the fraction. */
function mebi(bytes: number): number {
  const whole = Math.round(bytes / MEBI)
  return Math.abs(bytes / MEBI - whole) < 0.01 ? whole : bytes / MEBI
}

/** The format calls heap and direct memory by their JVM flags. */
function flinkNames(sizes: Readonly<Record<string, number>> | object): Answer {
  const { heapBytes, directBytes } = z
    .object({ heapBytes: z.number(), directBytes: z.number().optional() })
    .parse(sizes)
  return { XmxBytes: heapBytes, maxDirectBytes: directBytes }
}

function flagsOf(oracle: OracleCase): Answer {
  const { heap, direct, metaspace } = metricsOf(
    oracle,
    z.object({ heap: z.string(), direct: z.string(), metaspace: z.string() }).partial(),
  )
  if (heap === undefined) return {}
  const bytes = (text: string | undefined) => parseMemorySize(text ?? '') ?? Number.NaN
  const flags = taskManagerJvmFlags({
    heapBytes: bytes(heap),
    directBytes: bytes(direct),
    metaspaceBytes: bytes(metaspace),
  })
  return Object.fromEntries(Object.entries(flags).map(([flag, size]) => [flag, `${size / MEBI}m`]))
}

function rocksDbOf(config: Readonly<Record<string, string | undefined>>) {
  const number = (...names: readonly string[]) => {
    const text = names.map((name) => config[name]).find((value) => value !== undefined)
    return text === undefined ? undefined : Number(text)
  }
  const ratio = number('state.backend.rocksdb.memory.write-buffer-ratio', 'writeBufferRatio') ?? 0.5
  const writeBuffer = number('writeBufferSizeBytes', 'writeBufferBytes')
  const managed = number('managedBytes')
  const buffer = number('bufferSizeBytes', 'writeBufferManagerBytes', 'bufferBytes')
  const arena = number('arenaBlockBytes', 'arenaBlockSizeBytes')
  const limit =
    number('mutableLimitBytes') ?? (buffer === undefined ? undefined : mutableLimitBytes(buffer))
  const valid =
    arena === undefined || limit === undefined ? {} : { valid: isArenaBlockSensible(arena, limit) }
  return {
    ...(writeBuffer === undefined ? {} : { arenaBlockBytes: arenaBlockBytes(writeBuffer) }),
    ...(managed === undefined ? {} : rocksDbMemory(managed, ratio)),
    ...(limit === undefined ? {} : { mutableLimitBytes: limit }),
    ...valid,
    ...('valid' in valid ? { sensible: valid.valid, accepted: valid.valid } : {}),
    // A write buffer alone has a mutable limit too.
    ...(limit === undefined && writeBuffer !== undefined
      ? { mutableLimitBytes: mutableLimitBytes(writeBuffer) }
      : {}),
  }
}

const Tuning = z.object({
  newParallelism: z.record(z.string(), Num).default({}),
  numTaskSlotsUsed: Num.optional(),
  currentHeapBytes: Num.optional(),
  budgetBytes: Num.optional(),
  ship: Ship.optional(),
  global: z
    .object({
      heapUsedAvg: Num.default(Number.NaN),
      managedUsedAvg: Num.default(Number.NaN),
      metaspaceUsedAvg: Num.default(Number.NaN),
      numTaskSlotsUsed: Num.optional(),
    })
    .optional(),
})

/** MT: sizes after a rescale, buffers of a gate, heap of fewer TaskManagers. */
export function memoryTuningCase(oracle: OracleCase): Answer {
  const config = configOf(oracle)
  const options = optionsOf(oracle)
  const vertices = verticesOf(oracle)
  const spec = metricsOf(oracle, Tuning)
  if (spec.ship) {
    const [own, other] = vertices
    const key = 'taskmanager.network.memory.'
    const segments = buffersOf(own?.parallelism ?? 1, other?.parallelism ?? 1, spec.ship, {
      segmentBytes: 32 * 1024,
      buffersPerChannel: Number(config[`${key}buffers-per-channel`] ?? 2),
      floatingBuffersPerGate: Number(config[`${key}floating-buffers-per-gate`] ?? 8),
    })
    return { segments }
  }
  const largest = Math.max(0, ...vertices.map(({ parallelism }) => parallelism))
  const slotsUsed = spec.numTaskSlotsUsed ?? spec.global?.numTaskSlotsUsed ?? largest
  if (spec.currentHeapBytes !== undefined) {
    const changes = Object.fromEntries(
      Object.entries(spec.newParallelism).map(([id, to]) => [id, { to }]),
    )
    const slots = Number(config['taskmanager.numberOfTaskSlots'] ?? 1)
    const budget = budgetOf((spec.budgetBytes ?? Number.POSITIVE_INFINITY) - spec.currentHeapBytes)
    return {
      heapBytes: options.memoryCompensation
        ? compensated(spec.currentHeapBytes, budget, slotsUsed, { vertices, changes, slots })
        : spec.currentHeapBytes,
    }
  }
  if (!spec.global) throw new NotAnswered('no use of memory is given')
  const { heapUsedAvg, managedUsedAvg, metaspaceUsedAvg } = spec.global
  const mean = (average: number) => ({ current: average, average })
  const global: GlobalEvaluation = {
    gcPressure: { current: Number.NaN },
    heapUsageRatio: mean(Number.NaN),
    heapUsedBytes: mean(heapUsedAvg),
    managedUsedBytes: mean(managedUsedAvg),
    metaspaceUsedBytes: mean(metaspaceUsedAvg),
    slotsUsed: { current: slotsUsed },
  }
  const tuned = tuneMemory(config, vertices, spec.newParallelism, global, options)
  if (!tuned) return { overrides: {}, empty: true, error: true }
  return {
    ...(options.memoryTuning ? {} : { overrides: {}, empty: true }),
    totalProcessBytes: tuned.processBytes,
    managedFraction: tuned.managedFraction,
    networkMinBytes: tuned.networkBytes,
    networkMaxBytes: tuned.networkBytes,
    metaspaceBytes: tuned.metaspaceBytes,
    overheadFraction: tuned.overheadFraction,
    frameworkHeapBytes: tuned.frameworkHeapBytes,
  }
}
