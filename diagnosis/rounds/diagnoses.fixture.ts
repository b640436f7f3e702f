import type { RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { Diagnosis, TrackerMemory } from '../engine/diagnosis.ts'

/** Values for the tests of rounds and API: the least that facts and diagnoses consist of. */

export function exampleRun(job: string, at: number, over: Partial<RunEvent> = {}): RunEvent {
  return {
    type: 'run',
    at,
    job,
    run: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
    state: 'RUNNING',
    since: at,
    startedAt: at,
    bounded: false,
    flinkVersion: '2.2.1',
    ...over,
  }
}

export function exampleFacts(job: string, at: number, over: Partial<JobFacts> = {}): JobFacts {
  return {
    job,
    ref: parseJobRef(job) ?? { cluster: 'lab', namespace: '-', name: job },
    at,
    runs: [exampleRun(job, at)],
    topology: undefined,
    config: undefined,
    tasks: [],
    processes: [],
    samples: [],
    placements: [],
    checkpoints: [],
    exceptions: [],
    taskmanagers: [],
    clusters: [],
    pods: [],
    logs: undefined,
    ...over,
  }
}

export function exampleDiagnosis(
  job: string,
  at: number,
  value: number | null,
  over: Partial<Diagnosis> = {},
): Diagnosis {
  const verdict =
    value === null ? 'unknown' : value >= 8 ? 'healthy' : value >= 5 ? 'degraded' : 'unhealthy'
  return {
    job,
    at,
    run: exampleRun(job, at),
    score: {
      value,
      verdict,
      coverage: value === null ? 0.3 : 0.9,
      parts: [],
      ceiling: null,
      missing: value === null ? ['no samples for 41 s'] : [],
      weights: 'w1',
    },
    findings: [],
    verdicts: [],
    advice: [],
    abstained: [],
    followUps: [],
    loads: [],
    episodes: [],
    memory: emptyMemory,
    ...over,
  }
}

export const emptyMemory: TrackerMemory = { tracked: [] }
