import type { PartitionOffsets } from '../sources/kafka-ends.ts'
import type { TopicOffsets } from '../sources/kafka-offsets.ts'
import type { Recording } from './recording.ts'
import type { ReplayTime } from './replay.ts'

/**
 * The brokers' end offsets as they were recorded. Each look of the recorder is one look of the replay: between
 * two of them nothing is known, as an old look passed for a new one would make the lag wrong by the traffic since.
 */
export function replayOffsets(
  { offsets }: Recording,
  { clock, shiftMs }: ReplayTime,
): TopicOffsets {
  const told = new Map<string, number>()
  return {
    async of(topic) {
      const now = clock.now() - shiftMs
      const newest = offsets.get(topic)?.findLast(({ t }) => t <= now)
      if (newest === undefined || told.get(topic) === newest.t) return undefined
      told.set(topic, newest.t)
      return newest.end.map((end, partition): PartitionOffsets => ({ partition, begin: 0, end }))
    },
  }
}
