import type { CheckpointEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { JOBMANAGER, processKey } from '../../core/model/samples.ts'
import type { Topology } from '../../core/model/topology.ts'
import type { Pulse } from '../../core/store/pulses/pulse.ts'
import type { Diagnosis } from '../engine/diagnosis.ts'
import { paceOf } from '../rules/checkpoint-history.ts'
import { MOST } from '../rules/state-growth.ts'
import { hostsOf } from '../signals/load.ts'
import { presentPods } from '../signals/pods.ts'
import type { Reading } from '../signals/readings.ts'
import { sourcesOf } from '../signals/sources.ts'
import { featuresOf } from './features.ts'
import { isSteady } from './quiet.ts'
import { STANDING } from './screened-rules.ts'

/** What a full evaluation leaves behind, for the rounds that ask whether its word still holds. */
export interface Settled {
  readonly run: string
  readonly startedAt: number
  /** When the windows were read last, and when the word was last seen to hold. */
  readonly readAt: number
  readonly heldAt: number
  readonly features: string
  readonly topology: Topology
  readonly sources: readonly string[]
  readonly hosts: ReadonlySet<string>
  readonly checkpoints: SettledCheckpoints
}

export interface SettledCheckpoints {
  /** Newest completed ones, oldest first: as many as the rule state-growth looks at. */
  readonly sizes: readonly Reading[]
  /** When the newest completed one ended; undefined where none has. */
  readonly endedAt: number | undefined
  /** The shortest time between two triggers, and what is configured; undefined while neither is known. */
  readonly shortestMs: number | undefined
  readonly timeoutMs: number
}

/** Until then a rule may wait for a job to be old enough: `checkpointing-off` does for half an hour. */
const YOUNG_MS = 31 * 60_000

/**
 * Undefined where the next round has to read the windows again, whatever they say: something is found, held,
 * pending, recent or unfinished.
 */
export function settle(
  facts: JobFacts,
  diagnosis: Diagnosis,
  pulse: Pulse | undefined,
): Settled | undefined {
  const { run } = diagnosis
  if (!pulse || !run || !facts.topology || run.state !== 'RUNNING') return undefined
  if (!isSettledWord(diagnosis) || !isUneventful(facts)) return undefined
  if (facts.at - run.startedAt < YOUNG_MS && facts.checkpoints.length === 0) return undefined
  const sources = sourcesOf(facts).map(({ id }) => id)
  const hosts = new Set([...hostsOf(facts).values()].map(processKey))
  const { topology } = facts
  const features = featuresOf(pulse, { run: run.run, sources, hosts, topology })
  if (!features || !isSteady(pulse, facts.at)) return undefined
  return {
    ...{ run: run.run, startedAt: run.startedAt, readAt: facts.at, heldAt: facts.at },
    ...{ features, topology, sources, hosts, checkpoints: settledCheckpoints(facts) },
  }
}

/** Every finding is open and standing, none is on its way in or out, and nothing broke or grew old. */
function isSettledWord({ at, score, findings, verdicts, memory }: Diagnosis): boolean {
  const open = new Set(findings.flatMap(({ key, state }) => (state === 'open' ? [key] : [])))
  return (
    score.value !== null &&
    memory.tracked.every(
      ({ key, seenAt, healthyRounds, finding }) =>
        open.has(key) && STANDING.has(finding.rule) && seenAt === at && healthyRounds === 0,
    ) &&
    (memory.episodes?.open ?? []).length === 0 &&
    verdicts.every(({ outcome }) => outcome !== 'broken')
  )
}

/** What passes by itself is over: failures, losses, pods on their way, TaskManagers that nobody lists yet. */
function isUneventful(facts: JobFacts): boolean {
  const registered = new Set(
    [...new Map(facts.taskmanagers.map((one) => [one.id, one])).values()]
      .filter(({ state }) => state === 'registered')
      .map(({ id }) => processKey(id)),
  )
  const strangers = facts.processes.some(
    ({ via, process }) =>
      via === 'flink-prometheus' && process !== JOBMANAGER && !registered.has(processKey(process)),
  )
  return (
    facts.exceptions.length === 0 &&
    (facts.logs?.failures ?? []).length === 0 &&
    facts.clusters.at(-1)?.state !== 'unreachable' &&
    (facts.taskmanagers.length === 0 || !strangers) &&
    (presentPods(facts) ?? []).every(
      ({ phase, containers }) =>
        phase === 'Running' && containers.every(({ state }) => state?.kind !== 'waiting'),
    )
  )
}

function settledCheckpoints(facts: JobFacts): SettledCheckpoints {
  const done = facts.checkpoints.filter(
    ({ state, savepoint }) => state === 'completed' && !savepoint,
  )
  const last = done.at(-1)
  const pace = paceOf({ facts })
  const spaces = spacesOf(facts.checkpoints)
  return {
    sizes: done.slice(-MOST).map(({ triggeredAt: at, stateBytes: value }) => ({ at, value })),
    endedAt: last && last.triggeredAt + last.endToEndMs,
    shortestMs: pace && Math.min(pace.intervalMs, ...spaces),
    timeoutMs: pace?.timeoutMs ?? Number.POSITIVE_INFINITY,
  }
}

function spacesOf(checkpoints: readonly CheckpointEvent[]): readonly number[] {
  const triggers = checkpoints.filter(({ savepoint }) => !savepoint).map((one) => one.triggeredAt)
  const sorted = triggers.sort((a, b) => a - b)
  return sorted.slice(1).map((at, index) => at - (sorted[index] ?? at))
}
