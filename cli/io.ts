import process from 'node:process'
import { styleText } from 'node:util'
import { createLog, type Log, type LogFormat, type LogLevel } from '../core/kit/log.ts'

/** What a command may touch of the world outside; the only place that knows the process. */
export interface Io {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether standard output is a terminal that shows colours. */
  readonly colours: boolean
  readonly terminal: boolean
  log(level: LogLevel, format?: LogFormat): Log
}

type Style = Parameters<typeof styleText>[0]

export function processIo(): Io {
  const { env } = process
  const terminal = process.stdout.isTTY === true
  const err = (text: string) => void process.stderr.write(text)
  return {
    out: (text) => void process.stdout.write(text),
    err,
    env,
    terminal,
    colours: terminal && !env.NO_COLOR,
    log: (level, format) =>
      createLog({ level, format: format ?? (process.stderr.isTTY ? 'text' : 'json'), write: err }),
  }
}

/** Paints text where colours are shown. */
export function paint(io: Io, style: Style, text: string): string {
  return io.colours ? styleText(style, text) : text
}
