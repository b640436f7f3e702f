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
