/**
 * Sizes as Flink reads, multiplies and prints them (org.apache.flink.configuration.MemorySize).
 * Bytes are plain numbers: exact up to 2^53. Long.MAX_VALUE, Flink's word for "no limit", is Infinity.
 */

const KIBI = 1024
const units = [
  { names: ['b', 'bytes'], bytes: 1 },
  { names: ['k', 'kb', 'kibibytes'], bytes: KIBI },
  { names: ['m', 'mb', 'mebibytes'], bytes: KIBI ** 2 },
  { names: ['g', 'gb', 'gibibytes'], bytes: KIBI ** 3 },
  { names: ['t', 'tb', 'tebibytes'], bytes: KIBI ** 4 },
] as const

/** `1728m`, `30 gb`, `1024` → bytes; undefined for what Flink cannot parse. A bare number is bytes. */
export function parseMemorySize(text: string): number | undefined {
  const [, digits, name = ''] = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  if (digits === LONG_MAX) return Number.POSITIVE_INFINITY
  const unit =
    name === ''
      ? units[0]
      : units.find(({ names }) => (names as readonly string[]).includes(name.toLowerCase())) // widened for a look-up of any word
  const bytes = unit && Number(digits) * unit.bytes
  return bytes !== undefined && Number.isSafeInteger(bytes) ? bytes : undefined
}

const LONG_MAX = '9223372036854775807'

/** `1.250gb (1342177280 bytes)`: the form in which Flink's start-up errors name a size. */
export function humanMemorySize(bytes: number): string {
  const unit = units.findLast((candidate) => bytes > candidate.bytes) ?? units[0]
  const whole = Number.isFinite(bytes) ? String(bytes) : LONG_MAX
  if (unit.bytes === 1) return `${whole} ${unit.names[1]}`
  const size = Number.isFinite(bytes) ? bytes : 2 ** 63
  return `${(size / unit.bytes).toFixed(3)}${unit.names[1]} (${whole} bytes)`
}

/**
 * bytes × fraction, truncated, computed on the decimal digits of the fraction as BigDecimal does
 * (MemorySize.multiply): a product of doubles would be off by a byte for large sizes.
 */
export function fractionOf(bytes: number, fraction: number): number {
  const { digits, scale } = decimalOf(fraction)
  return Number((BigInt(bytes) * digits) / 10n ** BigInt(scale))
}

/** The shortest decimal that reads back as this number (Double.toString): 0.25 → 25 / 10^2. */
function decimalOf(value: number): { readonly digits: bigint; readonly scale: number } {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', rest = ''] = mantissa.split('.')
  const scale = rest.length - Number(exponent)
  const digits = BigInt(whole + rest)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

/** A fraction as Flink holds it: a 32-bit float, widened (0.4 is 0.4000000059604645). */
export function asFloat(value: number): number {
  return Math.fround(value)
}
