import type { Diagnosis, TrackerMemory } from '../engine/diagnosis.ts'
import type { ClusterState, Evaluated } from './evaluated.ts'

/** A round, or the evaluation of a few jobs after an event. `jobs` are those whose word changed. */
export interface RoundDone {
  readonly at: number
  readonly jobs: readonly string[]
}

export interface TrendPoint {
  readonly at: number
  readonly score: number | null
}

/** About forty points in an hour: what a sparkline can show. */
export const TREND_POINTS = 40
export const TREND_STEP_MS = 90_000

/** The newest word on every job, for everybody in this process who asks. */
export interface Board {
  latest(): ReadonlyMap<string, Evaluated>
  clusters(): ReadonlyMap<string, ClusterState>
  memoryOf(job: string): TrackerMemory | undefined
  /** The last score of each step of the last hour before `at`; null where there was none. */
  trendOf(job: string, at: number): readonly TrendPoint[]
  put(evaluated: Evaluated, cluster: ClusterState): void
  /** The same word on a job once more. */
  repeat(evaluated: Evaluated): void
  /** Takes over what the store still knows from before this process. */
  restore(
    memories: ReadonlyMap<string, TrackerMemory>,
    trends: ReadonlyMap<string, readonly TrendPoint[]>,
  ): void
  /** Forgets jobs that nothing was heard of for an hour. */
  keepOnly(jobs: ReadonlySet<string>): void
  /** Tells the listeners what changed since it was last called. */
  publish(at: number): void
  /** Returns the way to stop listening. */
  listen(listener: (round: RoundDone) => void): () => void
}

export function createBoard(): Board {
  const latest = new Map<string, Evaluated>()
  const clusters = new Map<string, ClusterState>()
  const memories = new Map<string, TrackerMemory>()
  const trends = new Map<string, Map<number, number | null>>()
  const listeners = new Set<(round: RoundDone) => void>()
  const changed = new Set<string>()

  const note = (job: string, { at, score }: TrendPoint) => {
    const points = trends.get(job) ?? new Map<number, number | null>()
    trends.set(job, points)
    points.set(stepOf(at), score)
    const oldestAt = stepOf(at) - TREND_POINTS * TREND_STEP_MS
    for (const step of points.keys()) if (step <= oldestAt) points.delete(step)
  }

  return {
    latest: () => latest,
    clusters: () => clusters,
    memoryOf: (job) => memories.get(job),
    trendOf(job, at) {
      const points = trends.get(job)
      return Array.from({ length: TREND_POINTS }, (_, index) => {
        const step = stepOf(at) - (TREND_POINTS - 1 - index) * TREND_STEP_MS
        return { at: step, score: points?.get(step) ?? null }
      })
    },
    put(evaluated, cluster) {
      const { diagnosis } = evaluated
      const before = latest.get(diagnosis.job)
      if (before === undefined || gist(before.diagnosis) !== gist(diagnosis)) {
        changed.add(diagnosis.job)
      }
      latest.set(diagnosis.job, evaluated)
      memories.set(diagnosis.job, diagnosis.memory)
      clusters.set(cluster.cluster, cluster)
      note(diagnosis.job, { at: diagnosis.at, score: diagnosis.score.value })
    },
    repeat(evaluated) {
      const { diagnosis } = evaluated
      const before = latest.get(diagnosis.job)
      if (before?.diagnosis.findings.length !== diagnosis.findings.length)
        changed.add(diagnosis.job)
      latest.set(diagnosis.job, evaluated)
      memories.set(diagnosis.job, diagnosis.memory)
      note(diagnosis.job, { at: diagnosis.at, score: diagnosis.score.value })
    },
    restore(storedMemories, storedTrends) {
      for (const [job, memory] of storedMemories) if (!memories.has(job)) memories.set(job, memory)
      for (const [job, points] of storedTrends) for (const point of points) note(job, point)
    },
    keepOnly(jobs) {
      for (const job of latest.keys()) {
        if (jobs.has(job)) continue
        changed.add(job)
        latest.delete(job)
        trends.delete(job)
      }
      for (const job of memories.keys()) if (!jobs.has(job)) memories.delete(job)
      const live = new Set([...latest.values()].map(({ facts }) => facts.ref.cluster))
      for (const cluster of clusters.keys()) if (!live.has(cluster)) clusters.delete(cluster)
    },
    publish(at) {
      const round = { at, jobs: [...changed].sort() }
      changed.clear()
      for (const listener of listeners) listener(round)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function stepOf(at: number): number {
  return Math.floor(at / TREND_STEP_MS) * TREND_STEP_MS
}

/** What a person would call a change: not the times, not the third digit of a load. */
function gist({ score, run, findings, advice }: Diagnosis): string {
  return JSON.stringify([
    score.value,
    score.verdict,
    run?.run,
    run?.state,
    findings.map((f) => [f.key, f.severity, f.state, f.cause]),
    advice.map((a) => [a.kind, a.target.name, a.to]),
  ])
}
