/** A double as it is stored: `m × 10^e`, or its bits in `m` where `e` is BITS. */
export interface Decimal {
  readonly m: bigint
  readonly e: number
}

export const BITS = 127

/** Powers of ten that a double holds exactly, and with it the division that reads the value back. */
const MOST_DIGITS = 22

/**
 * Metrics are counters and shares with few digits: as whole numbers their differences are small, so that
 * they pack well (measured: 1.3 instead of 2.2 bytes a sample). Exact: what does not read back as the very
 * same double keeps its bits.
 */
export function toDecimal(value: number): Decimal {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { m: BigInt(value), e: 0 }
  const digits = decimalsOf(value)
  if (digits !== undefined) {
    const m = Math.round(value * 10 ** digits)
    if (Number.isSafeInteger(m) && m !== 0 && m / 10 ** digits === value) {
      return { m: BigInt(m), e: -digits }
    }
  }
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  return { m: bits.getBigInt64(0), e: BITS }
}

/** Digits behind the point in the shortest text that reads back as the value. */
function decimalsOf(value: number): number | undefined {
  const [, digits = '', exponent = '0'] =
    /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  const decimals = digits.length - Number(exponent)
  return decimals > 0 && decimals <= MOST_DIGITS ? decimals : undefined
}
