import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readRecording } from '../../agent/transport/recording.ts'
import { replayLine } from '../../cli/replay/lines.ts'
import { createPoller, ROUND_MS, recordedSources, virtualClock } from '../../cli/replay/replay.ts'
import type { Payload, SampleBlock } from '../../core/api/batch.ts'
import type { ReplayLine } from '../../core/api/replay-line.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { memoryFacts } from '../../diagnosis/facts/memory.ts'
import { recordingsFolder } from '../accuracy/judge.ts'
import { Truth } from '../accuracy/truth.ts'

/** All that an agent would have shipped of a recording, round by round, and the answer sheet. */
export interface Heard {
  readonly truth: Truth
  readonly rounds: readonly { readonly at: number; readonly payloads: readonly Payload[] }[]
}

/** Reads a recording once; with `restOnly` as if no process had been scraped. */
export async function hear(name: string, { restOnly = false } = {}): Promise<Heard> {
  const file = join(recordingsFolder, `${name}.ndjson.gz`)
  const [header = ''] = gunzipSync(readFileSync(file)).toString('utf8').split('\n', 1)
  const whole = await readRecording(file)
  const recording = restOnly ? { ...whole, scrapes: new Map<string, never>() } : whole
  const { begin } = recording.header
  const clock = virtualClock(begin)
  const poll = createPoller(recordedSources(recording, 'lab', { clock, shiftMs: 0 }, silentLog))
  const rounds: { at: number; payloads: readonly Payload[] }[] = []
  for (let at = begin; at <= recording.endAt; at += ROUND_MS) {
    clock.set(at)
    rounds.push({ at, payloads: await poll(at) })
  }
  return { truth: Truth.parse(JSON.parse(header)), rounds }
}

/** What becomes of a block of samples, or of a word, before anybody reads it; undefined: it is lost. */
export interface Change {
  readonly block?: (block: SampleBlock) => SampleBlock | undefined
  readonly event?: (event: FlinkEvent) => FlinkEvent | undefined
}

/** The rounds of the recorded job over what is left after the change. */
export async function saidOf({ truth, rounds }: Heard, change: Change = {}): Promise<ReplayLine[]> {
  const facts = memoryFacts()
  const memories = new Map<string, TrackerMemory>()
  const lines: ReplayLine[] = []
  for (const { at, payloads } of rounds) {
    for (const payload of payloads) facts.accept(changed(payload, change))
    for (const one of await facts.read(await facts.jobs(at), at)) {
      if (parseJobRef(one.job)?.name !== truth.job_name) continue
      const diagnosis = diagnose(one, memories.get(one.job))
      memories.set(one.job, diagnosis.memory)
      lines.push(replayLine(diagnosis, at, truth.begin))
    }
  }
  return lines
}

function changed(payload: Payload, { block, event }: Change): Payload {
  if (payload.kind === 'samples' && block)
    return { ...payload, blocks: payload.blocks.flatMap((one) => block(one) ?? []) }
  if (payload.kind === 'events' && event)
    return { ...payload, events: payload.events.flatMap((one) => event(one) ?? []) }
  return payload
}
