import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Recording, readRecording } from '../../agent/transport/recording.ts'
import type { Payload } from '../../core/api/batch.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import type { Severity } from '../../core/model/finding.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Diagnosis, TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { memoryFacts } from '../../diagnosis/facts/memory.ts'
import { createPoller, ROUND_MS, recordedSources, replayRecording, virtualClock } from './replay.ts'

/** A recording made ready to be shown as if it happened now. */
export interface Staged {
  readonly recording: Recording
  readonly cluster: string
  /** Recorded time at which the page opens. */
  readonly openAt: number
}

/** The recordings that come with the package. */
export function demoFiles(): readonly string[] {
  const folder = join(packageRoot(import.meta.url), 'cli', 'demo')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .sort()
    .map((name) => join(folder, name))
}

/** A demonstration opens with trouble, not with a hint. */
const LOUD: readonly Severity[] = ['crit', 'major']

/** After the first finding the page shows this much of it before real speed begins. */
const SHOWN_MS = 15_000
/** A recording without a finding opens here: everything is measured by then. */
const CALM_OPENING_MS = 60_000

/**
 * Reads a recording and finds where to open it: at its beginning, or already sick.
 * @throws SourceError when it cannot be read
 */
export async function stage(file: string, opensSick: boolean): Promise<Staged> {
  const recording = await readRecording(file)
  const cluster = basename(file).replace(/\.ndjson(\.gz)?$/, '')
  const { begin } = recording.header
  if (!opensSick) return { recording, cluster, openAt: begin }
  for await (const { at, diagnoses } of replayRecording(recording, cluster, silentLog)) {
    const sick = diagnoses.some(({ findings }) =>
      findings.some((f) => f.cause && f.state === 'open' && LOUD.includes(f.severity)),
    )
    if (sick) return { recording, cluster, openAt: Math.min(at + SHOWN_MS, recording.endAt) }
  }
  return { recording, cluster, openAt: Math.min(begin + CALM_OPENING_MS, recording.endAt) }
}

/** How long all of them can run at real speed before the first one ends, in recorded ms. */
export function commonRunMs(staged: readonly Staged[]): number {
  return Math.max(0, Math.min(...staged.map(({ recording, openAt }) => recording.endAt - openAt)))
}

/** What a fast-forward hands on: everything up to the opening, and what every round said of it. */
export interface FastForward {
  readonly payloads: readonly Payload[]
  readonly diagnoses: readonly Diagnosis[]
}

/** Runs a recording up to its opening with its times moved so that the opening is `now`. */
export async function fastForward(
  { recording, cluster, openAt }: Staged,
  now: number,
): Promise<FastForward> {
  const shiftMs = now - openAt
  const clock = virtualClock(recording.header.begin + shiftMs)
  const poll = createPoller(recordedSources(recording, cluster, { clock, shiftMs }, silentLog))
  const facts = memoryFacts()
  const memories = new Map<string, TrackerMemory>()
  const payloads: Payload[] = []
  const diagnoses: Diagnosis[] = []
  for (let at = recording.header.begin + shiftMs; at < now; at += ROUND_MS) {
    clock.set(at)
    for (const payload of await poll(at)) {
      facts.accept(payload)
      payloads.push(payload)
    }
    for (const one of await facts.read(await facts.jobs(at), at)) {
      const diagnosis = diagnose(one, memories.get(one.job))
      memories.set(one.job, diagnosis.memory)
      diagnoses.push(diagnosis)
    }
  }
  return { payloads, diagnoses }
}

/** The sources that go on from the opening, by the demonstration's clock. */
export function liveSources({ recording, cluster, openAt }: Staged, startAt: number, clock: Clock) {
  return recordedSources(recording, cluster, { clock, shiftMs: startAt - openAt }, silentLog)
}
