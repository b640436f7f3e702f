import { type ProcessSample, processKey } from '../../core/model/samples.ts'
import { oncePerFacts } from './once.ts'
import { samplesByProcess } from './process.ts'
import type { Reading } from './readings.ts'

/** What stays on the heap of one JVM, as far as its collections show it. */
export interface LiveHeap {
  readonly maxBytes: number
  /** Heap in use right after a collection, oldest first: the nearest that gauges come to what is alive. */
  readonly lows: readonly Reading[]
  /** Every reading, garbage included. */
  readonly used: readonly Reading[]
}

/** Undefined while nobody tells heap and collections of this process. */
export const liveHeapOf = oncePerFacts((facts, taskmanager): LiveHeap | undefined => {
  const own = samplesByProcess(facts).get(processKey(taskmanager)) ?? []
  const samples = mostTold(own.filter(tellsHeap))
  const maxBytes = samples.at(-1)?.values.heapMaxBytes
  if (maxBytes === undefined || samples.length < 2) return undefined
  const used = samples.map(({ at, values }) => ({ at, value: values.heapUsedBytes ?? 0 }))
  const lows = used.filter(
    (_, index) =>
      index > 0 &&
      (samples[index]?.values.gcCount ?? 0) > (samples[index - 1]?.values.gcCount ?? 0),
  )
  return { maxBytes, lows, used }
})

const tellsHeap = ({ values }: ProcessSample) =>
  values.heapUsedBytes !== undefined && values.gcCount !== undefined

function mostTold(samples: readonly ProcessSample[]): readonly ProcessSample[] {
  const byVia = new Map<string, ProcessSample[]>()
  for (const sample of samples) {
    const list = byVia.get(sample.via)
    if (list) list.push(sample)
    else byVia.set(sample.via, [sample])
  }
  const [most] = [...byVia.values()].sort((a, b) => b.length - a.length)
  return most ?? []
}

/** A live heap that grows, collection after collection. */
export interface HeapGrowth {
  readonly fromBytes: number
  readonly toBytes: number
  readonly spanMs: number
  readonly bytesPerMs: number
}

/** Three groups of three collections; the lowest of each, as a reading that comes late has new garbage in it. */
const GROUP = 3
/** A leak goes on as it began: one step up, after a cache has been filled or a load has changed, is none. */
const EVEN_TIMES = 3

/** Undefined while it does not grow from group to group at about one pace, or there were too few collections. */
export function growthOf(lows: readonly Reading[]): HeapGrowth | undefined {
  const newest = lows.slice(-3 * GROUP)
  if (newest.length < 3 * GROUP) return undefined
  const [first, middle, last] = [0, 1, 2].map((index) =>
    lowest(newest.slice(index * GROUP, (index + 1) * GROUP)),
  )
  if (!first || !middle || !last) return undefined
  if (!growsEvenly(first.value, middle.value, last.value)) return undefined
  const [fromBytes, toBytes, spanMs] = [first.value, last.value, last.at - first.at]
  return { fromBytes, toBytes, spanMs, bytesPerMs: (toBytes - fromBytes) / spanMs }
}

/** Whether three groups of lows grow, one from the other, at about one pace. */
export function growsEvenly(first: number, middle: number, last: number): boolean {
  const [before, after] = [middle - first, last - middle]
  const [less, more] = [Math.min(before, after), Math.max(before, after)]
  return less > 0 && more <= EVEN_TIMES * less
}

function lowest(readings: readonly Reading[]): Reading | undefined {
  return [...readings].sort((a, b) => a.value - b.value)[0]
}
