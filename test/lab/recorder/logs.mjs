// Entries {src: "log", proc, file, line}: every line written to a log or to standard output.
import fs from 'node:fs'
import path from 'node:path'
import { kafkaLog, logFiles } from '../layout.mjs'

const LARGEST_READ = 4 << 20
const MOST_LINES = 20_000

/** Follows from where the files end now; every call of the result reads what was added. */
export function followLogs(line, withKafka, put) {
  const files = Object.entries(logFiles(line)).flatMap(([proc, list]) =>
    list.map((file) => ({ proc, file, at: sizeOf(file) })),
  )
  if (withKafka) files.push({ proc: 'kafka', file: kafkaLog(line), at: sizeOf(kafkaLog(line)) })
  const lines = {}
  return () => {
    for (const followed of files) {
      for (const text of added(followed)) {
        lines[followed.proc] = (lines[followed.proc] ?? 0) + 1
        if (lines[followed.proc] > MOST_LINES) continue
        const file = path.basename(followed.file)
        put({ src: 'log', proc: followed.proc, file, line: text })
      }
    }
  }
}

function sizeOf(file) {
  return fs.existsSync(file) ? fs.statSync(file).size : 0
}

/** The complete lines since the last call. A file that shrank was started anew. */
function added(followed) {
  const size = sizeOf(followed.file)
  if (size < followed.at) followed.at = 0
  if (size === followed.at) return []
  const bytes = Buffer.alloc(Math.min(size - followed.at, LARGEST_READ))
  const fd = fs.openSync(followed.file, 'r')
  fs.readSync(fd, bytes, 0, bytes.length, followed.at)
  fs.closeSync(fd)
  const end = bytes.lastIndexOf(10) + 1
  followed.at += end
  return bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean)
}
