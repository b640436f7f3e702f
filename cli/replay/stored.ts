import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { type FactSource, SAMPLE_WINDOW_MS } from '../../diagnosis/facts/source.ts'
import { type ReplayedRound, ROUND_MS } from './replay.ts'

/** A stretch of what a store holds, both ends included, epoch ms; of one job, or of all. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly isWanted: (job: string) => boolean
}

/**
 * Holds today's rounds over stored history: the facts that a live round reads, read as of then. Rounds of the
 * window before `from` are held and not yielded, so that what was open then is open from the first one on.
 * @throws StoreError when the store cannot be read
 */
export async function* replayStored(
  facts: FactSource,
  { from, to, isWanted }: Stretch,
  signal: AbortSignal,
): AsyncGenerator<ReplayedRound> {
  const memories = new Map<string, TrackerMemory>()
  const leadInRounds = Math.ceil(SAMPLE_WINDOW_MS / ROUND_MS)
  for (let at = from - leadInRounds * ROUND_MS; at <= to; at += ROUND_MS) {
    signal.throwIfAborted()
    const jobs = (await facts.jobs(at)).filter(isWanted)
    const read = await facts.read(jobs, at)
    const diagnoses = read.map((one) => diagnose(one, memories.get(one.job)))
    for (const { job, memory } of diagnoses) memories.set(job, memory)
    // What had ended before is history of another stretch.
    if (at >= from)
      yield { at, diagnoses: diagnoses.filter(({ run }) => (run?.endedAt ?? from) >= from) }
  }
}
