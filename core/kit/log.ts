import { type Clock, systemClock } from './clock.ts'
import { WeirError } from './errors.ts'
import { isSecret, redact, redactText } from './redact.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]
export type LogFormat = 'json' | 'text'

/** What varies from line to line. Secrets are redacted, errors become their sentences. */
export type Facts = Readonly<Record<string, unknown>>

/** One voice for the whole program: constant sentences, and facts beside them. */
export interface Log {
  debug(sentence: string, facts?: Facts): void
  info(sentence: string, facts?: Facts): void
  warn(sentence: string, facts?: Facts): void
  error(sentence: string, facts?: Facts): void
  /** A log that adds these facts to each line; `part` names the part of the program. */
  child(facts: Facts): Log
}

export interface LogOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel
  /** `json` for machines: one object per line; `text` for people at a terminal. */
  readonly format: LogFormat
  /** Receives each line with its line feed; the command gives `process.stderr` or the like. */
  readonly write: (line: string) => void
  readonly clock?: Clock
}

export function createLog({ level, format, write, clock = systemClock }: LogOptions): Log {
  const lowest = logLevels.indexOf(level)
  const render = format === 'json' ? asJson : asText

  const withFacts = (own: Facts): Log => {
    const at =
      (lineLevel: LogLevel) =>
      (sentence: string, facts: Facts = {}) => {
        if (logLevels.indexOf(lineLevel) < lowest) return
        const told = tell({ ...own, ...facts })
        const time = new Date(clock.now()).toISOString()
        write(`${render(time, lineLevel, redactText(sentence), told)}\n`)
      }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (facts) => withFacts({ ...own, ...facts }),
    }
  }
  return withFacts({})
}

/** For callers that must give a log and want none. */
export const silentLog: Log = createLog({ level: 'error', format: 'text', write: () => {} })

/** Facts as they are printed. Errors that are not ours are bugs or surprises, so their stack is kept. */
function tell(facts: Facts): [string, unknown][] {
  const told: [string, unknown][] = []
  for (const [key, value] of Object.entries(facts)) {
    if (value === undefined) continue
    told.push([key, isSecret(key, value) ? '[redacted]' : redact(value)])
    if (value instanceof Error && !(value instanceof WeirError) && value.stack) {
      told.push([`${key}Stack`, redactText(value.stack)])
    }
  }
  return told
}

const ownKeys = new Set(['at', 'level', 'message'])

function asJson(at: string, level: LogLevel, message: string, facts: [string, unknown][]): string {
  const renamed = facts.map(([key, value]) => [ownKeys.has(key) ? `${key}_` : key, value])
  return JSON.stringify({ at, level, message, ...Object.fromEntries(renamed) })
}

function asText(at: string, level: LogLevel, message: string, facts: [string, unknown][]): string {
  const part = facts.find(([key]) => key === 'part')?.[1]
  const shown = facts
    .filter(([key]) => key !== 'part' && !key.endsWith('Stack'))
    .map(([key, value]) => ` ${plain(key)}=${textOf(value)}`)
  const stacks = facts
    .filter(([key]) => key.endsWith('Stack'))
    .map(([, value]) => `\n  ${plain(String(value))}`)
  const who = part === undefined ? '' : `${plain(String(part))}: `
  return `${at.slice(11)} ${level.padEnd(5)} ${who}${plain(message)}${shown.join('')}${stacks.join('')}`
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[\p{L}\p{N}_./:@+%,…-]+$/u.test(text) ? text : plain(JSON.stringify(value))
}

/** Control and direction characters could repaint a terminal; they are shown by number instead. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? '\n  ' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
