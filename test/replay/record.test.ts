import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Recording, readRecording } from '../../agent/transport/recording.ts'
import { replayRest, replayScrapes } from '../../agent/transport/replay.ts'
import { openRecording } from '../../cli/record/open.ts'
import { replayLine } from '../../cli/replay/lines.ts'
import { createPoller, ROUND_MS, replayRecording, virtualClock } from '../../cli/replay/replay.ts'
import type { ReplayLine } from '../../core/api/replay-line.ts'
import { silentLog } from '../../core/kit/log.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { memoryFacts } from '../../diagnosis/facts/memory.ts'
import { recordingsFolder } from '../accuracy/judge.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-record-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The lab's recorder looks at the brokers too, which `weir record` does not. */
const CLUSTERS = ['slow-operator-a', 'tm-killed-a', 'restart-loop-a', 'job-failed-a']

/** As often as `weir record` looks for a source that is due. */
const POLL_MS = 500

/** Rounds over a cluster that answers as a recorded one did, while it is recorded anew. */
async function liveRounds(cluster: Recording, file: string): Promise<readonly ReplayLine[]> {
  const { begin } = cluster.header
  const clock = virtualClock(begin)
  const time = { clock, shiftMs: 0 }
  const { recorder, sources } = openRecording(
    {
      rest: replayRest(cluster, time),
      scrapes: [...cluster.scrapes.keys()].sort().map((proc) => replayScrapes(cluster, proc, time)),
    },
    { file, id: 'live', flink: '2.2.1', clock },
  )
  const poll = createPoller(sources)
  const facts = memoryFacts()
  const memories = new Map<string, TrackerMemory>()
  const lines: ReplayLine[] = []
  for (let at = begin; at <= cluster.endAt; at += POLL_MS) {
    clock.set(at)
    for (const payload of await poll(at)) facts.accept(payload)
    if ((at - begin) % ROUND_MS !== 0) continue
    for (const one of await facts.read(await facts.jobs(at), at)) {
      const diagnosis = diagnose(one, memories.get(one.job))
      memories.set(one.job, diagnosis.memory)
      lines.push(replayLine(diagnosis, at, begin))
    }
  }
  await recorder.close()
  return lines
}

describe.each(CLUSTERS)('%s', (name) => {
  test('says in its replay what was said while it was recorded', async () => {
    const cluster = await readRecording(join(recordingsFolder, `${name}.ndjson.gz`))
    const file = join(folder, `${name}.ndjson.gz`)
    const live = await liveRounds(cluster, file)
    const replayed: ReplayLine[] = []
    const recording = await readRecording(file)
    for await (const { at, diagnoses } of replayRecording(recording, 'recorded', silentLog))
      for (const one of diagnoses) replayed.push(replayLine(one, at, recording.header.begin))
    expect(live.filter(({ findings }) => findings.length > 0).length).toBeGreaterThan(5)
    expect(replayed).toEqual(live.slice(0, replayed.length))
    // The last round may have asked for nothing new: then the recording ends one round earlier.
    expect(live.length - replayed.length).toBeLessThanOrEqual(1)
  })
})
