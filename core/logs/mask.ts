/** Stands in a template where lines of one kind differ. */
export const wildcard = '<*>'

/** Characters of a message that tell its kind; what comes behind changes nothing. */
const longest = 1_000
const longestQuote = 300
const longestName = 200

const space = 32
const star = 42

/** Kinds of ASCII characters: digits, hexadecimal letters, other letters (`_` and `$` too), all else. */
const other = 0
const digit = 1
const hexLetter = 2
const letter = 3

const kinds = new Uint8Array(128)
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code)
  if (/\d/.test(char)) kinds[code] = digit
  else if (/[a-fA-F]/.test(char)) kinds[code] = hexLetter
  else if (/[g-zG-Z_$]/.test(char)) kinds[code] = letter
}

/** Letters of names that Kubernetes draws by lot: no vowels, nothing that looks like another. */
const drawn = new Uint8Array(128)
for (const char of 'bcdfghjklmnpqrstvwxz2456789') drawn[char.charCodeAt(0)] = 1

/** Words after which Flink prints the name of a task, an operator or a job. */
const introducers = [
  'task',
  'Task',
  'job',
  'Job',
  'for',
  'of',
  'Deploying',
  'code',
  'externally',
  'operator',
]

/** The masked first line of a message, as character codes in a buffer that the next call uses again. */
export interface Masked {
  readonly codes: Uint16Array
  readonly length: number
}

/**
 * Masks what differs between lines of one kind: numbers, times, ids, addresses, paths, quoted values, names
 * of Flink's tasks and jobs. Looks at the line alone, so that every process masks alike; one pass.
 */
export function createMasker(): (message: string) => Masked {
  const codes = new Uint16Array(longest * 2 + wildcard.length)
  const mask = { codes, length: 0 }
  let text = ''
  let end = 0

  function codeAt(at: number): number {
    return at < end ? text.charCodeAt(at) : space
  }

  function kindAt(at: number): number {
    const code = codeAt(at)
    return code < 128 ? (kinds[code] as number) : letter // The table is full; other scripts are letters.
  }

  function emit(from: number, to: number): void {
    for (let at = from; at < to; at += 1) codes[mask.length++] = text.charCodeAt(at)
  }

  function lastIs(char: number, back = 1): boolean {
    return codes[mask.length - back] === char && mask.length >= back
  }

  /** Writes a wildcard; lists of them become one, and a sign belongs to its number. */
  function emitWildcard(): void {
    if (lastIs(45) && (mask.length === 1 || isBeforeSign(codes[mask.length - 2] ?? 0)))
      mask.length -= 1
    if (lastIs(space) && lastIs(44, 2) && lastIs(62, 3) && lastIs(star, 4)) mask.length -= 2
    else {
      codes[mask.length] = 60
      codes[mask.length + 1] = star
      codes[mask.length + 2] = 62
      mask.length += 3
    }
  }

  // What the run of letters and digits that was read last consists of.
  let digits = 0
  let onlyHex = true
  let onlyDrawn = true

  function wordEnd(from: number): number {
    digits = 0
    onlyHex = true
    onlyDrawn = true
    let at = from
    for (let kind = kindAt(at); kind !== other; kind = kindAt(at)) {
      const code = codeAt(at)
      if (kind === digit) digits += 1
      else if (kind === letter) onlyHex = false
      if (code >= 128 || drawn[code] === 0) onlyDrawn = false
      at += 1
    }
    return at
  }

  /** Takes a run of letters and digits; returns where it ends. */
  function word(from: number): number {
    const at = wordEnd(from)
    const length = at - from
    const before = codeAt(from - 1)
    if (length === 8 && onlyHex && isUuid(from)) {
      emitWildcard()
      return from + 36
    }
    if (onlyDrawn && before === 45 && (length === 5 || (length >= 8 && length <= 10)))
      emitWildcard()
    else if (digits === 0) emit(from, at)
    else if (digits === length) return number(at)
    else if ((onlyHex && length >= 6) || before === 64) emitWildcard()
    else numbered(from, at)
    return at
  }

  /** A number and the numbers that `.`, `,` or `:` join to it: decimals, times, addresses, versions. */
  function number(from: number): number {
    let at = from
    for (;;) {
      const code = codeAt(at)
      if ((code !== 46 && code !== 44 && code !== 58) || kindAt(at + 1) !== digit) break
      at += 1
      while (kindAt(at) === digit) at += 1
      // `1.5s` and `10.0.0.1a` end with what is no number.
      if (kindAt(at) !== other) break
    }
    emitWildcard()
    return at
  }

  /** `tm1` is `tm<*>`, `45ms` is `<*>ms`, `log4j` is a word; what mixes more is an id. */
  function numbered(from: number, to: number): void {
    let head = from
    while (head < to && kindAt(head) !== digit) head += 1
    let tail = head
    while (tail < to && kindAt(tail) === digit) tail += 1
    const single = tail - head === digits
    if (single && digits === 1 && head > from && tail < to) emit(from, to)
    else if (single && (tail === to || (head === from && to - tail <= 3))) {
      emit(from, head)
      emitWildcard()
      emit(tail, to)
    } else emitWildcard()
  }

  function isUuid(from: number): boolean {
    for (let at = from; at < from + 36; at += 1) {
      const place = at - from
      const dash = place === 8 || place === 13 || place === 18 || place === 23
      const kind = kindAt(at)
      if (dash ? codeAt(at) !== 45 : kind !== digit && kind !== hexLetter) return false
    }
    return kindAt(from + 36) === other
  }

  /** The end of a quoted value that begins at `from`; -1 for an apostrophe. */
  function quoteEnd(from: number): number {
    const quote = codeAt(from)
    if (from > 0 && !isOpening(codeAt(from - 1))) return -1
    for (let at = from + 1; at < Math.min(end, from + longestQuote); at += 1) {
      if (codeAt(at) === quote && kindAt(at + 1) === other) return at + 1
    }
    return -1
  }

  /** The end of a path or of the rest of a URL; `from` itself where none begins. */
  function pathEnd(from: number): number {
    if (from > 0 && !isOpening(codeAt(from - 1))) return from
    if (kindAt(from + 1) === other && codeAt(from + 1) !== 47) return from
    let at = from
    while (at < end && !isPathEnd(codeAt(at))) at += 1
    while (codeAt(at - 1) === 46 || codeAt(at - 1) === 58) at -= 1
    return at
  }

  /** Forgets the name before ` (1/4)#0` or ` (<job id>)`: it differs from job to job. */
  function nameBefore(open: number): void {
    if (!lastIs(space) || lastIs(62, 2) || !isFlinkId(open)) return
    const last = mask.length - 1
    let from = last
    for (; from > 0 && last - from < longestName; from -= 1) {
      if (codes[from - 1] === space && introduces(from - 1)) break
    }
    if (last - from >= longestName) return
    mask.length = from
    emitWildcard()
    codes[mask.length++] = space
  }

  function introduces(end: number): boolean {
    return introducers.some((name) => {
      const from = end - name.length
      if (from < 0 || (from > 0 && codes[from - 1] !== space)) return false
      for (let i = 0; i < name.length; i += 1) {
        if (codes[from + i] !== name.charCodeAt(i)) return false
      }
      return true
    })
  }

  /** `(1/4)#0`, `(1/4) (…` of a subtask, or the 32 digits of a job id. */
  function isFlinkId(open: number): boolean {
    let at = open + 1
    let slashes = 0
    let hex = 0
    for (let code = codeAt(at); code !== 41; code = codeAt(at)) {
      const kind = kindAt(at)
      if (code === 47) slashes += 1
      else if (kind === digit || kind === hexLetter) hex += 1
      else return false
      at += 1
    }
    if (slashes === 0) return hex === 32
    return (
      slashes === 1 &&
      (codeAt(at + 1) === 35 || (codeAt(at + 1) === space && codeAt(at + 2) === 40))
    )
  }

  function step(at: number): number {
    const code = codeAt(at)
    if (code === space || code === 9) {
      if (mask.length > 0 && !lastIs(space)) codes[mask.length++] = space
      return at + 1
    }
    if (code >= 128 || kinds[code] !== other) return word(at)
    if (code === 39 || code === 34) {
      const stop = quoteEnd(at)
      if (stop !== -1) {
        emitWildcard()
        return stop
      }
    } else if (code === 47) {
      const stop = pathEnd(at)
      if (stop > at) {
        emitWildcard()
        return stop
      }
    } else if (code === 40) nameBefore(at)
    codes[mask.length++] = code
    return at + 1
  }

  return (message) => {
    const line = message.indexOf('\n')
    text = message
    end = Math.min(line === -1 ? message.length : line, longest)
    mask.length = 0
    for (let at = 0; at < end; ) at = step(at)
    while (lastIs(space)) mask.length -= 1
    return mask
  }
}

function isBeforeSign(code: number): boolean {
  return ' ([{=:,'.includes(String.fromCharCode(code))
}

function isOpening(code: number): boolean {
  // Blanks, quotes, brackets and the signs after which a value begins.
  return code <= space || '"\'([{<=:,|;>'.includes(String.fromCharCode(code))
}

function isPathEnd(code: number): boolean {
  return code <= space || '"\'()[]{},;<>|'.includes(String.fromCharCode(code))
}
