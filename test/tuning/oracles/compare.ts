/** Where an answer differs from what a case expects: one line per difference; none when it is right. */
export function differences(expected: unknown, answer: unknown, path = ''): readonly string[] {
  if (path.endsWith('.event') || path === 'event') return eventDifference(expected, answer, path)
  if (expected === null)
    return answer === undefined || answer === null ? [] : [differs(path, expected, answer)]
  if (Array.isArray(expected)) return listDifferences(expected, answer, path)
  if (isRecord(expected)) {
    return Object.entries(expected).flatMap(([key, value]) => {
      const place = path === '' ? key : `${path}.${key}`
      const [, name = key, bound] = /^(.*)(GreaterThan|LessThan)$/.exec(key) ?? []
      if (!isRecord(answer) || !(name in answer)) return [`${place}: not answered`]
      return bound === undefined
        ? differences(value, answer[key], place)
        : boundDifference(Number(value), bound, Number(answer[name]), place)
    })
  }
  // A job of one vertex is named by a plain number.
  const only = isRecord(answer) ? Object.values(answer) : []
  const value = only.length === 1 ? only[0] : answer
  return isSame(expected, value) ? [] : [differs(path, expected, value)]
}

function listDifferences(expected: readonly unknown[], answer: unknown, path: string) {
  if (!Array.isArray(answer) || answer.length !== expected.length)
    return [differs(path, expected, answer)]
  return expected.flatMap((value, index) => differences(value, answer[index], `${path}[${index}]`))
}

/** `true`: some event; `false` and `null`: none; a word: that event. */
function eventDifference(expected: unknown, answer: unknown, path: string): readonly string[] {
  const some = answer !== undefined && answer !== null
  const right = typeof expected === 'string' ? expected === answer : Boolean(expected) === some
  return right ? [] : [differs(path, expected, answer)]
}

/** An open interval is named by its ends: `coefficientLessThan`. */
function boundDifference(end: number, bound: string, value: number, path: string) {
  const inside = bound === 'LessThan' ? value < end : value > end
  return inside ? [] : [`${path}: expected ${bound} ${end}, got ${value}`]
}

const EXACT_ENOUGH = 1e-9

function isSame(expected: unknown, answer: unknown): boolean {
  const wanted =
    expected === 'NaN' || expected === 'Infinity' || expected === '-Infinity'
      ? Number(expected)
      : expected
  if (typeof wanted !== 'number' || typeof answer !== 'number') return wanted === answer
  if (Number.isNaN(wanted)) return Number.isNaN(answer)
  return wanted === answer || Math.abs(wanted - answer) <= EXACT_ENOUGH * Math.abs(wanted)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const show = (value: unknown) =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing')

function differs(path: string, expected: unknown, answer: unknown): string {
  return `${path}: expected ${show(expected)}, got ${show(answer)}`
}
