/**
 * ECharts draws on its own and cannot read custom properties or light-dark(): each token is resolved
 * by a hidden probe. Call again when the theme changes.
 */
export function resolveTokens<T extends string>(names: readonly T[]): Record<T, string> {
  const probe = document.createElement('span')
  probe.style.display = 'none'
  document.body.append(probe)
  const colours = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`
      return [name, getComputedStyle(probe).color]
    }),
  )
  probe.remove()
  // The entries are exactly the names asked for.
  return colours as Record<T, string>
}

export const chartTokens = [
  'fg',
  'fg-2',
  'fg-3',
  'line',
  'crit',
  'crit-text',
  'surface',
  'unknown',
  'unknown-soft',
  'raised',
] as const
export type Tokens = Record<(typeof chartTokens)[number], string>
