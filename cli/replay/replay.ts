import { createSources } from '../../agent/sources/index.ts'
import { kafkaOffsets } from '../../agent/sources/kafka-offsets.ts'
import { createPositions } from '../../agent/sources/positions.ts'
import type { Source } from '../../agent/sources/source.ts'
import type { Recording } from '../../agent/transport/recording.ts'
import { type ReplayTime, replayRest, replayScrapes } from '../../agent/transport/replay.ts'
import { replayOffsets } from '../../agent/transport/replay-kafka.ts'
import type { Payload } from '../../core/api/batch.ts'
import type { Clock } from '../../core/kit/clock.ts'
import type { Log } from '../../core/kit/log.ts'
import { NO_NAMESPACE } from '../../core/model/job-ref.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Diagnosis, TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { memoryFacts } from '../../diagnosis/facts/memory.ts'
import { recordedLogs } from './logs.ts'

/** Rounds of a replay, virtual ms apart. */
export const ROUND_MS = 5_000

/** The sources of a recording's cluster, over its recorded bodies and the lines of its logs. */
export function recordedSources(
  recording: Recording,
  cluster: string,
  time: ReplayTime,
  log: Log,
): readonly Source[] {
  const scrapes = [...recording.scrapes.keys()]
    .sort()
    .map((process) => replayScrapes(recording, process, time))
  const positions = createPositions()
  const sources = [
    ...createSources(
      { name: cluster, namespace: NO_NAMESPACE },
      { rest: replayRest(recording, time), scrapes },
      { clock: time.clock, log },
      { positions },
    ),
  ]
  if (recording.logs.length > 0) sources.push(recordedLogs(recording, cluster, time))
  if (recording.offsets.size === 0) return sources
  const brokers = kafkaOffsets({
    ...{ cluster, positions, log, clock: time.clock, topics: [...recording.offsets.keys()] },
    ...{ everyMs: ROUND_MS, mostPartitions: 10_000, offsets: replayOffsets(recording, time) },
  })
  return [...sources, brokers]
}

/** A clock that stands where it is put: a replay moves it as fast as the work allows. */
export interface VirtualClock extends Clock {
  set(at: number): void
}

export function virtualClock(startAt: number): VirtualClock {
  let now = startAt
  return {
    now: () => now,
    set(at) {
      now = at
    },
    // Nobody in a replay waits for the clock: whoever sleeps has slept.
    sleep: () => Promise.resolve(),
  }
}

/** Polls every source that is due by its own pace; one that fails by a fault of its own stops the replay. */
export function createPoller(
  sources: readonly Source[],
): (at: number) => Promise<readonly Payload[]> {
  const dueAt = new Map<Source, number>()
  const never = new AbortController().signal
  return async (at) => {
    const payloads: Payload[] = []
    for (const source of sources) {
      if ((dueAt.get(source) ?? 0) > at) continue
      dueAt.set(source, at + source.everyMs)
      payloads.push(...(await source.poll(never)))
    }
    return payloads
  }
}

/** One round of every job of the recording. */
export interface ReplayedRound {
  readonly at: number
  readonly diagnoses: readonly Diagnosis[]
}

/**
 * Feeds a recording through the sources' transport with virtual time, as fast as it can, and yields
 * the diagnoses of every round. The same sources, facts and rules as in the live product.
 */
export async function* replayRecording(
  recording: Recording,
  cluster: string,
  log: Log,
): AsyncGenerator<ReplayedRound> {
  const { begin } = recording.header
  const clock = virtualClock(begin)
  const poll = createPoller(recordedSources(recording, cluster, { clock, shiftMs: 0 }, log))
  const facts = memoryFacts()
  const memories = new Map<string, TrackerMemory>()
  for (let at = begin; at <= recording.endAt; at += ROUND_MS) {
    clock.set(at)
    for (const payload of await poll(at)) facts.accept(payload)
    const read = await facts.read(await facts.jobs(at), at)
    const diagnoses = read.map((one) => diagnose(one, memories.get(one.job)))
    for (const { job, memory } of diagnoses) memories.set(job, memory)
    // What ended before the recording began is listed by its JobManager, but is not what it recorded.
    yield { at, diagnoses: diagnoses.filter(({ run }) => (run?.endedAt ?? begin) >= begin) }
  }
}
