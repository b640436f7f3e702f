import type { Episode } from '../model/episode.ts'
import type { Advice, Finding, Score } from '../model/finding.ts'
import type { FollowUp } from '../model/follow-up.ts'
import { writeEpisodes } from './episodes.ts'
import { writeFollowUps } from './follow-ups.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'
import type { Span } from './samples.ts'

/** What a round says about one job, as it is kept. `memory` is the tracker's own JSON. */
export interface DiagnosisRow {
  readonly job: string
  readonly run: string
  readonly at: number
  readonly score: Score
  readonly findings: readonly Finding[]
  readonly advice: readonly Advice[]
  readonly episodes: readonly Episode[]
  readonly followUps: readonly FollowUp[]
  readonly memory: unknown
}

/** Keeps what was said; of `repeated` words, which say what the last ones said, only that they hold. */
export async function writeDiagnoses(
  store: Store,
  rows: readonly DiagnosisRow[],
  repeated: readonly DiagnosisRow[] = [],
): Promise<void> {
  await writeScores(store, [...rows, ...repeated])
  await writeFindings(store, [...rows, ...repeated])
  await insertRows(
    store,
    'advice',
    ['job', 'kind', 'target', 'cause', 'from', 'to', 'at', 'confidence', 'body'],
    rows.flatMap(({ job, at, advice }) =>
      advice.map((a) => [
        job,
        a.kind,
        a.target.name,
        a.cause,
        a.from,
        a.to,
        at,
        a.confidence,
        JSON.stringify(a),
      ]),
    ),
    {},
  )
  await writeEpisodes(
    store,
    rows.flatMap(({ episodes }) => episodes),
  )
  await writeFollowUps(
    store,
    rows.flatMap(({ followUps }) => followUps),
  )
  await insertRows(
    store,
    'trackers',
    ['job', 'at', 'memory'],
    rows.map(({ job, at, memory }) => [job, at, JSON.stringify(memory)]),
    {},
  )
}

function writeScores(store: Store, rows: readonly DiagnosisRow[]): Promise<void> {
  return insertRows(
    store,
    'scores',
    ['job', 'run', 'at', 'value', 'verdict', 'coverage', 'weights'],
    rows.map(({ job, run, at, score }) => [
      ...[job, run, at, score.value],
      ...[score.verdict, score.coverage, score.weights],
    ]),
    {},
  )
}

function writeFindings(store: Store, rows: readonly DiagnosisRow[]): Promise<void> {
  return insertRows(
    store,
    'findings',
    ['job', 'key', 'since', 'seenAt', 'resolvedAt', 'rule', 'severity', 'cause', 'points', 'body'],
    rows.flatMap(({ job, at, findings }) =>
      findings.map((f) => [
        ...[job, f.key, f.since, f.resolvedAt ?? at, f.resolvedAt ?? null],
        ...[f.rule, f.severity, f.cause, f.points, JSON.stringify(f)],
      ]),
    ),
    {},
  )
}

export interface ScoreRow {
  readonly at: number
  /** The Flink job id; '' where it was not known. */
  readonly run: string
  readonly value: number | null
  readonly coverage: number
}

/** Scores of a job, oldest first. */
export function readScores(store: Store, job: string, { from, to }: Span): Promise<ScoreRow[]> {
  return selectRows<ScoreRow>(
    store,
    `SELECT toUnixTimestamp64Milli(scores.at) AS at, any(scores.run) AS run, any(scores.value) AS value, any(scores.coverage) AS coverage
     FROM scores
     WHERE job = {job:String}
       AND scores.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     GROUP BY scores.at ORDER BY scores.at`,
    { job, from, to },
  )
}

/** One run as its scores show it. */
export interface ScoredRun {
  readonly run: string
  readonly from: number
  readonly to: number
}

/** Runs of a job that were scored within the span, newest first. */
export function readScoredRuns(
  store: Store,
  job: string,
  { from, to }: Span,
): Promise<ScoredRun[]> {
  return selectRows<ScoredRun>(
    store,
    `SELECT run, toUnixTimestamp64Milli(min(s.at)) AS from, toUnixTimestamp64Milli(max(s.at)) AS to
     FROM scores AS s
     WHERE job = {job:String} AND run != ''
       AND s.at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     GROUP BY run ORDER BY from DESC, run LIMIT 20`,
    { job, from, to },
  )
}

/** The last score of each step of the span, for every job: what sparklines are drawn from. */
export async function readTrends(
  store: Store,
  { from, to, stepMs }: Span & { readonly stepMs: number },
): Promise<Map<string, { at: number; score: number | null }[]>> {
  const rows = await selectRows<{ job: string; step: number; score: number | null }>(
    store,
    `SELECT job, intDiv(toUnixTimestamp64Milli(at), {stepMs:Int64}) * {stepMs:Int64} AS step,
            argMax(tuple(value), at).1 AS score
     FROM scores
     WHERE at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
     GROUP BY job, step ORDER BY job, step`,
    { from, to, stepMs },
  )
  const trends = new Map<string, { at: number; score: number | null }[]>()
  for (const { job, step, score } of rows) {
    const trend = trends.get(job) ?? []
    trends.set(job, trend)
    trend.push({ at: step, score })
  }
  return trends
}

/** Findings of a job that were open at any moment of the span, each in its newest form. */
export async function readFindings(
  store: Store,
  job: string,
  { from, to }: Span,
): Promise<Finding[]> {
  const rows = await selectRows<{ body: string }>(
    store,
    `SELECT body FROM findings FINAL
     WHERE job = {job:String}
       AND since <= fromUnixTimestamp64Milli({to:Int64}) AND seenAt >= fromUnixTimestamp64Milli({from:Int64})
     ORDER BY since, key`,
    { job, from, to },
  )
  // Written by writeDiagnoses and by nobody else.
  return rows.map(({ body }) => JSON.parse(body) as Finding)
}

/** What the trackers remember of jobs heard of since `from`. */
export async function readTrackers(store: Store, from: number): Promise<Map<string, unknown>> {
  const rows = await selectRows<{ job: string; memory: string }>(
    store,
    `SELECT job, memory FROM trackers FINAL WHERE at >= fromUnixTimestamp64Milli({from:Int64})`,
    { from },
  )
  return new Map(rows.map(({ job, memory }) => [job, JSON.parse(memory)]))
}
