import { foldAscii } from '../literals.ts'

/*
 * The one rule of words, the same here, in the archive and in ClickHouse's `splitByNonAlpha` over `lower()`:
 *
 * - A token is the longest run of ASCII letters, ASCII digits and characters that are not ASCII. All else
 *   (blanks, `_`, `.`, `-`, `$`, brackets) separates tokens.
 * - Case of ASCII letters does not count; of other letters it does, as `lower()` leaves them alone.
 * - A text is found where it stands as it is, signs included. Where it begins or ends with an ASCII letter or
 *   digit, the token must begin or end there too: `checkpoint 1` is not found in `checkpoint 12`, nor `link`
 *   in `Flink`. So every token of the text but those beside other characters than ASCII is a whole token of
 *   the line, and `hasAllTokens(lower(message), wholeTokens(text))` may be asked of an index first.
 * - Where it begins or ends with another character it may stand inside a word: Chinese has no blanks between
 *   words, so `作业` is found in `作业失败了`. But `job` is not found in `job失败`, one token to ClickHouse too.
 */

/** Tokens of a text, in lower case. */
export function tokensOf(text: string): readonly string[] {
  return foldAscii(text).match(/[0-9a-z\u0080-\uffff]+/g) ?? []
}

/** Those tokens of a text that a line in which it is found must have as whole tokens; for an index. */
export function wholeTokens(text: string): readonly string[] {
  const tokens = tokensOf(text)
  const first = text.charCodeAt(0) > 127 ? 1 : 0
  const last = text.charCodeAt(text.length - 1) > 127 ? tokens.length - 1 : tokens.length
  return [...new Set(tokens.slice(first, last))]
}

/** Finds a text in lines by the rule above. */
export function textFinder(text: string): (line: string) => boolean {
  const sought = foldAscii(text)
  const borderBefore = isAsciiWord(sought.charCodeAt(0))
  const borderAfter = isAsciiWord(sought.charCodeAt(sought.length - 1))
  return (line) => {
    const folded = foldAscii(line)
    for (let at = folded.indexOf(sought); at !== -1; at = folded.indexOf(sought, at + 1)) {
      const before = at === 0 || !borderBefore || !isTokenCode(folded.charCodeAt(at - 1))
      const end = at + sought.length
      const after = end === folded.length || !borderAfter || !isTokenCode(folded.charCodeAt(end))
      if (before && after) return true
    }
    return false
  }
}

/** ASCII, and neither letter nor digit: what stands between tokens, in lower case. */
const separator = '[\\x00-\\x2f\\x3a-\\x60\\x7b-\\x7f]'

/**
 * The same as a regular expression (RE2 and ECMAScript) over text in lower case, for ClickHouse:
 * `hasAllTokens(lower(message), wholeTokens(text)) AND match(lower(message), textPattern(text))`.
 */
export function textPattern(text: string): string {
  const sought = foldAscii(text)
  const before = isAsciiWord(sought.charCodeAt(0)) ? `(?:^|${separator})` : ''
  const after = isAsciiWord(sought.charCodeAt(sought.length - 1)) ? `(?:${separator}|$)` : ''
  return before + sought.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&') + after
}

function isAsciiWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122)
}

function isTokenCode(code: number): boolean {
  return code > 127 || isAsciiWord(code)
}
