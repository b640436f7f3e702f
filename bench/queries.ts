import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SampleBlock } from '../core/api/batch.ts'
import { rowsOf } from '../core/api/rows.ts'
import { storeConfig } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore, type Store } from '../core/store/open.ts'
import { rollUp } from '../core/store/rollups.ts'
import { readTaskSamples } from '../core/store/samples.ts'
import { writeSamples } from '../core/store/write.ts'
import { gridOf, shareSeries, sumSeries } from '../diagnosis/api/series.ts'
import {
  longestStretchMs,
  metricsOf,
  type TaskSignal,
  taskStretches,
} from '../diagnosis/api/stretches.ts'
import type { Peer } from './peers/peer.ts'
import { victoriaMetrics } from './peers/victoria-metrics.ts'
import { copyOf, type RecordedCluster, recordedClusters } from './recorded.ts'

export interface QueriesOptions {
  /** Jobs in the store; one of them has the whole week, the others the last 15 minutes. */
  readonly jobs: number
  readonly runs: number
  readonly victoriaMetrics: string
}

export interface Queried {
  readonly question: string
  readonly peer: string
  readonly medianMs: number
  readonly p95Ms: number
  readonly points: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const WEEK = 7 * 24 * HOUR
const SIGNALS: readonly TaskSignal[] = ['busy', 'backpressured', 'idle', 'recordsIn', 'recordsOut']

/**
 * What pages ask, as they ask it: samples from the store by the named queries, drawn into points by the API's
 * own functions; and beside it the same panel from VictoriaMetrics, over HTTP, drawn by its engine.
 */
export async function queries(options: QueriesOptions): Promise<readonly Queried[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const store = await openStore(storeConfig.parse({ kind: 'chdb', path: join(folder, 'weir') }))
  const peer = await victoriaMetrics(join(folder, 'vm'), options.victoriaMetrics, 'json')
  try {
    await migrate(store)
    const clusters = await recordedClusters(25)
    const endAt = Date.now()
    const job = await fillWeek(store, peer, first(clusters), endAt)
    await fillFleet(store, clusters, options.jobs - 1, endAt)
    while ((await rollUp(store)) > 0) process.stderr.write('.')
    process.stderr.write('\n')
    const measure = (question: string, who: string, ask: () => Promise<number>) =>
      timed(question, who, options.runs, ask)
    const to = endAt
    return [
      await measure('1 h, one panel of one vertex', 'Weir', () =>
        panel(store, job, { from: to - HOUR, to }),
      ),
      await measure('1 h, one panel of one vertex', peer.name, () =>
        peerPanel(peer, job, { from: to - HOUR, to }),
      ),
      await measure('7 d, 12 panels by vertex', 'Weir', () =>
        dashboard(store, job, { from: to - WEEK, to }),
      ),
      await measure('15 min, the busiest vertex of each of all jobs', 'Weir', () =>
        fleet(store, { from: to - 15 * MINUTE, to }),
      ),
    ]
  } finally {
    await peer.stop()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function first<T>(list: readonly T[]): T {
  const [one] = list
  if (one === undefined) throw new Error('There is no recording.')
  return one
}

interface Job {
  readonly job: string
  readonly vertices: readonly string[]
}
interface Span {
  readonly from: number
  readonly to: number
}

/** Every ten seconds, as agents are set by default for long-lived jobs. */
function* thinned(blocks: Iterable<SampleBlock>): Generator<SampleBlock> {
  for (const block of blocks) if (Math.floor(block.at / 5_000) % 2 === 0) yield block
}

async function fillWeek(
  store: Store,
  peer: Peer,
  recorded: RecordedCluster,
  endAt: number,
): Promise<Job> {
  const loops = Math.ceil(WEEK / (recorded.endAt - recorded.beginAt + 5_000))
  const vertices = new Set<string>()
  let job = ''
  const lastHour: SampleBlock[] = []
  const blocks = function* () {
    for (const block of thinned(copyOf(recorded, { copy: 0, loops, endAt }))) {
      for (const subject of block.subjects) {
        if (subject.kind !== 'subtask') continue
        vertices.add(subject.vertex)
        job = subject.job
      }
      if (block.at >= endAt - HOUR) lastHour.push(block)
      yield block
    }
  }
  await write(store, blocks(), 'week')
  for (const { body } of peer.bodies('week', lastHour)) {
    await fetch(peer.url, { method: 'POST', headers: peer.headers, body })
  }
  await peer.visible()
  return { job, vertices: [...vertices] }
}

async function fillFleet(
  store: Store,
  clusters: readonly RecordedCluster[],
  jobs: number,
  endAt: number,
): Promise<void> {
  for (let copy = 1; copy <= jobs; copy++) {
    const recorded = clusters[copy % clusters.length]
    if (!recorded) continue
    const loops = Math.ceil((15 * MINUTE) / (recorded.endAt - recorded.beginAt + 5_000))
    await write(store, thinned(copyOf(recorded, { copy, loops, endAt })), `fleet-${copy}`)
    if (copy % 50 === 0) process.stderr.write(`${copy} of ${jobs} jobs\n`)
  }
}

const BLOCKS_PER_INSERT = 5_000

async function write(store: Store, blocks: Iterable<SampleBlock>, name: string): Promise<void> {
  let waiting: SampleBlock[] = []
  let inserts = 0
  const flush = async () => {
    await writeSamples(store, rowsOf(waiting), { token: `${name}/${++inserts}` })
    waiting = []
  }
  for (const block of blocks) {
    waiting.push(block)
    if (waiting.length >= BLOCKS_PER_INSERT) await flush()
  }
  if (waiting.length > 0) await flush()
}

async function panel(store: Store, { job, vertices }: Job, span: Span): Promise<number> {
  const [vertex = ''] = vertices
  const samples = await readTaskSamples(store, {
    ...{ jobs: [job], vertex, metrics: metricsOf('busy') },
    ...span,
  })
  const grid = gridOf(span.from, span.to)
  return shareSeries(taskStretches(samples, 'busy', longestStretchMs(span)), grid).length
}

/** As the page asks: each vertex once per signal. */
async function dashboard(store: Store, { job, vertices }: Job, span: Span): Promise<number> {
  const panels = vertices.flatMap((vertex) => SIGNALS.map((signal) => ({ vertex, signal })))
  const grid = gridOf(span.from, span.to)
  const longestMs = longestStretchMs(span)
  const drawn = await Promise.all(
    panels.slice(0, 12).map(async ({ vertex, signal }) => {
      const samples = await readTaskSamples(store, {
        ...{ jobs: [job], vertex, metrics: metricsOf(signal) },
        ...span,
      })
      const stretches = taskStretches(samples, signal, longestMs)
      const draw = signal.startsWith('records') ? sumSeries : shareSeries
      return draw(stretches, grid).length
    }),
  )
  return drawn.reduce((sum, points) => sum + points, 0)
}

/** An ad hoc question in SQL, as from Grafana: no page of ours needs raw samples of all jobs. */
async function fleet(store: Store, { from, to }: Span): Promise<number> {
  const result = await store.client.query({
    query: `
      SELECT job, max(busy) AS busiest FROM (
        SELECT job, vertex,
          (max(busyMs) - min(busyMs)) /
            (max(busyMs + idleMs + backpressuredMs) - min(busyMs + idleMs + backpressuredMs)) AS busy
        FROM task_samples
        WHERE at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
        GROUP BY job, vertex, subtask, run, attempt, via
      ) GROUP BY job ORDER BY busiest DESC`,
    query_params: { from, to },
    format: 'JSONCompactEachRow',
  })
  return (await result.json()).length
}

async function peerPanel(peer: Peer, { job, vertices }: Job, { from, to }: Span): Promise<number> {
  const [vertex = ''] = vertices
  const query = `avg(rate(flink_subtask_busyMs{job=${JSON.stringify(job)},vertex=${JSON.stringify(vertex)}}[1m]))`
  const params = new URLSearchParams({
    ...{ query, start: String(from / 1000), end: String(to / 1000), step: '30s', nocache: '1' },
  })
  const response = await fetch(`${new URL(peer.url).origin}/api/v1/query_range?${params}`)
  // The answer of Prometheus' HTTP API.
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly { readonly values: readonly unknown[] }[] }
  }
  return data.result[0]?.values.length ?? 0
}

async function timed(
  question: string,
  peer: string,
  runs: number,
  ask: () => Promise<number>,
): Promise<Queried> {
  let points = await ask()
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const begin = performance.now()
    points = await ask()
    times.push(performance.now() - begin)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0
  return { question, peer, medianMs: at(0.5), p95Ms: at(0.95), points }
}
