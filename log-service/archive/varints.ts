/**
 * Whole numbers of either sign as bytes: seven bits each, the lowest first; the sign is the lowest bit of all.
 * Plain arithmetic, as times and offsets need more than the 32 bits of JavaScript's shifts.
 */
export function encodeVarints(values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 8)
  let at = 0
  for (const value of values) {
    let left = value < 0 ? -2 * value - 1 : 2 * value
    while (left > 127) {
      bytes[at++] = (left % 128) + 128
      left = Math.floor(left / 128)
    }
    bytes[at++] = left
  }
  return bytes.subarray(0, at)
}

export function decodeVarints(bytes: Uint8Array, count: number): number[] {
  const values: number[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    let value = 0
    let place = 1
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('The bytes end within a number.')
      value += (byte % 128) * place
      if (byte < 128) break
      place *= 128
    }
    values.push(value % 2 === 0 ? value / 2 : -(value + 1) / 2)
  }
  return values
}
