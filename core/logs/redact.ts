import { boundedPattern } from './bounded-pattern.ts'
import { compileLiterals } from './literals.ts'
import { secretKeys } from './secret-keys.ts'
import { type SecretRule, type Span, secretFormats } from './secrets.ts'

/** A text without its secrets, and how many there were. */
export interface Redacted {
  readonly text: string
  readonly count: number
}

/** Takes secrets out of texts. Undefined means that a text holds none, which is nearly always so. */
export interface Redactor {
  redact(text: string): Redacted | undefined
}

/** What stands where a secret stood. */
export const redacted = '[redacted]'

/**
 * A redactor for lines of logs: passwords, tokens and keys under their names, and what is a secret by its
 * own form. One pass looks for what announces a secret, and only there is looked closer, so that a line
 * costs time linear in its length. Configured patterns (regular expressions whose repetitions have bounds)
 * are taken out whole, or their first group where they have one.
 */
export function createRedactor(patterns: readonly string[] = []): Redactor {
  const rules = [...secretFormats, secretKeys]
  const announced = rules.flatMap((rule) => rule.literals.map((literal) => ({ rule, literal })))
  const literals = compileLiterals(announced.map(({ literal }) => literal))
  const configured = patterns.map((pattern) => boundedPattern(pattern, 'dg'))

  function spansIn(text: string): Span[] {
    const spans: Span[] = []
    let done = 0
    literals.scan(text, (index, end) => {
      // What announces a secret inside one is a part of it.
      if (end <= done) return
      const span = findAt(announced[index], text, end)
      if (span === undefined || span.from < done) return
      spans.push(span)
      done = span.to
    })
    return spans
  }

  return {
    redact(text) {
      const spans = spansIn(text)
      for (const pattern of configured) spans.push(...matchesOf(pattern, text))
      if (spans.length === 0) return undefined
      return without(text, configured.length === 0 ? spans : joined(spans))
    },
  }
}

function findAt(
  announced: { rule: SecretRule; literal: string } | undefined,
  text: string,
  end: number,
): Span | undefined {
  return announced?.rule.find(text, end, announced.literal)
}

function matchesOf(pattern: RegExp, text: string): Span[] {
  return [...text.matchAll(pattern)].flatMap(({ indices }) => {
    const [from, to] = indices?.[1] ?? indices?.[0] ?? [0, 0]
    return to > from ? [{ from, to }] : []
  })
}

/** Spans in order, those that overlap made one. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last === undefined || span.from >= last.to) all.push(span)
    else all[all.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
  }
  return all
}

function without(text: string, spans: readonly Span[]): Redacted {
  let kept = ''
  let at = 0
  for (const { from, to } of spans) {
    kept += text.slice(at, from) + redacted
    at = to
  }
  return { text: kept + text.slice(at), count: spans.length }
}
