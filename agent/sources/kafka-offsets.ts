import type { Payload, SeriesSample } from '../../core/api/batch.ts'
import { blocksOf } from '../../core/api/blocks.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import { backoffMs } from '../../core/kit/retry.ts'
import { createEnds, type PartitionOffsets } from './kafka-ends.ts'
import type { Positions, Stand } from './positions.ts'
import type { Source } from './source.ts'

/** Begin and end of each partition of a topic, as its brokers know them; undefined for no such topic. */
export interface TopicOffsets {
  of(topic: string): Promise<readonly PartitionOffsets[] | undefined>
}

export interface KafkaOffsetsOptions {
  readonly cluster: string
  readonly topics: readonly string[]
  readonly everyMs: number
  readonly mostPartitions: number
  readonly offsets: TopicOffsets
  readonly positions: Positions
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
}

/** A position that no reporter has repeated for so long is no position of today. */
const FRESH_MS = 60_000
const BACKOFF = { minMs: 10_000, maxMs: 120_000 }
const via = 'kafka' as const

/**
 * The true lag of Kafka sources: the brokers' end offsets less the positions that Flink's reporters print.
 * Flink's own `pendingRecords` and the consumer's `records-lag-max` fall behind under backpressure by a factor
 * of up to thirty, as both stem from the last fetch; committed offsets move only once per checkpoint.
 * A lag is that of the moment of the position: where the end was then lies between two looks at it, or else
 * the traffic between scrape and look would pass for lag.
 */
export function kafkaOffsets(options: KafkaOffsetsOptions): Source {
  const { cluster, everyMs, offsets, positions, clock, log, random = Math.random } = options
  let failures = 0
  let notBeforeAt = 0
  let isOverfull = false
  const ends = createEnds()
  const told = new Map<string, number>()

  const offsetsOf = async (topics: readonly string[]) => {
    const known = new Map<string, readonly PartitionOffsets[]>()
    const left: string[] = []
    let partitions = 0
    for (const topic of topics) {
      const found = (await offsets.of(topic)) ?? []
      partitions += found.length
      if (partitions <= options.mostPartitions) known.set(topic, found)
      else {
        partitions -= found.length
        left.push(topic)
      }
    }
    if (left.length > 0 && !isOverfull) {
      log.warn(
        'There are more partitions than agent.kafka.mostPartitions, so some topics are left out.',
        { cluster, topics: left },
      )
    }
    isOverfull = left.length > 0
    return known
  }

  /** Of each position once. */
  const lagsOf = (stands: readonly Stand[]): readonly Payload[] => {
    const blocks = stands.flatMap(({ subject, positions, at }) => {
      const key = JSON.stringify(subject)
      const lagRecords = told.get(key) === at ? undefined : ends.lagOf(positions, at)
      if (lagRecords === undefined) return []
      told.set(key, at)
      return blocksOf([{ subject, values: { lagRecords } }], { at, via })
    })
    const current = new Set(stands.map(({ subject }) => JSON.stringify(subject)))
    for (const key of told.keys()) if (!current.has(key)) told.delete(key)
    return blocks.length === 0 ? [] : [{ kind: 'samples', blocks }]
  }

  return {
    name: `kafka-offsets ${cluster}`,
    everyMs,
    async poll(signal) {
      if (clock.now() < notBeforeAt) return []
      const stands = positions.since(cluster, clock.now() - FRESH_MS)
      const readTopics = stands.flatMap((stand) => stand.positions.map(({ topic }) => topic))
      const topics = [...new Set([...options.topics, ...readTopics])].sort()
      if (topics.length === 0) return []
      try {
        const known = await offsetsOf(topics)
        if (failures > 0) log.info('Kafka answers again.', { cluster })
        failures = 0
        const at = clock.now()
        ends.see(known, at)
        return [...lagsOf(stands), ...seriesOf(cluster, known, at)]
      } catch (error) {
        if (signal.aborted) return []
        failures++
        notBeforeAt = clock.now() + backoffMs(failures, { ...BACKOFF, random })
        if (failures === 1) {
          log.warn(
            'Kafka does not tell its offsets, so the lag of sources is unknown until it does.',
            {
              cluster,
              reason: messageOf(error),
            },
          )
        }
        return []
      }
    },
  }
}

function seriesOf(
  cluster: string,
  known: ReadonlyMap<string, readonly PartitionOffsets[]>,
  at: number,
): readonly Payload[] {
  const series = [...known].flatMap(([topic, partitions]) =>
    partitions.flatMap(({ partition, begin, end }): readonly SeriesSample[] => {
      const labels = { topic, partition: String(partition) }
      return [
        { metric: 'kafka_topic_begin_offset', type: 'counter', labels, value: begin },
        { metric: 'kafka_topic_end_offset', type: 'counter', labels, value: end },
      ]
    }),
  )
  return series.length === 0 ? [] : [{ kind: 'series', blocks: [{ at, via, cluster, series }] }]
}
