import {
  type FractionOption,
  isSet,
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
import { humanMemorySize } from './size.ts'

/** The options that TaskManagers and JobManagers have alike (ProcessMemoryOptions). */
export interface ProcessOptions {
  /** Given all together they decide alone. */
  readonly fineGrained: readonly SizeOption[]
  readonly flink: SizeOption
  readonly process: SizeOption
  readonly metaspace: SizeOption
  readonly overheadMin: SizeOption
  readonly overheadMax: SizeOption
  readonly overheadFraction: FractionOption
}

/** What one kind of process has inside of Flink's share. */
export interface FlinkShare<Pools> {
  readonly fromFineGrained: (config: MemoryConfig) => Pools
  readonly fromTotal: (config: MemoryConfig, flinkBytes: number) => Pools
  readonly total: (pools: Pools) => number
}

export interface Outside {
  readonly metaspaceBytes: number
  readonly overheadBytes: number
}

/**
 * From configuration to sizes in Flink's order: fine-grained options, else total Flink memory, else
 * total process memory (ProcessMemoryUtils.memoryProcessSpecFromConfig).
 */
export function deriveProcess<Pools>(
  config: MemoryConfig,
  options: ProcessOptions,
  share: FlinkShare<Pools>,
): Pools & Outside {
  if (options.fineGrained.every((option) => isSet(config, option))) {
    const pools = share.fromFineGrained(config)
    return { ...pools, ...outsideOf(config, options, share.total(pools)) }
  }
  if (isSet(config, options.flink)) {
    const flinkBytes = sizeOf(config, options.flink)
    const pools = share.fromTotal(config, flinkBytes)
    return { ...pools, ...outsideOf(config, options, flinkBytes) }
  }
  if (isSet(config, options.process)) {
    const processBytes = sizeOf(config, options.process)
    const outside = outsideWithin(config, options, processBytes)
    const flinkBytes = processBytes - outside.metaspaceBytes - outside.overheadBytes
    return { ...share.fromTotal(config, flinkBytes), ...outside }
  }
  throw new MemoryRefused(
    `Either required fine-grained memory (${options.fineGrained.map(({ key }) => key).join(' and ')}), or Total Flink Memory size (${named(options.flink)}), or Total Process Memory size (${named(options.process)}) need to be configured explicitly.`,
  )
}

const named = ({ key }: SizeOption) => `Key: '${key}' , default: null (fallback keys: [])`

function overheadRange(config: MemoryConfig, options: ProcessOptions): Range {
  return rangeOf(
    config,
    options.overheadFraction,
    sizeOf(config, options.overheadMin),
    sizeOf(config, options.overheadMax),
  )
}

/** Total process memory is given: overhead is a fraction of it. */
function outsideWithin(
  config: MemoryConfig,
  options: ProcessOptions,
  processBytes: number,
): Outside {
  const metaspaceBytes = sizeOf(config, options.metaspace)
  const overheadBytes = shareOf(processBytes, overheadRange(config, options))
  if (metaspaceBytes + overheadBytes > processBytes) {
    throw new MemoryRefused(
      `Sum of configured JVM Metaspace (${humanMemorySize(metaspaceBytes)}) and JVM Overhead (${humanMemorySize(overheadBytes)}) exceed configured Total Process Memory (${humanMemorySize(processBytes)}).`,
    )
  }
  return { metaspaceBytes, overheadBytes }
}

/** Flink's share is known: overhead is the rest of the process where that is given, else a fraction. */
function outsideOf(config: MemoryConfig, options: ProcessOptions, flinkBytes: number): Outside {
  const metaspaceBytes = sizeOf(config, options.metaspace)
  const inner = flinkBytes + metaspaceBytes
  if (!isSet(config, options.process)) {
    return { metaspaceBytes, overheadBytes: shareBeside(inner, overheadRange(config, options)) }
  }
  const overheadBytes = minus(sizeOf(config, options.process), inner)
  const { minBytes, maxBytes } = overheadRange(config, options)
  if (overheadBytes > maxBytes || overheadBytes < minBytes) {
    throw new MemoryRefused(
      `Derived JVM Overhead size (${humanMemorySize(overheadBytes)}) is not in configured JVM Overhead range [${humanMemorySize(minBytes)}, ${humanMemorySize(maxBytes)}].`,
    )
  }
  return { metaspaceBytes, overheadBytes }
}
