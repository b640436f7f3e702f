import type { StoredLine } from '../../core/model/logs.ts'
import type { Found } from '../archive/read.ts'

/** A line as it is handed out. */
export function storedLine({ origin, line }: Found): StoredLine {
  const { job, cluster, file, pod, attempt } = origin
  return { owner: job ?? cluster, at: line.at, file, offset: line.offset, pod, attempt, line }
}

/** A line as log4j would write it, its stack below it. */
export function plainText({ line }: Found): string {
  const { at, level, logger, thread, message, stack, cutBytes } = line
  const head = [
    new Date(at).toISOString(),
    ...(level === undefined ? [] : [level.padEnd(5)]),
    ...(logger === undefined ? [] : [logger]),
    ...(thread === undefined ? [] : [`[${thread}]`]),
  ].join(' ')
  const cut = cutBytes === undefined ? '' : ` … (${cutBytes} bytes cut)`
  return `${head} - ${message}${cut}\n${stack === undefined ? '' : `${stack}\n`}`
}
