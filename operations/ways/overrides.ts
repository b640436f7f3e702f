/** Since 1.17; where only this changes, the operator uses the adaptive scheduler's REST API and nothing is redeployed. */
export const OVERRIDES = 'pipeline.jobvertex-parallelism-overrides'

/** `<vertex id>:<parallelism>,…`, as Flink writes a map into one value. */
export function overridesText(sizes: Readonly<Record<string, number>>): string {
  return Object.entries(sizes)
    .map(([vertex, size]) => `${vertex}:${size}`)
    .join(',')
}

/** Undefined where the text is not such a map. */
export function parseOverrides(text: string): Readonly<Record<string, number>> | undefined {
  const sizes: Record<string, number> = {}
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry === '') continue
    const [, vertex, size] = /^([0-9a-f]{32}):(\d{1,5})$/.exec(entry) ?? []
    if (vertex === undefined) return undefined
    sizes[vertex] = Number(size)
  }
  return sizes
}
