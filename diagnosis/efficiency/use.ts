import type { Use, UseClass } from '../../core/api/efficiency.ts'
import type { ClusterUse } from '../../core/store/use.ts'
import type { ClusterState } from '../rounds/evaluated.ts'

/** What one job has of a cluster, 0–1: its slots against those of all jobs there. */
export interface Part {
  readonly share: number
  readonly use: ClusterUse | undefined
  readonly cluster: ClusterState | undefined
}

/** Shares of what is allotted, at the peak: the upper end of each class. */
const CLASSES: readonly (readonly [UseClass, number])[] = [
  ['low', 0.3],
  ['fair', 0.6],
  ['good', 0.9],
  ['full', Number.POSITIVE_INFINITY],
]

export function classOf(share: number | null): UseClass {
  return share === null ? 'unknown' : (CLASSES.find(([, below]) => share < below)?.[0] ?? 'full')
}

/** CPU, against the limits of the containers, else the cores that Flink reports of its TaskManagers. */
export function cpuOf({ share, use, cluster }: Part): Use {
  const reported = registered(cluster).map(({ cpuCores }) => cpuCores)
  return useOf(share, {
    allotted: use?.quotaCores ?? sumOf(reported),
    mean: use?.meanCores ?? null,
    peak: use?.peakCores ?? null,
  })
}

/** Live heap against its limit: what a pod holds beyond it follows from the configuration, not from use. */
export function memoryOf({ share, use, cluster }: Part): Use {
  const reported = registered(cluster).map(({ heapBytes }) => heapBytes)
  return useOf(share, {
    allotted: use?.heapBytes ?? sumOf(reported),
    mean: use?.meanLiveHeapBytes ?? null,
    peak: use?.peakLiveHeapBytes ?? null,
  })
}

/** TaskManagers that are there, each in its newest word. */
export function registered(cluster: ClusterState | undefined) {
  return cluster?.taskmanagers.filter(({ state }) => state === 'registered') ?? []
}

function sumOf(values: readonly (number | undefined)[]): number | null {
  const known = values.flatMap((value) => value ?? [])
  return known.length === 0 || known.length < values.length
    ? null
    : known.reduce((a, b) => a + b, 0)
}

function useOf(share: number, whole: Pick<Use, 'allotted' | 'mean' | 'peak'>): Use {
  const part = (value: number | null) => (value === null ? null : value * share)
  const { allotted, peak } = whole
  const inUse = allotted === null || allotted <= 0 || peak === null ? null : peak / allotted
  return {
    allotted: part(allotted),
    mean: part(whole.mean),
    peak: part(peak),
    share: inUse,
    class: classOf(inUse),
  }
}
