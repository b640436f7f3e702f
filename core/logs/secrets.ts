/** Where a secret stands in a text; `to` is exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Something that announces a secret, and where the secret then is. */
export interface SecretRule {
  /** Without it there is nothing to find; case aside. */
  readonly literals: readonly string[]
  /** The secret around a literal that ends at `end`; undefined where there is none. Looks at few characters, or at those that it returns. */
  readonly find: (text: string, end: number, literal: string) => Span | undefined
}

const wordChars = /[A-Za-z0-9_]/

/** Tokens that tell what they are by how they begin: prefix, and how many characters of which kind follow. */
const tokens: readonly (readonly [prefix: string, rest: RegExp, least: number, most: number])[] = [
  // AWS access key ids.
  ['AKIA', /[A-Z0-9]/, 16, 16],
  ['ASIA', /[A-Z0-9]/, 16, 16],
  ['ABIA', /[A-Z0-9]/, 16, 16],
  ['ACCA', /[A-Z0-9]/, 16, 16],
  // Aliyun and Tencent.
  ['LTAI', /[A-Za-z0-9]/, 12, 26],
  ['STS.', /[A-Za-z0-9]/, 20, 400],
  ['AKID', /[A-Za-z0-9]/, 13, 40],
  // Google.
  ['AIza', /[\w-]/, 35, 35],
  ['ya29.', /[\w.-]/, 20, 2_000],
  ['GOCSPX-', /[\w-]/, 24, 40],
  // Where code and packages live.
  ['ghp_', /[A-Za-z0-9]/, 36, 255],
  ['gho_', /[A-Za-z0-9]/, 36, 255],
  ['ghu_', /[A-Za-z0-9]/, 36, 255],
  ['ghs_', /[A-Za-z0-9]/, 36, 255],
  ['ghr_', /[A-Za-z0-9]/, 36, 255],
  ['github_pat_', /\w/, 22, 255],
  ['glpat-', /[\w-]/, 20, 64],
  ['npm_', /[A-Za-z0-9]/, 36, 36],
  ['dckr_pat_', /[\w-]/, 20, 64],
  ['hf_', /[A-Za-z0-9]/, 30, 64],
  // Services.
  ['xoxa-', /[\w-]/, 10, 255],
  ['xoxb-', /[\w-]/, 10, 255],
  ['xoxp-', /[\w-]/, 10, 255],
  ['xoxr-', /[\w-]/, 10, 255],
  ['xoxs-', /[\w-]/, 10, 255],
  ['sk_live_', /[A-Za-z0-9]/, 16, 255],
  ['rk_live_', /[A-Za-z0-9]/, 16, 255],
  ['hooks.slack.com/services/', /[\w/]/, 20, 120],
]

const fixedTokens: SecretRule = {
  literals: tokens.map(([prefix]) => prefix),
  find(text, end, literal) {
    const token = tokens.find(([prefix]) => prefix === literal)
    const from = end - literal.length
    if (token === undefined || text.slice(from, end) !== literal || isWord(text, from - 1))
      return undefined
    const [, rest, least, most] = token
    const to = runEnd(text, end, rest, most)
    if (to - end < least || isWord(text, to)) return undefined
    // `STS.AssumeRoleProviderFactory` is a class; what is drawn by lot has a digit.
    return least === most || /\d/.test(text.slice(end, to)) ? { from, to } : undefined
  },
}

/** `eyJ…` is `{"` in base64: header and payload of a JWT, with or without its signature. */
const jsonWebTokens: SecretRule = {
  literals: ['eyJ'],
  find(text, end) {
    const from = end - 3
    if (text.slice(from, end) !== 'eyJ' || /[\w-]/.test(text[from - 1] ?? '')) return undefined
    const header = runEnd(text, end, /[\w-]/, text.length)
    if (header - from < 10 || text[header] !== '.') return undefined
    const payload = runEnd(text, header + 1, /[\w-]/, text.length)
    if (payload - header < 10) return undefined
    return { from, to: runEnd(text, payload, /[\w.=-]/, text.length) }
  },
}

/** A private key in PEM, to its end or the text's. */
const privateKeys: SecretRule = {
  literals: ['-----begin '],
  find(text, end) {
    const [label] =
      /^[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(text.slice(end, end + 70)) ?? []
    if (label === undefined) return undefined
    if (text.startsWith('[redacted]', end + label.length)) return undefined
    const close = text.indexOf('-----END ', end)
    const to = close === -1 ? -1 : text.indexOf('-----', close + 9)
    return unlessKept(text, end + label.length, to === -1 ? text.length : to + 5)
  },
}

/** The password of `scheme://user:password@host`; a token alone before `@` where people put one. */
const urlCredentials: SecretRule = {
  literals: ['://'],
  find(text, end) {
    let colon = -1
    let at = -1
    let to = end
    for (; to < text.length && !/[\s/"'<>\\]/.test(text[to] ?? ''); to += 1) {
      if (text[to] === '@') at = to
      else if (text[to] === ':' && colon === -1 && at === -1) colon = to
    }
    if (at === -1) return undefined
    if (colon !== -1) return at > colon + 1 ? unlessKept(text, colon + 1, at) : undefined
    // Akka's `tcp://flink@host` and Azure's `abfss://container@account` name no secret.
    const web = /https?$/i.test(text.slice(Math.max(0, end - 8), end - 3))
    return web && at - end >= 16 && /\d/.test(text.slice(end, at))
      ? { from: end, to: at }
      : undefined
  },
}

/** Oracle's thin driver: `jdbc:oracle:thin:scott/tiger@//host`. */
const oracleUrls: SecretRule = {
  literals: ['jdbc:oracle:thin:'],
  find(text, end) {
    const user = runEnd(text, end, /[\w.$#-]/, 200)
    if (text[user] !== '/') return undefined
    const to = runEnd(text, user + 1, /[^\s@"']/, 200)
    return text[to] === '@' ? unlessKept(text, user + 1, to) : undefined
  },
}

/** `Bearer …` and `Basic …`, where what follows cannot be a word. */
const authorizationSchemes: SecretRule = {
  literals: ['bearer ', 'basic '],
  find(text, end, literal) {
    if (isWord(text, end - literal.length - 1)) return undefined
    const to = runEnd(text, end, /[\w.~+/=-]/, text.length)
    const value = text.slice(end, Math.min(to, end + 400))
    const secret = literal === 'basic ' ? isUserAndPassword(value) : isOpaque(value)
    return secret ? { from: end, to } : undefined
  },
}

/** Base64 of `user:password`, as RFC 7617 has it. */
function isUserAndPassword(value: string): boolean {
  if (value.length < 8 || !/^[A-Za-z0-9+/]{2,}={0,2}$/.test(value)) return false
  return /^[\x20-\x7e]{1,}:[\x20-\x7e]{0,}$/.test(Buffer.from(value, 'base64').toString('latin1'))
}

/** What no word of a language looks like. */
function isOpaque(value: string): boolean {
  if (value.length < 12) return false
  return /\d/.test(value) || (value.length >= 20 && /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(value))
}

/** Signatures of signed URLs: Azure's SAS, Amazon's and Google's. */
const urlSignatures: SecretRule = {
  literals: ['sig=', 'signature='],
  find(text, end, literal) {
    if (!/[?&\s;,-]/.test(text[end - literal.length - 1] ?? '?')) return undefined
    const to = runEnd(text, end, /[\w%+/=~.-]/, 2_000)
    return to - end >= 16 && /\d/.test(text.slice(end, to)) ? { from: end, to } : undefined
  },
}

/** Options of a JAAS login module, which hold the password in whatever way. */
const loginModules: SecretRule = {
  literals: [
    'loginmodule required',
    'loginmodule requisite',
    'loginmodule sufficient',
    'loginmodule optional',
  ],
  find(text, end) {
    const from = runEnd(text, end, / /, 10)
    let quote = ''
    let to = from
    for (; to < text.length && text[to] !== '\n'; to += 1) {
      const char = text[to] ?? ''
      if (char === '\\') to += 1
      else if (char === quote) quote = ''
      else if (quote === '' && /["']/.test(char)) quote = char
      else if (quote === '' && char === ';') break
    }
    return from === end ? undefined : unlessKept(text, from, Math.min(to, text.length))
  },
}

export const secretFormats: readonly SecretRule[] = [
  privateKeys,
  jsonWebTokens,
  fixedTokens,
  urlCredentials,
  oracleUrls,
  authorizationSchemes,
  urlSignatures,
  loginModules,
]

/** Values that hide a secret already, or are none. */
const kept =
  /^(?:|null|none|nil|undefined|true|false|yes|no|empty|unset|not set|<?\[?(?:hidden|redacted|masked|secret|removed)\]?>?|[*x•.]{2,}|\$\{.{0,200}\}|\$\(.{0,200}\)|\{\{.{0,200}\}\})$/i

/** The span of a value unless it hides a secret already. */
export function unlessKept(text: string, from: number, to: number): Span | undefined {
  return to <= from || (to - from < 260 && kept.test(text.slice(from, to)))
    ? undefined
    : { from, to }
}

/** Where a run of characters of one kind ends. */
export function runEnd(text: string, from: number, kind: RegExp, most: number): number {
  const last = Math.min(text.length, from + most)
  let at = from
  while (at < last && kind.test(text[at] ?? '')) at += 1
  return at
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && wordChars.test(text[at] ?? '')
}
