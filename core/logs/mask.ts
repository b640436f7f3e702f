import {
  beforeSign,
  digit,
  drawn,
  endsPath,
  hexLetter,
  kinds,
  letter,
  opens,
  other,
  space,
} from './characters.ts'

/** Stands in a template where lines of one kind differ. */
export const wildcard = '<*>'

/** Characters of a message that tell its kind; what comes behind changes nothing. */
const longest = 1_000
/** Blanks that are put behind a line; no look goes further. */
const behind = 63
const longestQuote = 300
const longestName = 200

const star = 42

/** Words after which Flink prints the name of a task, an operator or a job. */
const introducers = new Set(
  ['task', 'Task', 'job', 'Job', 'for', 'of', 'Deploying', 'code', 'externally', 'operator'].map(
    (word) =>
      hashOfWord(
        Uint16Array.from(word, (char) => char.charCodeAt(0)),
        0,
        word.length,
      ),
  ),
)

function hashOfWord(codes: Uint16Array, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + (codes[at] as number)) | 0 // In the array.
  return hash
}

/** What follows a number without a blank and is worth keeping. */
const units = new Set('ns us ms s m h d min sec k kb mb gb tb kib mib gib'.split(' '))

/** Flink's source operators are named `Source: …`; where the name ends in what its coordinator says. */
const sourceName = /^ (.{1,200}?)(?:\.?$| registering | received | to checkpoint| closed|, | \()/

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
  // The line, a blank before and some behind it, so that nobody looks past its ends.
  const input = new Uint16Array(longest + 1 + behind).fill(space)
  const bytes = Buffer.from(input.buffer)
  const codes = new Uint16Array(longest * 2 + wildcard.length)
  const mask = { codes, length: 0 }
  let length = 0
  let text = ''
  let end = 1

  function load(message: string): void {
    text = message
    const line = message.indexOf('\n')
    const length = Math.min(line === -1 ? message.length : line, longest)
    bytes.write(length === message.length ? message : message.slice(0, length), 2, 'utf16le')
    input.fill(space, length + 1, length + 1 + behind)
    end = length + 1
  }

  function is(flags: Uint8Array, code: number): boolean {
    return flags[code] === 1
  }

  function kindAt(at: number): number {
    return kinds[input[at] as number] as number // The table is full, and there is input behind the line too.
  }

  function lastIs(char: number, back = 1): boolean {
    return length >= back && codes[length - back] === char
  }

  /** Writes a wildcard; lists of them become one, and a sign belongs to its number. */
  function emitWildcard(): void {
    if (lastIs(45) && (length === 1 || is(beforeSign, codes[length - 2] ?? 0))) length -= 1
    if (lastIs(space) && lastIs(44, 2) && lastIs(62, 3) && lastIs(star, 4)) length -= 2
    else {
      codes[length] = 60
      codes[length + 1] = star
      codes[length + 2] = 62
      length += 3
    }
  }

  function emit(from: number, to: number): void {
    for (let at = from; at < to; at += 1) codes[length++] = input[at] as number // Within the line.
  }

  /** Takes a run of letters and digits; returns where it ends. */
  function word(from: number): number {
    const start = length
    let at = from
    let digits = 0
    let seen = 0
    for (;;) {
      const code = input[at] as number // A blank stands behind the line, which ends the run.
      const of = kinds[code] as number // The table is full.
      if (of === other) break
      if (of === digit) digits += 1
      else seen |= of
      codes[length++] = code
      at += 1
    }
    const onlyHex = (seen & (letter & ~hexLetter)) === 0
    const size = at - from
    if (size === 8 && onlyHex && isUuid(from)) {
      length = start
      emitWildcard()
      return from + 36
    }
    const before = input[from - 1]
    const isDrawn =
      before === 45 && (size === 5 || (size >= 8 && size <= 10)) && isOnlyDrawn(from, at)
    if (digits === 0 && !isDrawn) return at
    length = start
    if (isDrawn) emitWildcard()
    else if (digits === size) return number(at)
    else if ((onlyHex && size >= 6) || before === 64) emitWildcard()
    else numbered(from, at, digits)
    return at
  }

  function isOnlyDrawn(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (!is(drawn, input[at] as number)) return false
    return true
  }

  /** A number and the numbers that `.`, `,` or `:` join to it: decimals, times, addresses, versions. */
  function number(from: number): number {
    let at = from
    for (;;) {
      const code = input[at]
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
  function numbered(from: number, to: number, digits: number): void {
    let head = from
    while (head < to && kindAt(head) !== digit) head += 1
    let tail = head
    while (tail < to && kindAt(tail) === digit) tail += 1
    const single = tail - head === digits
    if (single && digits === 1 && head > from && tail < to) emit(from, to)
    else if (single && (tail === to || (head === from && isUnit(tail, to)))) {
      emit(from, head)
      emitWildcard()
      emit(tail, to)
    } else emitWildcard()
  }

  function isUnit(from: number, to: number): boolean {
    // The input stands one behind the text.
    return to - from <= 3 && units.has(text.slice(from - 1, to - 1).toLowerCase())
  }

  /** The end of the name behind `Source:`; `colon` where a subtask follows, which has rules of its own. */
  function sourceEnd(colon: number): number {
    if (input[colon + 1] !== space || text.slice(colon - 7, colon - 1) !== 'Source') return colon
    const found = sourceName.exec(text.slice(colon, Math.min(end - 1, colon + 240)))
    const [all = '', name = ''] = found ?? []
    return found === null || all.endsWith('(') ? colon : colon + 2 + name.length
  }

  function isUuid(from: number): boolean {
    for (let at = from; at < from + 36; at += 1) {
      const place = at - from
      const dash = place === 8 || place === 13 || place === 18 || place === 23
      if (dash ? input[at] !== 45 : kindAt(at) !== digit && kindAt(at) !== hexLetter) return false
    }
    return kindAt(from + 36) === other
  }

  /** The end of a quoted value that begins at `from`; -1 for an apostrophe. */
  function quoteEnd(from: number): number {
    const quote = input[from]
    if (!is(opens, input[from - 1] ?? space)) return -1
    for (let at = from + 1; at < Math.min(end, from + longestQuote); at += 1) {
      if (input[at] === quote && kindAt(at + 1) === other) return at + 1
    }
    return -1
  }

  /** The end of a path or of the rest of a URL; `from` itself where none begins. */
  function pathEnd(from: number): number {
    if (!is(opens, input[from - 1] ?? space)) return from
    if (kindAt(from + 1) === other && input[from + 1] !== 47) return from
    let at = from
    while (at < end && !is(endsPath, input[at] ?? space)) at += 1
    while (input[at - 1] === 46 || input[at - 1] === 58) at -= 1
    return at
  }

  /** Forgets the name before ` (1/4)#0` or ` (<job id>)`: it differs from job to job. */
  function nameBefore(open: number): void {
    if (!lastIs(space) || lastIs(62, 2) || !isFlinkId(open)) return
    const last = length - 1
    let from = last
    let wordEnd = last
    for (; from > 0 && last - from < longestName; from -= 1) {
      if (codes[from - 1] !== space) continue
      if (wordEnd !== last && introducers.has(hashOfWord(codes, from, wordEnd))) break
      wordEnd = from - 1
    }
    if (last - from >= longestName) return
    length = introducers.has(hashOfWord(codes, from, wordEnd)) ? wordEnd + 1 : 0
    emitWildcard()
    codes[length++] = space
  }

  /** `(1/4)#0`, `(1/4) (…` of a subtask, or the 32 digits of a job id. */
  function isFlinkId(open: number): boolean {
    let at = open + 1
    let slashes = 0
    let hex = 0
    for (; input[at] !== 41; at += 1) {
      if (input[at] === 47) slashes += 1
      else if (kindAt(at) === digit || kindAt(at) === hexLetter) hex += 1
      else return false
    }
    if (slashes === 0) return hex === 32
    return (
      slashes === 1 && (input[at + 1] === 35 || (input[at + 1] === space && input[at + 2] === 40))
    )
  }

  function step(at: number): number {
    const code = input[at] as number // Within the line.
    if (code === space || code === 9) {
      if (length > 0 && codes[length - 1] !== space) codes[length++] = space
      return at + 1
    }
    let stop = at
    if (code === 39 || code === 34) stop = quoteEnd(at)
    else if (code === 47) stop = pathEnd(at)
    else if (code === 40) nameBefore(at)
    else if (code === 58) stop = sourceEnd(at)
    if (stop > at && code === 58) {
      codes[length++] = code
      codes[length++] = space
    }
    if (stop > at) {
      emitWildcard()
      return stop
    }
    codes[length++] = code
    return at + 1
  }

  return (message) => {
    load(message)
    length = 0
    for (let at = 1; at < end; ) at = kindAt(at) === other ? step(at) : word(at)
    while (lastIs(space)) length -= 1
    mask.length = length
    return mask
  }
}
