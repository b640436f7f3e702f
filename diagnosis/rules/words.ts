/** Numbers as sentences need them: no more digits than a person would say. */

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function perSecond(rate: number | undefined): string {
  if (rate === undefined) return 'an unknown number of records/s'
  if (rate >= 10_000) return `${(rate / 1000).toPrecision(3)} k records/s`
  return `${rate >= 100 ? Math.round(rate) : Number(rate.toPrecision(3))} records/s`
}

export function times(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} ×`
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

export function firstLine(text: string, limit = 160): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > limit ? `${line.slice(0, limit)}…` : line
}

/** Flink writes durations as `20000` (ms), `20 s` or `50s`. */
export function durationOf(text: string | undefined): number | undefined {
  const match = /^(\d+)\s*(ms|s|sec|min|m|h|d)?$/.exec(text?.trim() ?? '')
  const unit = { ms: 1, s: 1e3, sec: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5 }[match?.[2] ?? 'ms']
  return match && unit !== undefined ? Number(match[1]) * unit : undefined
}
