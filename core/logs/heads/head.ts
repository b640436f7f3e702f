import type { LogLevel } from '../../model/logs.ts'

/** What the beginning of an event says about it. */
export interface Head {
  /** Epoch ms. */
  readonly at?: number
  readonly level?: LogLevel
  readonly logger?: string
  readonly thread?: string
  /** First line of the message. */
  readonly message: string
  /** Layouts that print an event as one object bring its stack along. */
  readonly stack?: string
  /** Nothing that follows belongs to it. */
  readonly closed?: true
  /** Some patterns print fields behind the message, which may end lines later. */
  readonly tail?: (lastLine: string) => Tail | undefined
}

/** What stood behind the message, and the last line of the message without it. */
export interface Tail {
  readonly message: string
  readonly logger?: string
  readonly thread?: string
}

/** Reads the beginning of an event; undefined where the line is none. `near` is a time close to it, epoch ms. */
export type HeadReader = (line: string, near: number) => Head | undefined

const levels: Readonly<Record<string, LogLevel>> = {
  TRACE: 'TRACE',
  FINEST: 'TRACE',
  DEBUG: 'DEBUG',
  FINE: 'DEBUG',
  FINER: 'DEBUG',
  INFO: 'INFO',
  CONFIG: 'INFO',
  NOTICE: 'INFO',
  INFORMATIONAL: 'INFO',
  WARN: 'WARN',
  WARNING: 'WARN',
  ERROR: 'ERROR',
  ERR: 'ERROR',
  SEVERE: 'ERROR',
  FATAL: 'FATAL',
  CRITICAL: 'FATAL',
  EMERGENCY: 'FATAL',
  ALERT: 'FATAL',
}

const singleLetters: Readonly<Record<string, LogLevel>> = {
  T: 'TRACE',
  D: 'DEBUG',
  I: 'INFO',
  W: 'WARN',
  E: 'ERROR',
  F: 'FATAL',
}

/** The level that a word of any case means, in the words of log4j, logback, Python, syslog and the JVM. */
export function levelOf(word: string, short = false): LogLevel | undefined {
  const level = levels[word]
  if (level !== undefined) return level
  return levels[word.toUpperCase()] ?? (short ? singleLetters[word.toUpperCase()] : undefined)
}
