import { ConfigError } from '../../kit/errors.ts'
import type { LogLevel } from '../../model/logs.ts'
import { type Head, type HeadReader, levelOf, type Tail } from './head.ts'
import { type Piece, piecesOf } from './pattern-text.ts'
import type { Stamp } from './times.ts'
import type { Zone } from './zone.ts'

/** What a field but a message may take of a line. */
const longestField = 1_000

interface Fields {
  level: LogLevel | undefined
  logger: string | undefined
  thread: string | undefined
}

/** A piece and what its neighbours say about spaces around it. */
interface Step {
  readonly piece: Piece
  /** A literal of spaces beside a padded field: any number of them. */
  readonly anySpaces: boolean
  /** The field before may be filled up with spaces. */
  readonly afterPadding: boolean
  /** The text behind a field, without the spaces that may fill it up. */
  readonly until: string
}

/**
 * Reads lines that log4j2 or logback wrote with this pattern. Goes through a line once: a field ends where
 * the literal behind it stands first.
 */
export function patternReader(pattern: string, zone: Zone): HeadReader {
  const pieces = piecesOf(pattern)
  if (!pieces.some(({ kind }) => kind === 'time' || kind === 'level')) {
    throw new ConfigError(
      `the log pattern '${pattern}' prints neither time nor level, so that nothing tells a line from its stack; leave it out.`,
    )
  }
  const message = pieces.findIndex(({ kind }) => kind === 'message')
  const before = stepsOf(pieces.slice(0, message))
  const behind = stepsOf(pieces.slice(message + 1))
  const tail = behind.length === 0 ? undefined : tailReader(behind)
  const stamp: Stamp = { ms: 0, zoned: false, dateless: false }
  return (line, near) => {
    const fields: Fields = { level: undefined, logger: undefined, thread: undefined }
    stamp.ms = Number.NaN
    const begin = match(before, line, 0, fields, stamp)
    if (begin === -1) return undefined
    const text = line.slice(begin)
    const found = tail?.(text)
    const { level } = fields
    const logger = fields.logger ?? found?.logger
    const thread = fields.thread ?? found?.thread
    return {
      message: found?.message ?? text,
      ...(Number.isNaN(stamp.ms) ? undefined : { at: instantOf(stamp, zone, near) }),
      ...(level && { level }),
      ...(logger && { logger }),
      ...(thread && { thread }),
      ...(tail !== undefined && found === undefined && { tail }),
    } satisfies Head
  }
}

/** Epoch ms of what was read; a time of day is of the day that brings it closest to `near`. */
export function instantOf(stamp: Stamp, zone: Zone, near: number): number {
  if (!stamp.dateless) return stamp.zoned ? stamp.ms : zone(stamp.ms)
  const midnight = Math.floor(near / 86_400_000) * 86_400_000
  const days = [-1, 0, 1].map((day) => zone(midnight + day * 86_400_000 + stamp.ms))
  return days.reduce((best, at) => (Math.abs(at - near) < Math.abs(best - near) ? at : best))
}

function stepsOf(pieces: readonly Piece[]): readonly Step[] {
  return pieces.map((piece, index) => {
    const last = pieces[index - 1]
    const next = pieces[index + 1]
    const afterPadding = last !== undefined && padOf(last) === 'right'
    const beforePadding = next !== undefined && padOf(next) === 'left'
    const spaces = piece.kind === 'literal' && piece.text.trim() === ''
    return {
      piece,
      anySpaces: spaces && (afterPadding || beforePadding),
      afterPadding,
      until: next?.kind === 'literal' ? next.text : '',
    }
  })
}

function padOf(piece: Piece): string {
  return 'pad' in piece ? piece.pad : 'none'
}

/** Where the steps end; -1 where the text is not what they print. */
function match(
  steps: readonly Step[],
  text: string,
  from: number,
  fields: Fields,
  stamp: Stamp,
): number {
  let at = from
  for (const step of steps) {
    const { piece } = step
    if (piece.kind === 'literal') at = literalEnd(step, piece.text, text, at)
    else if (piece.kind === 'time') at = piece.read(text, at, stamp)
    else if (piece.kind === 'level') at = levelEnd(text, at, piece.short, fields)
    else if (piece.kind !== 'message') at = fieldEnd(step, piece.kind, text, at, fields)
    if (at === -1) return -1
  }
  return at
}

function literalEnd(step: Step, literal: string, text: string, from: number): number {
  let at = from
  if (step.afterPadding) {
    while (text.charCodeAt(at) === 32 && !text.startsWith(literal, at)) at += 1
  }
  if (text.startsWith(literal, at)) {
    return step.anySpaces ? skipSpaces(text, at) : at + literal.length
  }
  // An empty message may have lost the spaces before it.
  const trimmed = literal.trimEnd()
  return at + trimmed.length === text.length && text.endsWith(trimmed) ? text.length : -1
}

function levelEnd(text: string, from: number, short: boolean, fields: Fields): number {
  const at = skipSpaces(text, from)
  let end = at
  while (end < at + 13 && isLetter(text.charCodeAt(end))) end += 1
  fields.level = levelOf(text.slice(at, end), short)
  return fields.level === undefined ? -1 : end
}

function fieldEnd(
  { until }: Step,
  kind: 'logger' | 'thread' | 'other',
  text: string,
  from: number,
  fields: Fields,
): number {
  const at = kind === 'other' ? from : skipSpaces(text, from)
  const end = until === '' ? wordEnd(text, at) : text.indexOf(until, at)
  if (end === -1 || end - at > longestField) return -1
  const value = text.slice(at, end).trimEnd()
  if (kind === 'other') return end
  if (kind === 'logger' && (value === '' || value.includes(' '))) return -1
  // Of `%c` and `%C` the first counts: both name a class.
  fields[kind] ??= value
  return end
}

/** Reads what a pattern prints behind the message; the last place where it fits counts. */
function tailReader(steps: readonly Step[]): ((line: string) => Tail | undefined) | undefined {
  const first = steps[0]?.piece
  if (first?.kind !== 'literal') return undefined
  return (line) => {
    const text = line.trimEnd()
    const from = text.lastIndexOf(first.text)
    if (from === -1) return undefined
    const fields: Fields = { level: undefined, logger: undefined, thread: undefined }
    const stamp: Stamp = { ms: 0, zoned: false, dateless: false }
    if (match(steps, text, from, fields, stamp) !== text.length) return undefined
    return {
      message: text.slice(0, from),
      ...(fields.logger && { logger: fields.logger }),
      ...(fields.thread && { thread: fields.thread }),
    }
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 32) at += 1
  return at
}

function wordEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) > 32) at += 1
  return at
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
