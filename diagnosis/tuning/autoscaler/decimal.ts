/**
 * value × 10^places on the decimal digits, as BigDecimal does it: 1.005 shifted by two is 100.5, where a product of
 * doubles is 100.49999999999999.
 */
function shifted(value: number, places: number): number {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  return Number(`${mantissa}e${Number(exponent) + places}`)
}

/** Half away from zero (BigDecimal's HALF_UP). */
export function roundedAt(value: number, places: number): number {
  const whole = Math.sign(value) * Math.round(Math.abs(shifted(value, places)))
  return shifted(whole, -places)
}

/** Up to the next multiple of 10^-places (BigDecimal's CEILING). */
export function ceiledAt(value: number, places: number): number {
  return shifted(Math.ceil(shifted(value, places)), -places)
}
