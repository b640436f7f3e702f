import { createHash } from 'node:crypto'
import type { JobFacts } from '../../core/model/facts.ts'
import type { Pulse } from '../../core/store/pulses/pulse.ts'
import type { Diagnosis } from '../engine/diagnosis.ts'
import type { FactSource } from '../facts/source.ts'
import type { Evaluated } from './evaluated.ts'
import { stillHolds } from './quiet.ts'
import { type Settled, settle } from './settled.ts'

/** Which of some jobs need their windows read, and what is said of the others. */
export interface Screened {
  readonly kept: readonly Evaluated[]
  readonly loud: readonly string[]
}

/**
 * Spares jobs about which there is nothing new the reading of their windows. What is said of one that is spared
 * is what reading would have said: its findings and its score. What a person reads beside them (evidence,
 * loads, advice) is as old as the last reading, ten minutes at most.
 */
export interface Screening {
  screen(jobs: readonly string[], at: number): Promise<Screened>
  /** Has a job's windows read for a while: somebody looks at its numbers. */
  attend(job: string, at: number): void
  /** Learns from a job whose windows were read. */
  learn(facts: JobFacts, diagnosis: Diagnosis): void
  /** Forgets what was seen of jobs that `screen` gave out to be read, once they are. */
  endRound(jobs: ReadonlySet<string>): void
}

/** A word is renewed between these, so that those of a fleet that began together do not end together. */
const RENEWED_AFTER_MS = 5 * 60_000
const RENEWED_WITHIN_MS = 5 * 60_000
const ATTENDED_MS = 60_000

type PulseSource = Required<Pick<FactSource, 'pulses'>>

export function createScreening(
  facts: PulseSource,
  latest: () => ReadonlyMap<string, Evaluated>,
): Screening {
  const settled = new Map<string, Settled>()
  const attendedTo = new Map<string, number>()
  /** Of jobs that this round reads. */
  const pulses = new Map<string, { readonly pulse: Pulse; readonly at: number }>()

  const keep = (job: string, pulse: Pulse | undefined, at: number): Evaluated | undefined => {
    const before = settled.get(job)
    const evaluated = latest().get(job)
    if (!before || !pulse || evaluated?.diagnosis.at !== before.heldAt) return undefined
    if ((attendedTo.get(job) ?? 0) > at || at - before.readAt > renewedAfterMs(job))
      return undefined
    const after = stillHolds(before, pulse, at)
    if (!after) return undefined
    settled.set(job, after)
    return keptWord(evaluated, pulse, at)
  }

  return {
    async screen(jobs, at) {
      const seen = await facts.pulses(jobs, at)
      const kept: Evaluated[] = []
      const loud: string[] = []
      for (const job of jobs) {
        const pulse = seen.get(job)
        const word = keep(job, pulse, at)
        if (word) kept.push(word)
        else {
          loud.push(job)
          if (pulse) pulses.set(job, { pulse, at })
        }
      }
      return { kept, loud }
    },
    attend: (job, at) => void attendedTo.set(job, at + ATTENDED_MS),
    learn(own, diagnosis) {
      const seen = pulses.get(own.job)
      const word = settle(own, diagnosis, seen?.at === own.at ? seen.pulse : undefined)
      if (word) settled.set(own.job, word)
      else settled.delete(own.job)
      pulses.delete(own.job)
    },
    endRound(jobs) {
      pulses.clear()
      for (const list of [settled, attendedTo])
        for (const job of list.keys()) if (!jobs.has(job)) list.delete(job)
    },
  }
}

/** The last word, said again. */
function keptWord({ diagnosis, facts }: Evaluated, pulse: Pulse, at: number): Evaluated {
  const { tracked } = diagnosis.memory
  const newest = Math.max(...pulse.vertices.map(({ lastAt }) => lastAt))
  return {
    diagnosis: {
      ...diagnosis,
      at,
      findings: diagnosis.findings.flatMap((finding) =>
        finding.state === 'open' ? { ...finding, seenAt: at } : [],
      ),
      episodes: [],
      memory: { ...diagnosis.memory, tracked: tracked.map((one) => ({ ...one, seenAt: at })) },
    },
    facts: { ...facts, newestSampleAt: Math.max(facts.newestSampleAt ?? 0, newest) },
  }
}

function renewedAfterMs(job: string): number {
  const share = createHash('md5').update(job).digest().readUInt16BE() / 2 ** 16
  return RENEWED_AFTER_MS + share * RENEWED_WITHIN_MS
}
