import type { Payload, SeriesSample } from '../../core/api/batch.ts'
import { blocksOf } from '../../core/api/blocks.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import { backoffMs } from '../../core/kit/retry.ts'
import type { Positions, Stand } from './positions.ts'
import type { Source } from './source.ts'

/** Begin and end of each partition of a topic, as its brokers know them; undefined for no such topic. */
export interface TopicOffsets {
  of(topic: string): Promise<readonly PartitionOffsets[] | undefined>
}

export interface PartitionOffsets {
  readonly partition: number
  /** Offset of the oldest record that is kept. */
  readonly begin: number
  /** Offset that the next record will get. */
  readonly end: number
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
 * Position and end are up to one scrape apart, so a lag of that much traffic is none.
 */
export function kafkaOffsets(options: KafkaOffsetsOptions): Source {
  const { cluster, everyMs, offsets, positions, clock, log, random = Math.random } = options
  let failures = 0
  let notBeforeAt = 0
  let isOverfull = false

  const read = async (topics: readonly string[]) => {
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

  return {
    name: `kafka-offsets ${cluster}`,
    everyMs,
    async poll(signal) {
      if (clock.now() < notBeforeAt) return []
      const stands = positions.since(cluster, clock.now() - FRESH_MS)
      const told = stands.flatMap((stand) => stand.positions.map(({ topic }) => topic))
      const topics = [...new Set([...options.topics, ...told])].sort()
      if (topics.length === 0) return []
      try {
        const known = await read(topics)
        if (failures > 0) log.info('Kafka answers again.', { cluster })
        failures = 0
        return payloadsOf(cluster, known, stands, clock.now())
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

function payloadsOf(
  cluster: string,
  known: ReadonlyMap<string, readonly PartitionOffsets[]>,
  stands: readonly Stand[],
  at: number,
): readonly Payload[] {
  const rows = stands.flatMap(({ subject, positions }) => {
    const lagRecords = lagOf(positions, known)
    return lagRecords === undefined ? [] : [{ subject, values: { lagRecords } }]
  })
  const series = [...known].flatMap(([topic, partitions]) =>
    partitions.flatMap(({ partition, begin, end }): readonly SeriesSample[] => {
      const labels = { topic, partition: String(partition) }
      return [
        { metric: 'kafka_topic_begin_offset', type: 'counter', labels, value: begin },
        { metric: 'kafka_topic_end_offset', type: 'counter', labels, value: end },
      ]
    }),
  )
  return [
    ...(rows.length > 0 ? [{ kind: 'samples' as const, blocks: blocksOf(rows, { at, via }) }] : []),
    ...(series.length > 0
      ? [{ kind: 'series' as const, blocks: [{ at, via, cluster, series }] }]
      : []),
  ]
}

/**
 * Records that are kept beyond these positions. Undefined as soon as one of the ends is not known: the lag of
 * some of the partitions would pass for that of all.
 */
function lagOf(
  positions: Stand['positions'],
  known: ReadonlyMap<string, readonly PartitionOffsets[]>,
): number | undefined {
  let lag = 0
  for (const { topic, partition, offset } of positions) {
    const ends = known.get(topic)?.find((one) => one.partition === partition)
    if (ends === undefined) return undefined
    lag += Math.max(0, ends.end - Math.max(offset, ends.begin))
  }
  return lag
}
