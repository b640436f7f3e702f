import { ConfigError } from '../kit/errors.ts'

/** Steps that a pattern may take at one place of a text. */
const mostSteps = 10_000

/**
 * Compiles a regular expression that somebody configured, if it cannot explode: every repetition has an
 * upper bound, none stands in another, nothing refers back, and the product of the bounds is small. A text
 * is then read in time linear in its length, whatever it holds.
 */
export function boundedPattern(source: string, flags = 'g'): RegExp {
  const steps = stepsOf(source)
  if (steps > mostSteps) {
    throw refusal(
      source,
      `may take ${steps} steps at each character; lower the bounds of its repetitions until their product is at most ${mostSteps}`,
    )
  }
  try {
    return new RegExp(source, flags)
  } catch (cause) {
    throw new ConfigError(
      `the pattern /${source}/ is no regular expression: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    )
  }
}

const parts =
  /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]?|\((?:\?(?:<?[=!]|:|<\w*>))?|\)|\{\d{1,6}(?:,\d{0,6})?\}\??|[*+?]\??|[\s\S]/g

/** An upper bound of the ways in which a pattern can match at one place; refuses what has none. */
export function stepsOf(source: string): number {
  let steps = 1
  // Whether each open group holds a repetition, the whole pattern first.
  const repeats = [false]
  let closed = false
  for (const [part] of source.matchAll(parts)) {
    const inner = closed
    closed = false
    if (part.startsWith('(')) repeats.push(false)
    else if (part === ')') {
      closed = repeats.pop() ?? false
      if (closed) repeats[repeats.length - 1] = true
    } else if (/^\\[1-9k]/.test(part)) throw refusal(source, 'refers back to a group')
    else {
      const range = rangeOf(part, source)
      if (inner && range > 2) throw refusal(source, 'repeats a repetition')
      if (range > 2) repeats[repeats.length - 1] = true
      steps *= range
    }
  }
  return steps
}

/** How many lengths a repetition may have; 1 for what repeats nothing. */
function rangeOf(part: string, source: string): number {
  if (part.startsWith('?')) return 2
  if (/^[*+]/.test(part)) {
    throw refusal(
      source,
      `repeats without a bound ('${part}'); write {0,100} for * and {1,100} for +`,
    )
  }
  const [, least = '', comma = '', most = ''] = /^\{(\d+)(,?)(\d*)\}/.exec(part) ?? []
  if (comma !== '' && most === '') {
    throw refusal(source, `repeats without a bound ('${part}'); give it an upper one`)
  }
  if (least === '') return 1
  return comma === '' ? Math.max(1, Number(least)) : Math.max(1, Number(most) - Number(least) + 1)
}

function refusal(source: string, reason: string): ConfigError {
  return new ConfigError(`the pattern /${source}/ ${reason}.`)
}
