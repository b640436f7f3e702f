import type { Position } from '../../core/flink/prometheus/metrics.ts'

export interface PartitionOffsets {
  readonly partition: number
  /** Offset of the oldest record that is kept. */
  readonly begin: number
  /** Offset that the next record will get. */
  readonly end: number
}

/** Where the ends of partitions were lately, from looks at them every few seconds. */
export interface Ends {
  see(topics: ReadonlyMap<string, readonly PartitionOffsets[]>, at: number): void
  /**
   * Records that are kept beyond these positions as of then. Undefined while one of the ends at that moment is
   * not known: the lag of some of the partitions would pass for that of all.
   */
  lagOf(positions: readonly Position[], at: number): number | undefined
}

interface Look extends PartitionOffsets {
  readonly at: number
}

/** Longer than any position is taken for fresh. */
const KEPT_MS = 120_000

export function createEnds(): Ends {
  const looks = new Map<string, readonly Look[]>()
  const keyOf = (topic: string, partition: number) => `${partition} ${topic}`
  return {
    see(topics, at) {
      for (const [key, list] of looks) {
        const kept = list.filter((look) => look.at >= at - KEPT_MS)
        if (kept.length === 0) looks.delete(key)
        else looks.set(key, kept)
      }
      for (const [topic, partitions] of topics) {
        for (const one of partitions) {
          const key = keyOf(topic, one.partition)
          looks.set(key, [...(looks.get(key) ?? []), { ...one, at }])
        }
      }
    },
    lagOf(positions, at) {
      let lag = 0
      for (const { topic, partition, offset } of positions) {
        const ends = endAt(looks.get(keyOf(topic, partition)) ?? [], at)
        if (ends === undefined) return undefined
        lag += Math.max(0, ends.end - Math.max(offset, ends.begin))
      }
      return Math.round(lag)
    },
  }
}

/** Between two looks the end moves evenly, as far as anybody knows. */
function endAt(list: readonly Look[], at: number): Pick<Look, 'begin' | 'end'> | undefined {
  const after = list.find((look) => look.at >= at)
  if (after === undefined) return undefined
  if (after.at === at) return after
  const before = list.findLast((look) => look.at < at)
  if (before === undefined) return undefined
  const share = (at - before.at) / (after.at - before.at)
  return { begin: before.begin, end: before.end + share * (after.end - before.end) }
}
