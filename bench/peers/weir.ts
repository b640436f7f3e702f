import { once } from 'node:events'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Batch, SampleBlock } from '../../core/api/batch.ts'
import { serve } from '../process.ts'
import { samplesIn } from '../recorded.ts'
import type { Body, Peer } from './peer.ts'

const GATEWAY = 7474
const QUERIES = 7475

/** Our own gateway with the embedded store, in one process; batches as agents send them. */
export async function weir(folder: string): Promise<Peer> {
  const program = join(import.meta.dirname, '..', 'weir.process.js')
  const served = await serve(
    'weir',
    [process.execPath, program, folder, String(GATEWAY), String(QUERIES)],
    {
      url: `http://127.0.0.1:${GATEWAY}/v1/batches`,
      async ready(child) {
        if (child.stdout) await once(child.stdout, 'data')
      },
    },
  )
  const sql = async <Row>(query: string): Promise<readonly Row[]> => {
    const response = await fetch(`http://127.0.0.1:${QUERIES}/`, { method: 'POST', body: query })
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as readonly Row[] // The door answers rows as JSON.
  }
  return {
    ...served,
    folder,
    sql,
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    bodies,
    async visible() {
      const counts = await Promise.all(
        ['task_samples', 'process_samples', 'job_samples'].map(async (table) => {
          const columns = await sql<{ name: string }>(
            `SELECT name FROM system.columns WHERE database = 'weir' AND table = '${table}' AND type = 'Nullable(Float64)'`,
          )
          const sum = columns.map(({ name }) => `count(${name})`).join(' + ')
          const [row] = await sql<{ samples: number }>(
            `SELECT ${sum} AS samples FROM weir.${table}`,
          )
          return row?.samples ?? 0
        }),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    },
    async settle() {
      for (const table of ['task_samples', 'process_samples', 'job_samples']) {
        await sql(`OPTIMIZE TABLE weir.${table} FINAL`)
      }
    },
    async bytes() {
      const [row] = await sql<{ bytes: number }>(
        `SELECT sum(bytes_on_disk) AS bytes FROM system.parts
         WHERE active AND database = 'weir' AND table IN ('task_samples', 'process_samples', 'job_samples')`,
      )
      return row?.bytes ?? 0
    },
  }
}

/** Largest batch that agents send, as JSON. */
const BATCH_BYTES = 800_000

/** One agent per copy; its batches in order. */
function bodies(agent: string, blocks: Iterable<SampleBlock>): readonly Body[] {
  const epoch = Date.now()
  const done: Body[] = []
  let batch: SampleBlock[] = []
  let [bytes, samples, seq] = [0, 0, 0]
  const flush = () => {
    if (batch.length === 0) return
    const whole = {
      ...{ v: 1, agent, epoch, lane: 'live', seq: ++seq, sentAt: Date.now(), kind: 'samples' },
      blocks: batch,
    } satisfies Batch
    done.push({ body: gzipSync(JSON.stringify(whole), { level: 1 }), samples })
    batch = []
    bytes = 0
    samples = 0
  }
  for (const block of blocks) {
    const size = JSON.stringify(block).length
    if (bytes + size > BATCH_BYTES) flush()
    batch.push(block)
    bytes += size
    samples += samplesIn(block)
  }
  flush()
  return done
}
