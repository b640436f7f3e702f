import type { ClusterSummary, Fleet, JobSummary, TroubleSummary } from '../../core/api/public.ts'
import type { VerdictWord } from '../../core/model/finding.ts'
import type { PlatformTrouble } from '../../core/model/platform.ts'
import type { ClusterState, Evaluated } from '../rounds/evaluated.ts'
import { LOAD_SAMPLES } from '../signals/vectors.ts'
import { counted, ordinal } from './words.ts'

export interface FleetFacts {
  readonly now: number
  readonly rows: readonly JobSummary[]
  readonly evaluated: readonly Evaluated[]
  readonly clusters: readonly ClusterState[]
  readonly troubles: readonly PlatformTrouble[]
  /** How often the agents sample; says when the next sample is due. */
  readonly sampleIntervalMs: number
}

/** What was seen so far: the head of the fleet page. */
export function fleetOf(facts: FleetFacts): Fleet {
  const { now, rows } = facts
  const verdicts: Record<VerdictWord, number> = {
    healthy: 0,
    degraded: 0,
    unhealthy: 0,
    unknown: 0,
  }
  for (const { verdict } of rows) verdicts[verdict]++
  const vertices = rows.reduce((sum, row) => sum + row.vertices, 0)
  return {
    at: now,
    jobs: rows.length,
    vertices,
    verdicts,
    clusters: facts.clusters.map(clusterSummary).sort(byName),
    sentence: sentenceOf(facts, vertices, verdicts),
    troubles: facts.troubles.map(troubleSummary),
    recording: rows.some((row) => row.recording),
  }
}

/** Unknown is told whenever there is any: silence about it would read as health. */
function sentenceOf(
  facts: FleetFacts,
  vertices: number,
  verdicts: Readonly<Record<VerdictWord, number>>,
): string {
  if (facts.rows.length === 0) return noJobs(facts.clusters)
  const seen = `${counted(facts.rows.length, 'job')}, ${counted(vertices, 'vertex', 'vertices')}`
  const waiting = verdicts.unknown === facts.rows.length ? nextSample(facts) : undefined
  if (waiting !== undefined) return `${seen}, ${waiting}`
  const ill = (['unhealthy', 'unknown', 'degraded'] as const).flatMap((word) =>
    verdicts[word] > 0 ? `${verdicts[word]} ${word}` : [],
  )
  return `${seen}, ${ill.length > 0 ? ill.join(', ') : 'all healthy'}`
}

function noJobs(clusters: readonly ClusterState[]): string {
  if (clusters.length === 0) return 'No job was seen yet.'
  return `${counted(clusters.length, 'cluster')}, no job was seen yet.`
}

/** In the first minute nothing can be said, but when something can. Undefined once it can. */
function nextSample({ evaluated, now, sampleIntervalMs }: FleetFacts): string | undefined {
  const moments = Math.max(...evaluated.map((one) => one.facts.sampleMoments))
  if (moments >= LOAD_SAMPLES) return undefined
  if (moments === 0) return 'first sample is awaited'
  const newestAt = Math.max(...evaluated.map((one) => one.facts.newestSampleAt ?? 0))
  const dueS = Math.ceil((newestAt + sampleIntervalMs - now) / 1000)
  // A sample that is long overdue is no forecast any more; the rows tell why they are unknown.
  if (dueS < -2 * (sampleIntervalMs / 1000)) return undefined
  return dueS > 0
    ? `${ordinal(moments + 1)} sample in ${dueS} s`
    : `${ordinal(moments + 1)} sample is due`
}

function clusterSummary({ cluster, reachability, taskmanagers }: ClusterState): ClusterSummary {
  const registered = taskmanagers.filter((tm) => tm.state === 'registered')
  return {
    cluster,
    state: reachability?.state ?? 'unknown',
    flinkVersion: reachability?.flinkVersion ?? null,
    reason: reachability?.reason ?? null,
    taskmanagers: registered.length,
    slots: registered.reduce((sum, tm) => sum + tm.slots, 0),
    freeSlots: registered.reduce((sum, tm) => sum + tm.freeSlots, 0),
  }
}

/** A banner names a few; the page of a job names its trouble. */
const EXAMPLES = 5

function troubleSummary({
  thing,
  causes,
  finding,
  jobs,
  sharing,
}: PlatformTrouble): TroubleSummary {
  const { severity, message, suggestions, since } = finding
  return {
    ...{ thing, causes, severity, text: message.text, suggestion: suggestions[0]?.text ?? '' },
    ...{ since, jobs: jobs.length, sharing, examples: jobs.slice(0, EXAMPLES) },
  }
}

function byName(a: ClusterSummary, b: ClusterSummary): number {
  return a.cluster.localeCompare(b.cluster)
}
