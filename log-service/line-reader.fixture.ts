import type { LineReader } from '../core/logs/line-reader.ts'
import type { LogLine } from '../core/model/logs.ts'
import type { FileToRead } from './follow/reading.ts'

const LINE_FEED = 0x0a
const TAB = 0x09

/**
 * Lines of a plain file, with what begins with a tab folded under the line before it. It holds back half a line, and the
 * newest line, as the product's reader does; times and levels are none of its business.
 */
export function plainReader({ startAt }: Pick<FileToRead, 'startAt'>): LineReader {
  let rest = Buffer.alloc(0)
  /** Where `rest` begins. */
  let restAt = startAt
  let held: LogLine | undefined
  let events = 0

  const takeLine = (bytes: Buffer, done: LogLine[]) => {
    const offset = restAt
    restAt += bytes.length
    const text = bytes.toString('utf8').replace(/\n$/, '')
    if (bytes[0] === TAB && held) {
      const stack = held.stack === undefined ? text : `${held.stack}\n${text}`
      held = { ...held, bytes: held.bytes + bytes.length, stack }
      return
    }
    release(done)
    held = {
      ...{ stream: 'file', offset, bytes: bytes.length, at: 1_700_000_000_000 + offset },
      ...{ timed: 'read', message: text, template: 't' },
    }
  }
  const release = (done: LogLine[]) => {
    if (held) done.push(held)
    if (held) events++
    held = undefined
  }

  return {
    push(bytes) {
      const done: LogLine[] = []
      rest = Buffer.concat([rest, bytes])
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
        const line = rest.subarray(0, end + 1)
        rest = rest.subarray(end + 1)
        takeLine(line, done)
      }
      return done
    },
    flush(why = 'end') {
      const done: LogLine[] = []
      if (rest.length > 0 && why === 'silent') return done
      if (rest.length > 0) takeLine(rest, done)
      rest = Buffer.alloc(0)
      release(done)
      return done
    },
    position: () => held?.offset ?? restAt,
    counts: {
      ...{ lines: events, events, cutLines: 0, cutBytes: 0, redactions: 0, undecodable: 0 },
    },
  }
}
