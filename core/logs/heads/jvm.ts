import { type Head, levelOf } from './head.ts'
import { readIsoTime, type Stamp } from './times.ts'

const stamp: Stamp = { ms: 0, zoned: false, dateless: false }
const decorations = 8
const longest = 64

/**
 * A line of the JVM's unified logging (`-Xlog:gc*`, JDK 9 and newer): decorations in brackets, of which the
 * time of day, the level and the tags are used. Its tags become the logger (`gc,start`). Uptimes
 * (`[12.345s]`) say nothing about the time of day, so that such lines take the time of what stood before.
 */
export function readGcHead(line: string): Head | undefined {
  let at = 0
  let time: number | undefined
  let level: Head['level']
  let tags: string | undefined
  for (let count = 0; count < decorations && line.charCodeAt(at) === 91; count += 1) {
    const close = line.indexOf(']', at)
    if (close === -1 || close - at > longest) break
    const text = line.slice(at + 1, close).trimEnd()
    if (time === undefined && readIsoTime(text, 0, stamp) === text.length && stamp.zoned) {
      time = stamp.ms
    } else if (level === undefined) {
      level = jvmLevels.has(text) ? levelOf(text) : undefined
    } else if (tags === undefined && /^[a-z0-9]{2,20}(,[a-z0-9]{1,20}){0,8}$/.test(text)) {
      tags = text
    } else {
      break
    }
    at = close + 1
  }
  // `[gc]` alone is too little to tell a JVM's line from anybody's.
  if (level === undefined || tags === undefined) return undefined
  const message = line.slice(line.charCodeAt(at) === 32 ? at + 1 : at)
  return { level, logger: tags, message, closed: true, ...(time !== undefined && { at: time }) }
}

const jvmLevels = new Set(['trace', 'debug', 'info', 'warning', 'error'])
