import type { JobFacts } from '../../core/model/facts.ts'
import { type ProcessSample, processKey } from '../../core/model/samples.ts'
import { hostsOf, type VertexLoad } from './load.ts'
import { oncePer } from './once.ts'

/** What one JVM did in the last half minute. Undefined numbers are unknown. */
export interface ProcessLoad {
  readonly process: string
  readonly cpuCores: number | undefined
  /** Share of wall time in garbage collections. */
  readonly gcShare: number | undefined
  /** The same over the newest interval alone: a heap that has just filled up is seen here first. */
  readonly newestGcShare: number | undefined
  readonly heapMaxBytes: number | undefined
  /**
   * Live heap: the lowest of the newest four readings, the nearest thing to "after a collection" that
   * gauges show (low points of the saw-tooth).
   */
  readonly liveHeapBytes: number | undefined
  readonly heapUsedBytes: number | undefined
  readonly samples: number
}

/** Half a minute, and what a late scrape adds to it. */
export const PROCESS_WINDOW_MS = 32_000
export const PROCESS_STALE_MS = 30_000
const LIVE_SAMPLES = 4

/** Samples of each JVM by the key that joins it to REST, oldest first. */
export const samplesByProcess = oncePer(
  ({ processes }: JobFacts): ReadonlyMap<string, readonly ProcessSample[]> => {
    const byId = new Map<string, ProcessSample[]>()
    for (const sample of processes) {
      const list = byId.get(sample.process)
      if (list) list.push(sample)
      else byId.set(sample.process, [sample])
    }
    const byKey = new Map<string, readonly ProcessSample[]>()
    for (const [id, list] of byId) {
      const other = byKey.get(processKey(id))
      const both = other ? [...other, ...list].sort((a, b) => a.at - b.at) : list
      byKey.set(processKey(id), both)
    }
    return byKey
  },
)

export function processLoads(facts: JobFacts): readonly ProcessLoad[] {
  const loads = new Map<string, ProcessLoad>()
  for (const samples of samplesByProcess(facts).values()) {
    for (const list of bySource(samples)) {
      const load = processLoad(list, facts.at)
      const rival = load && loads.get(load.process)
      if (load && (!rival || rival.samples < load.samples)) loads.set(load.process, load)
    }
  }
  return [...loads.values()]
}

function bySource(samples: readonly ProcessSample[]): Iterable<readonly ProcessSample[]> {
  const series = new Map<string, ProcessSample[]>()
  for (const sample of samples) {
    const key = `${sample.process}/${sample.via}`
    const list = series.get(key)
    if (list) list.push(sample)
    else series.set(key, [sample])
  }
  return series.values()
}

function processLoad(samples: readonly ProcessSample[], at: number): ProcessLoad | undefined {
  const answered = samples.filter(
    (s) => s.values.heapUsedBytes !== undefined || s.values.cpuMs !== undefined,
  )
  const last = answered.at(-1)
  if (!last || at - last.at > PROCESS_STALE_MS) return undefined
  const window = answered.filter((s) => last.at - s.at <= PROCESS_WINDOW_MS)
  const first = window[0]
  if (!first || first === last) return undefined
  const heap = answered.flatMap((s) => s.values.heapUsedBytes ?? [])
  return {
    process: last.process,
    cpuCores: perMs(first, last, 'cpuMs'),
    gcShare: perMs(first, last, 'gcMs'),
    newestGcShare: perMs(window.at(-2) ?? first, last, 'gcMs'),
    heapMaxBytes: last.values.heapMaxBytes,
    liveHeapBytes: heap.length >= LIVE_SAMPLES ? Math.min(...heap.slice(-LIVE_SAMPLES)) : undefined,
    heapUsedBytes: last.values.heapUsedBytes,
    samples: window.length,
  }
}

/** Δ of a millisecond counter ÷ Δ wall; a fall means the process is a new one. */
function perMs(
  first: ProcessSample,
  last: ProcessSample,
  metric: 'cpuMs' | 'gcMs',
): number | undefined {
  const from = first.values[metric]
  const to = last.values[metric]
  if (from === undefined || to === undefined || to < from) return undefined
  return (to - from) / (last.at - first.at)
}

/** CPU that an idle TaskManager with its heartbeats and scrapes uses (measured: 1–2 % of a core). */
const IDLE_CORES = 0.02

/** How much of a vertex's busy time was CPU: about 1 computes, near 0 waits. */
export interface CpuPerBusy {
  readonly value: number
  /** Bounds from what the neighbours on the same TaskManagers can have used. */
  readonly low: number
  readonly high: number
}

/** Busy shares added up by TaskManager: of each vertex, and of all of them. */
const busyByHost = oncePer((loads: readonly VertexLoad[], facts: JobFacts) => {
  const hosts = hostsOf(facts)
  const all = new Map<string, number>()
  const byVertex = new Map<string, Map<string, number>>()
  for (const { vertex, subtasks } of loads) {
    const own = new Map<string, number>()
    byVertex.set(vertex, own)
    for (const { subtask, busy } of subtasks) {
      const host = hosts.get(`${vertex}/${subtask}`)
      if (host === undefined) continue
      const key = processKey(host)
      all.set(key, (all.get(key) ?? 0) + busy)
      own.set(key, (own.get(key) ?? 0) + busy)
    }
  }
  return { all, byVertex }
})

/**
 * CPU ÷ busy of the tasks of a vertex. CPU is known per process only, so the neighbours' busy time
 * bounds it from below (they used all of theirs) and above (they used none); the value in between
 * splits it by busy time. Undefined when any TaskManager that hosts the vertex has no CPU sample.
 */
export function cpuPerBusy(
  facts: JobFacts,
  loads: readonly VertexLoad[],
  processes: readonly ProcessLoad[],
  vertex: string,
): CpuPerBusy | undefined {
  const { all, byVertex } = busyByHost(loads, facts)
  let [cpu, ownBusy, allBusy] = [0, 0, 0]
  for (const [host, busy] of byVertex.get(vertex) ?? []) {
    const cores = processes.find((p) => processKey(p.process) === host)?.cpuCores
    if (cores === undefined) return undefined
    cpu += Math.max(0, cores - IDLE_CORES)
    ownBusy += busy
    allBusy += all.get(host) ?? busy
  }
  if (ownBusy <= 0) return undefined
  return {
    value: cpu / allBusy,
    low: Math.max(0, cpu - (allBusy - ownBusy)) / ownBusy,
    high: cpu / ownBusy,
  }
}
