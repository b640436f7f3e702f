import { runEnd, type SecretRule, type Span, unlessKept } from './secrets.ts'

/** Ends of keys whose values are secret, in each spelling that occurs; `_`, `-`, `.` or nothing between words. */
const secretWords: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'secret',
  'token',
  'credential',
  'credentials',
  'authorization',
  'auth-params',
  'basic-auth',
  'cookie',
  ...spellings('api', 'key'),
  ...spellings('access', 'key'),
  ...spellings('access', 'key', 'id'),
  ...spellings('secret', 'key'),
  ...spellings('secret', 'id'),
  ...spellings('private', 'key'),
  ...spellings('account', 'key'),
  ...spellings('shared', 'access', 'key'),
  ...spellings('service', 'key'),
  ...spellings('signing', 'key'),
  ...spellings('encryption', 'key'),
  ...spellings('master', 'key'),
  ...spellings('sas', 'token'),
  ...spellings('connection', 'string'),
]

function spellings(...words: readonly string[]): string[] {
  return ['', '-', '_', '.'].map((between) => words.join(between))
}

/** Words that make a key a part of prose or of another thing than a secret. */
const harmlessBefore =
  /(?:fencing|unexpected|unrecognized|illegal|expected|next|current|delimiter)[ _-]?$/i

/** What follows a key in a sentence: `invalid token: expired`. */
const prose = new Set(
  'a an and are as at authentication authorization access be been but by cannot connection denied does empty error expected expired failed failure for from has have if in incorrect invalid is it java mismatch missing must no not of on or org permission please required should that the this to unable unexpected unknown unsupported was were when will with wrong'.split(
    ' ',
  ),
)

/** A value under a secret's name: `password=x`, `"token": "x"`, `'password' = 'x'`, `<secret>x</secret>`, `--token x`. */
export const secretKeys: SecretRule = {
  literals: secretWords,
  find(text, end, literal) {
    const wordEnd = endOfKey(text, end, literal)
    if (wordEnd === undefined) return undefined
    const separator = separatorAt(text, wordEnd)
    if (separator === undefined)
      return flagValue(text, wordEnd) ?? listedProperty(text, end, wordEnd)
    const before = text.slice(Math.max(0, end - literal.length - 14), end - literal.length)
    if (harmlessBefore.test(before)) return undefined
    const value = valueAt(text, separator.end, literal)
    if (value === undefined || isHarmless(text, value, literal, separator)) return undefined
    return unlessKept(text, value.from, value.to)
  },
}

interface Separator {
  readonly end: number
  /** `: ` after a bare word, as in sentences. */
  readonly loose: boolean
}

/** The key ends with the word, a number or what Azure appends to `account.key`; else it names another thing. */
function endOfKey(text: string, end: number, literal: string): number | undefined {
  if (/^account[._-]?key$/.test(literal) && text[end] === '.')
    return runEnd(text, end, /[\w.-]/, 200)
  if (literal === 'pwd' && /[A-Za-z]/.test(text[end - 4] ?? '')) return undefined
  const number = runEnd(text, end, /\d/, 2)
  return /[\w.-]/.test(text[number] ?? '') && !/^\.(?:\s|$)/.test(text.slice(number, number + 2))
    ? undefined
    : number
}

function separatorAt(text: string, from: number): Separator | undefined {
  // Two escapes and a quote, spaces, a sign, spaces: `\"password\" : `.
  const [all, quote = '', sign = '', spaces = ''] =
    /^(\\{0,4}["'`]?[\])]?) {0,20}(=>|->|:=|==?|:|>)( {0,20})/.exec(text.slice(from, from + 50)) ??
    []
  if (all === undefined) return undefined
  if (sign === '>' && quote !== '') return undefined
  return { end: from + all.length, loose: sign === ':' && quote === '' && spaces !== '' }
}

/** `Loading configuration property: s3.access-key, AKIA…`, as Flink prints its configuration. */
function listedProperty(text: string, end: number, wordEnd: number): Span | undefined {
  if (!text.startsWith(', ', wordEnd)) return undefined
  if (!/property: [\w.-]{1,150}$/.test(text.slice(Math.max(0, end - 180), end))) return undefined
  return unlessKept(text, wordEnd + 2, lineEnd(text, wordEnd + 2))
}

/** `--password x`: the key is an option and the next word its value. */
function flagValue(text: string, wordEnd: number): Span | undefined {
  const spaces = runEnd(text, wordEnd, /[ \t]/, 20)
  if (spaces === wordEnd) return undefined
  if (
    !/(?:^|[\s["'])--?[A-Za-z][\w.-]{0,80}$/.test(text.slice(Math.max(0, wordEnd - 100), wordEnd))
  ) {
    return undefined
  }
  const to = runEnd(text, spaces, /[^\s"']/, text.length)
  return text[spaces] === '-' ? undefined : unlessKept(text, spaces, to)
}

function valueAt(text: string, from: number, literal: string): Span | undefined {
  const escapes = runEnd(text, from, /\\/, 4) - from
  const quote = text[from + escapes] ?? ''
  if (quote === '"' || quote === "'" || quote === '`') {
    return { from: from + escapes + 1, to: quoteEnd(text, from + escapes + 1, quote, escapes) }
  }
  if (/^(?:authorization|cookie)$/.test(literal))
    return { from, to: runEnd(text, from, /[^\n"'\]}]/, text.length) }
  if (text[from - 1] === '>' && text[from - 2] !== '-' && text[from - 2] !== '=') {
    return { from, to: runEnd(text, from, /[^<\n]/, text.length) }
  }
  const end = bareEnd(text, from)
  // A property that fills its line may hold anything: `ssl.key.password = a, b`.
  return startsLine(text, from) &&
    !/[{[(]/.test(lineBefore(text, from)) &&
    !/[;&]/.test(text[end] ?? '')
    ? { from, to: lineEnd(text, from) }
    : { from, to: end }
}

function quoteEnd(text: string, from: number, quote: string, escapes: number): number {
  for (let at = from; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] !== quote) continue
    let slashes = 0
    while (slashes <= escapes && text[at - 1 - slashes] === '\\' && at - 1 - slashes >= from)
      slashes += 1
    if (slashes === escapes) return at - escapes
  }
  return lineEnd(text, from)
}

/** The end of a value without quotes: a blank, a comma, or a bracket that closes what the key stands in. */
function bareEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (/[\s,;"'<>]/.test(char)) return at
    if (/[)\]}|]/.test(char) && /^(?:$|[\s,;:.)\]}"'|])/.test(text.slice(at + 1, at + 2))) return at
    if (char === '&' && /^&[\w.%-]{1,60}=/.test(text.slice(at, at + 64))) return at
  }
  return text.length
}

const longestPrefix = 200

function lineBefore(text: string, from: number): string {
  const near = text.slice(Math.max(0, from - longestPrefix), from)
  return near.slice(near.lastIndexOf('\n') + 1)
}

/** Whether nothing but a key and its sign stands before a value on its line, with ` = ` as Java prints it. */
function startsLine(text: string, from: number): boolean {
  return /^\s{0,20}[\w.-]{1,150} = $/.test(lineBefore(text, from))
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** Sentences, numbers of tokens, directories and classes under names that also name secrets. */
function isHarmless(
  text: string,
  { from, to }: Span,
  literal: string,
  { loose }: Separator,
): boolean {
  const value = text.slice(from, Math.min(to, from + 200))
  // A reference to where the secret is: of a shell, a properties file or a template.
  if (/^(?:\$[{(]|\{\{)/.test(value)) return true
  if (literal === 'pwd' && value.startsWith('/')) return true
  if (literal === 'token' && /^\d{1,6}$/.test(value)) return true
  if (/^credentials?$/.test(literal) && /^(?:class )?[a-z]\w{0,40}(?:\.\w{1,80}){2,}/.test(value))
    return true
  if (!loose) return false
  if (prose.has(value.toLowerCase())) return true
  const isWord = /^[A-Za-z]{1,30}$/.test(value)
  return isWord && !/^pass/.test(literal) && /^ [A-Za-z(]/.test(text.slice(to, to + 2))
}
