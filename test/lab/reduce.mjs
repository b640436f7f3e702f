// Makes a recording small enough for the repository: what no source of Weir asks for is left out.
import fs from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'

/** Looked at by people who read a recording, and by no source: samples of stacks, gauges of a minute. */
const UNASKED = /\/(backpressure|watermarks|flamegraph|thread-dump|subtasks\/metrics)(\?|$)/

const isKept = ({ src, path }) => src !== 'proc' && !(src === 'rest' && UNASKED.test(path))

/** Writes `out` and returns the bytes before and after. The header stays as it is. */
export function reduceRecording(file, out) {
  const packed = fs.readFileSync(file)
  const [header, ...entries] = gunzipSync(packed).toString('utf8').trimEnd().split('\n')
  const kept = entries.filter((line) => isKept(JSON.parse(line)))
  const small = gzipSync(`${[header, ...kept].join('\n')}\n`, { level: 9, memLevel: 9 })
  fs.writeFileSync(out, small)
  return { before: packed.length, after: small.length }
}
