/** Powers of ten of the decimal suffixes (apimachinery, resource.Quantity). */
const decimal: Readonly<Record<string, number>> = {
  ...{ n: -9, u: -6, m: -3, '': 0 },
  ...{ k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 },
}
/** Powers of 1024 of the binary suffixes. */
const binary: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 }

/** `1E` is an exa, `1E3` is a thousand: the exponent must have digits. */
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([KMGTPE]i|[numkMGTPE]?))$/

/**
 * The number that a Kubernetes quantity stands for: `1500m` is 1.5, `2Gi` is 2147483648, `1e3` is 1000. The
 * double nearest to it, as the text is scaled before it is read. Undefined when the text is no quantity.
 */
export function quantity(text: string): number | undefined {
  const match = QUANTITY.exec(text)
  if (match === null) return undefined
  const [, digits = '', exponent, suffix = ''] = match
  // Scaling by a power of two loses nothing.
  const powerOf1024 = binary[suffix]
  if (powerOf1024 !== undefined) return finite(Number(digits) * 1024 ** powerOf1024)
  return finite(Number(`${digits}e${exponent ?? decimal[suffix] ?? 0}`))
}

/** A size in bytes; parts of a byte are rounded up, as Kubernetes does (Quantity.Value). */
export function bytes(text: string): number | undefined {
  const size = quantity(text)
  return size === undefined ? undefined : Math.ceil(size)
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
