import { createWriteStream } from 'node:fs'
import { createGzip } from 'node:zlib'
import type { Transport } from '../../core/flink/client/transport.ts'
import { messageOf } from '../../core/kit/errors.ts'

/** Writes what passes through transports as a recording that `weir replay` reads. */
export interface Recorder {
  rest(transport: Transport): Transport
  scrapes(process: string, transport: Transport): Transport
  /** Entries written so far. */
  entries(): number
  /** Resolves when the file is whole. */
  close(): Promise<void>
}

export interface RecorderHeader {
  readonly id: string
  readonly flink: string
  readonly begin: number
  readonly processes: Readonly<Record<string, { readonly prometheus: number }>>
}

export function createRecorder(file: string, header: RecorderHeader, now: () => number): Recorder {
  const gzip = createGzip()
  const done = new Promise<void>((resolve, reject) => {
    gzip.pipe(createWriteStream(file)).on('finish', resolve).on('error', reject)
  })
  let entries = 0
  const write = (entry: object) => gzip.write(`${JSON.stringify(entry)}\n`)
  write({ src: 'header', synthetic: false, ...header })

  const passing = (transport: Transport, about: (path: string) => object): Transport => ({
    name: transport.name,
    async get(path, signal) {
      entries++
      try {
        const answer = await transport.get(path, signal)
        write({ t: answer.at, ...about(path), status: answer.status, body: answer.body })
        return answer
      } catch (error) {
        write({ t: now(), ...about(path), status: 0, error: messageOf(error) })
        throw error
      }
    },
  })

  return {
    rest: (transport) => passing(transport, (path) => ({ src: 'rest', path })),
    scrapes: (process, transport) => passing(transport, () => ({ src: 'prom', proc: process })),
    entries: () => entries,
    async close() {
      gzip.end()
      await done
    },
  }
}
