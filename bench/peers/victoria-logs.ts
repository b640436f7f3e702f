import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { LogBlock } from '../../core/api/log-block.ts'
import { answers, bytesBelow, type Served, serve } from '../process.ts'

const pack = promisify(gzip)
const PORT = 7477

export interface LogPeer extends Served {
  insert(blocks: readonly LogBlock[]): Promise<void>
  visible(): Promise<number>
  bytes(): Promise<number>
  /** How many lines a query finds, or that many of the newest ones. */
  ask(query: string, newest?: number): Promise<number>
}

/** VictoriaLogs, single node; events as JSON lines, stream by job and pod. */
export async function victoriaLogs(folder: string, binary: string): Promise<LogPeer> {
  const base = `http://127.0.0.1:${PORT}`
  const served = await serve(
    'victoria-logs',
    [
      binary,
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${PORT}`,
      '-loggerLevel=ERROR',
    ],
    { url: base, ready: () => answers(`${base}/health`) },
  )
  const ask = async (query: string): Promise<string> => {
    const params = new URLSearchParams({ query })
    const response = await fetch(`${base}/select/logsql/query?${params}`)
    return response.text()
  }
  return {
    ...served,
    async insert(blocks) {
      const rows = blocks.flatMap(({ origin, lines }) =>
        lines.map((line) => {
          const { job = '', pod } = origin
          const { at, level = '', logger = '', message, stack } = line
          const _msg = stack === undefined ? message : `${message}\n${stack}`
          return JSON.stringify({
            _time: new Date(at).toISOString(),
            _msg,
            job,
            pod,
            level,
            logger,
          })
        }),
      )
      const body = await pack(`${rows.join('\n')}\n`, { level: 1 })
      const post = () =>
        fetch(`${base}/insert/jsonline?_stream_fields=job,pod`, {
          method: 'POST',
          headers: { 'content-encoding': 'gzip', 'content-type': 'application/stream+json' },
          body,
        })
      // A connection that lay still may be closed just as it is used again; our own sender comes again too.
      const response = await post().catch(post)
      if (!response.ok) throw new Error(await response.text())
    },
    async visible() {
      await fetch(`${base}/internal/force_flush`)
      const text = await ask('* | count() n')
      return text === '' ? 0 : Number(JSON.parse(text).n)
    },
    async bytes() {
      await fetch(`${base}/internal/force_merge`)
      let before = -1
      for (let size = 0; size !== before; size = await bytesBelow(folder)) {
        before = size
        await new Promise((resolve) => setTimeout(resolve, 2_000))
      }
      return before
    },
    async ask(query, newest) {
      const text = await ask(
        newest === undefined
          ? `${query} | count() n`
          : `${query} | sort by (_time) desc limit ${newest}`,
      )
      if (newest !== undefined) return text.split('\n').filter((line) => line !== '').length
      return Number(JSON.parse(text).n)
    },
  }
}
