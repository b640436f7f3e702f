/** One line of the Prometheus text format. */
export interface PrometheusSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/**
 * Reads the text format as Flink's reporter writes it: labels end with a trailing comma, values are
 * Java doubles (`6.56E9`, `NaN`, `-9.223372036854776E18`), everything is TYPE gauge or summary. Only
 * finite values of the names that `wanted` accepts are returned; a line that cannot be read is skipped.
 */
export function parsePrometheus(
  text: string,
  wanted: (name: string) => boolean,
): PrometheusSample[] {
  const samples: PrometheusSample[] = []
  let from = 0
  while (from < text.length) {
    const newline = text.indexOf('\n', from)
    const end = newline < 0 ? text.length : newline
    if (text[from] !== '#' && end > from) {
      const sample = parseLine(text, from, end, wanted)
      if (sample) samples.push(sample)
    }
    from = end + 1
  }
  return samples
}

function parseLine(
  text: string,
  from: number,
  end: number,
  wanted: (name: string) => boolean,
): PrometheusSample | undefined {
  let at = from
  while (at < end && text[at] !== '{' && text[at] !== ' ') at++
  const name = text.slice(from, at)
  if (!wanted(name)) return undefined
  const labels = new Map<string, string>()
  if (text[at] === '{') {
    const after = parseLabels(text, at + 1, end, labels)
    if (after === undefined) return undefined
    at = after
  }
  const token = text.slice(at, end).trim().split(' ', 1)[0] ?? ''
  const value = Number(token)
  return token === '' || !Number.isFinite(value) ? undefined : { name, labels, value }
}

/** Fills `labels` and returns the position after `}`; undefined when the line is broken. */
function parseLabels(
  text: string,
  from: number,
  end: number,
  labels: Map<string, string>,
): number | undefined {
  let at = from
  while (at < end) {
    while (text[at] === ',' || text[at] === ' ') at++
    if (text[at] === '}') return at + 1
    const equals = text.indexOf('=', at)
    if (equals < 0 || equals >= end || text[equals + 1] !== '"') return undefined
    const key = text.slice(at, equals).trim()
    let close = equals + 2
    while (close < end && text[close] !== '"') close += text[close] === '\\' ? 2 : 1
    if (close >= end) return undefined
    labels.set(key, unescaped(text.slice(equals + 2, close)))
    at = close + 1
  }
  return undefined
}

function unescaped(value: string): string {
  if (!value.includes('\\')) return value
  return value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}
