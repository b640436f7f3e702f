import { parseJobRef } from '../../model/job-ref.ts'
import type { Store } from '../open.ts'
import { processQuery } from './process-query.ts'
import type { CheckpointPulse, ProcessPulse, Pulse, RunPulse, VertexPulse } from './pulse.ts'
import { taskQuery } from './task-query.ts'
import { checkpointQuery, lineQuery, runQuery, wordQuery } from './word-queries.ts'

/** Words that rules read, but for checkpoints, which come all the time and are looked at themselves. */
const types = [
  'run',
  'topology',
  'config',
  'placement',
  'exception',
  'taskmanager',
  'cluster',
  'pod',
]

/** How loads are taken: the constants of `diagnosis/signals`, which the engine is told. */
export interface LoadWindows {
  readonly warmUpMs: number
  readonly nearMs: number
  readonly farMs: number
  readonly samples: number
  readonly fewSamples: number
  readonly fewSpanMs: number
  readonly staleMs: number
  readonly processMs: number
  readonly processStaleMs: number
  readonly throttledMs: number
}

/**
 * The pulses of these jobs over the window that ends at `to`; words are looked at since `since`, lines of
 * logs since `linesSince`. A job of which nothing is stored has a pulse without a vertex.
 */
export async function readPulses(
  store: Store,
  {
    jobs,
    loads,
    signatures,
    ...span
  }: {
    readonly jobs: readonly string[]
    readonly from: number
    readonly to: number
    readonly since: number
    readonly linesSince: number
    /** Of lines that tell of a fault. */
    readonly signatures: readonly string[]
    readonly loads: LoadWindows
  },
): Promise<ReadonlyMap<string, Pulse>> {
  const clusterOf = new Map(jobs.map((job) => [job, parseJobRef(job)?.cluster ?? '']))
  const clusters = [...new Set(clusterOf.values())]
  const ask = async (query: string, params: object) => {
    const result = await store.client.query({
      query,
      query_params: { ...span, ...loads, ...params },
      clickhouse_settings: {
        // Some servers name the parts of a tuple by themselves and then write it as an object.
        output_format_json_named_tuples_as_objects: 0,
        // The tables lie job by job: grouped one after the other it costs half, as each job fits the cache.
        optimize_aggregation_in_order: 1,
      },
      format: 'JSONCompactEachRow',
    })
    return result.json<readonly Cell[]>()
  }
  const [vertices, processes, runs, checkpoints, words, lines] = await Promise.all([
    ask(taskQuery, { jobs }),
    ask(processQuery, { clusters }),
    ask(runQuery, { jobs }),
    ask(checkpointQuery, { jobs, clusters }),
    ask(wordQuery, { jobs: ['', ...jobs], clusters, types }),
    ask(lineQuery, { owners: [...jobs, ...clusters], signatures }),
  ])
  const said = new Map(words.map(([cluster, job, hash]) => [`${cluster}\n${job}`, String(hash)]))
  const logged = new Map(lines.map(([owner, hash]) => [String(owner), String(hash)]))
  const ofJob = {
    vertices: grouped(vertices, vertexPulse),
    runs: grouped(runs, runPulse),
    checkpoints: grouped(checkpoints, checkpointPulse),
  }
  const ofCluster = grouped(processes, processPulse)
  return new Map(
    jobs.map((job): [string, Pulse] => {
      const cluster = clusterOf.get(job) ?? ''
      const hashes = [
        ...[said.get(`${cluster}\n${job}`), said.get(`${cluster}\n`)],
        ...[logged.get(job), logged.get(cluster)],
      ]
      return [
        job,
        {
          job,
          vertices: ofJob.vertices.get(job) ?? [],
          runs: ofJob.runs.get(job) ?? [],
          checkpoints: ofJob.checkpoints.get(job) ?? [],
          processes: ofCluster.get(cluster) ?? [],
          words: hashes.join('/'),
        },
      ]
    }),
  )
}

type Cell = string | number | boolean | null | readonly (readonly [number, number])[]

/** Rows by their first column, in the order of the others' names, so that one hash of them is stable. */
function grouped<T>(
  rows: readonly (readonly Cell[])[],
  read: (cells: readonly Cell[]) => T,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const [owner, ...cells] of rows) {
    const key = String(owner)
    const group = groups.get(key)
    if (group) group.push(read(cells))
    else groups.set(key, [read(cells)])
  }
  return groups
}

const number = (cell: Cell | undefined) => Number(cell ?? 0)
const known = (cell: Cell | undefined) => (typeof cell === 'number' ? cell : undefined)

function vertexPulse(cells: readonly Cell[]): VertexPulse {
  const [run, vertex, via, ...numbers] = cells
  const at = (index: number) => number(numbers[index])
  return {
    ...{ run: String(run), vertex: String(vertex), via: String(via) },
    ...{ series: at(0), shape: at(1), flaws: at(2), unmeasured: at(3), loads: at(4) },
    ...{ firstAt: at(5), lastAt: at(6), gapMs: at(7) },
    ...{ backpressured: at(8), busy: at(9), busySum: at(10), busiest: at(11) },
    ...{ inStoodMs: known(numbers[12]), outStoodMs: known(numbers[13]), outPerSecond: at(14) },
    ...{ pending: at(15), lag: at(16), clocks: at(17), clockless: at(18) },
    ...{ watermarkStoodMs: at(19), behindMs: at(20), connections: at(21) },
  }
}

function processPulse(cells: readonly Cell[]): ProcessPulse {
  const [process, via, ...numbers] = cells
  const at = (index: number) => number(numbers[index])
  return {
    ...{ process: String(process), via: String(via) },
    ...{ shape: at(0), flaws: at(1), unmeasured: at(2), firstAt: at(3), lastAt: at(4) },
    ...{ gapMs: at(5), gc: at(6), throttled: at(7), lows: at(8), highestLow: at(9) },
    newestLows: [at(10), at(11), at(12)],
    ...{ heapMaxBytes: known(numbers[13]), gcShare: known(numbers[14]), threadsApart: at(15) },
  }
}

function runPulse(cells: readonly Cell[]): RunPulse {
  const [run, ...numbers] = cells
  const at = (index: number) => number(numbers[index])
  return {
    run: String(run),
    ...{ shape: at(0), lastAt: at(1), fewestRunning: at(2), mostTotal: at(3), troubles: at(4) },
  }
}

function checkpointPulse(cells: readonly Cell[]): CheckpointPulse {
  const [run, ...numbers] = cells
  const at = (index: number) => number(numbers[index])
  const sizes = numbers[7]
  return {
    run: String(run),
    ...{ failed: at(0), savepoints: at(1), completed: at(2), endedAt: at(3) },
    ...{ longestMs: at(4), longestSyncMs: at(5), longestAsyncMs: at(6) },
    sizes: Array.isArray(sizes) ? sizes : [],
    mostInFlightBytes: at(8),
    shortestSpaceMs: known(numbers[10]) ?? Number.POSITIVE_INFINITY,
  }
}
