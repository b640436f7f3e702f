import { asFloat, fractionOf, humanMemorySize, parseMemorySize } from './size.ts'

/** A Flink configuration as its flat keys. */
export type FlinkConfig = Readonly<Record<string, string | undefined>>

/**
 * Why Flink would not start with these sizes, in Flink's own words
 * (IllegalConfigurationException, or the IllegalArgumentException of a negative size).
 */
export class MemoryRefused extends Error {
  override readonly name = 'MemoryRefused'
}

/** A size option of Flink: its key, the keys of 1.x it replaced, and its default. */
export interface SizeOption {
  readonly key: string
  readonly deprecated?: readonly string[]
  /** Bytes; absent where Flink has none. */
  readonly defaultBytes?: number
}

export interface FractionOption {
  readonly key: string
  readonly deprecated?: readonly string[]
  readonly default: number
}

/** What Flink reads; the line decides whether keys that 2.0 removed still count. */
export interface MemoryConfig {
  readonly values: FlinkConfig
  readonly line: 1 | 2
}

export function isSet(config: MemoryConfig, option: SizeOption | FractionOption): boolean {
  return textOf(config, option) !== undefined
}

function textOf(config: MemoryConfig, option: SizeOption | FractionOption): string | undefined {
  const keys = config.line === 1 ? [option.key, ...(option.deprecated ?? [])] : [option.key]
  return keys.map((key) => config.values[key]).find((text) => text !== undefined && text !== '')
}

export function sizeOf(config: MemoryConfig, option: SizeOption): number {
  const text = textOf(config, option)
  const bytes = text === undefined ? option.defaultBytes : parseMemorySize(text)
  if (bytes === undefined)
    throw new MemoryRefused(`Cannot read memory size from config option '${option.key}'.`)
  return bytes
}

/** A share of something larger, never below `min` nor above `max` bytes. */
export interface Range {
  readonly fraction: number
  readonly minBytes: number
  readonly maxBytes: number
}

export function rangeOf(
  config: MemoryConfig,
  option: FractionOption,
  minBytes: number,
  maxBytes: number,
): Range {
  const text = textOf(config, option)
  const fraction = asFloat(text === undefined ? option.default : Number(text))
  if (Number.isNaN(fraction))
    throw new MemoryRefused(`Could not parse value '${text}' for key '${option.key}'.`)
  if (minBytes > maxBytes || fraction < 0 || fraction >= 1) {
    const fallback = (config.line === 1 ? (option.deprecated ?? []) : [])
      .map((key) => `{key=${key}, isDeprecated=true}`)
      .join(', ')
    throw new MemoryRefused(
      `Inconsistently configured Key: '${option.key}' , default: ${option.default} (fallback keys: [${fallback}]) (${fraction}) and its min (${humanMemorySize(minBytes)}), max (${humanMemorySize(maxBytes)}) value`,
    )
  }
  return { fraction, minBytes, maxBytes }
}

const clamp = (bytes: number, { minBytes, maxBytes }: Range) =>
  Math.min(Math.max(bytes, minBytes), maxBytes)

/** fraction × base, kept inside the range (ProcessMemoryUtils.deriveWithFraction). */
export function shareOf(baseBytes: number, range: Range): number {
  return clamp(fractionOf(baseBytes, range.fraction), range)
}

/** The part that makes `fraction` of the whole when `rest` is all the others (deriveWithInverseFraction). */
export function shareBeside(restBytes: number, range: Range): number {
  return clamp(fractionOf(restBytes, range.fraction / (1 - range.fraction)), range)
}

/** a − b; Flink cannot hold a negative size (MemorySize's constructor). */
export function minus(aBytes: number, bBytes: number): number {
  if (aBytes < bBytes) throw new MemoryRefused('bytes must be >= 0')
  return aBytes - bBytes
}

/** Sizes as a list of Flink's errors: `Task Heap Memory (100.000mb (104857600 bytes)), …`. */
export function listed(sizes: readonly (readonly [name: string, bytes: number])[]): string {
  const parts = sizes.map(([name, bytes]) => `${name} (${humanMemorySize(bytes)})`)
  return parts.length < 2
    ? parts.join('')
    : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}
