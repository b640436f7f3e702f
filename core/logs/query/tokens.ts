import { foldAscii } from '../literals.ts'

/**
 * Words of a text, as ClickHouse' `splitByNonAlpha` cuts them: letters and digits of ASCII and everything beyond
 * ASCII belong to a word, all else parts them. Case is that of ASCII, so that both sides agree (`lower`).
 */
export function tokensOf(text: string): readonly string[] {
  return foldAscii(text).match(/[a-z0-9\u0080-\u{10ffff}]+/gu) ?? []
}

/**
 * The words of a text that can be asked of an index: where no spaces are written, as in Chinese, a word is
 * part of a longer one.
 */
export function wholeTokensOf(text: string): readonly string[] {
  return tokensOf(text).filter((token) => /^[a-z0-9]+$/.test(token))
}
