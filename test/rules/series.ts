/**
 * The notation of promtool's unit tests: `0.1x3` is 0.1 four times, `0+5x3` is 0 5 10 15, `_` a
 * missing sample, `_x2` three of them. (Quoted in YAML: a bare 0x2 is a hexadecimal number there.)
 */
export function parseSeries(text: string): readonly (number | undefined)[] {
  return text.trim().split(/\s+/).flatMap(expand)
}

function expand(token: string): readonly (number | undefined)[] {
  const missing = /^_(?:x(\d+))?$/.exec(token)
  if (missing) return Array.from({ length: Number(missing[1] ?? 0) + 1 }, () => undefined)
  const value = /^(-?[\d.]+)(?:([+-][\d.]+))?(?:x(\d+))?$/.exec(token)
  if (!value) throw new Error(`"${token}" is no series: write 1, 1x5, 0+5x3 or _`)
  const start = Number(value[1])
  const growth = Number(value[2] ?? 0)
  return Array.from({ length: Number(value[3] ?? 0) + 1 }, (_, step) => start + growth * step)
}

export function parseDurationMs(text: string): number {
  const match = /^(\d+)(ms|s|m)$/.exec(text)
  const unit = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? '']
  if (!match || unit === undefined)
    throw new Error(`"${text}" is no duration: write 500ms, 30s or 2m`)
  return Number(match[1]) * unit
}
