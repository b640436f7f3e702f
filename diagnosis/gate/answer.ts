import type { GateAnswer, gatePolicies } from '../../core/api/gate.ts'
import { isSource } from '../../core/model/topology.ts'
import { currentScore } from '../api/freshness.ts'
import { causesOf, linksOf } from '../api/health.ts'
import type { History, Span } from '../api/history.ts'
import { seriesView } from '../api/series-view.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { compareRuns, type LoadPoint, type ScoredRun } from './baseline.ts'
import { judge, MISSING_ROUNDS, type ScoreSample } from './judge.ts'
import type { RecentScores } from './recent.ts'

/** What a platform asks of a job. */
export interface Asked {
  readonly minScore: number
  readonly forMs: number
  readonly coverage: number
  /** A moment of the past; undefined asks about now. */
  readonly at: number | undefined
  readonly baseline: 'previous-run' | undefined
  readonly policy: (typeof gatePolicies)[number]
}

export interface AnswerDeps {
  readonly history: History
  readonly recent: RecentScores
  readonly intervalMs: number
  readonly now: number
}

/** How far back an earlier run is looked for, and how much of its end is compared. */
const RUNS_SPAN_MS = 30 * 86_400_000
const COMPARED_SPAN_MS = 2 * 3_600_000
/** A run that is being stopped is not what the next one is compared with. */
const LAST_MOMENTS_MS = 60_000
/** Rates of a shorter time are too rough. */
const LEAST_LOAD_SPAN_MS = 180_000
const MINUTE_MS = 60_000

/** Reads what there is to know of the job at the moment, judges it, and says why. */
export async function answerGate(
  evaluated: Evaluated,
  asked: Asked,
  deps: AnswerDeps,
): Promise<GateAnswer> {
  const { diagnosis } = evaluated
  const { job } = diagnosis
  const { minScore, forMs, policy } = asked
  const at = asked.at ?? deps.now
  const scores = await windowOf(job, at, asked, deps)
  const run = asked.at === undefined ? (diagnosis.run?.run ?? '') : (scores.at(-1)?.run ?? '')
  const judged = judge({
    ...{ run, scores, min: minScore, forMs, coverage: asked.coverage, at },
    intervalMs: deps.intervalMs,
  })
  const findings = await findingsAt(evaluated, asked.at, deps.history)
  const first = { answer: judged.answer, reasons: [judged.reason] }
  const second = withCircumstances(first, evaluated, findings, asked, deps)
  const { baseline, ...said } =
    asked.baseline === undefined || judged.score === null
      ? { ...second, baseline: null }
      : withBaseline(
          second,
          compareRuns({
            score: judged.score,
            ...(await earlierRun(evaluated, { run, at, forMs }, deps.history)),
          }),
        )
  const { answer, reasons } = said
  return {
    ...{ schemaVersion: 1, job, run, answer, policy, reason: reasons[0] ?? judged.reason },
    reasons: [...reasons],
    ok: answer === 'pass' || (answer === 'unknown' && policy === 'pass'),
    ...{ score: judged.score, scale: 10, minScore, forMs, at, baseline },
    ...{ findings: [...findings], links: linksOf(job) },
  }
}

/** The answer so far; the first reason is the one that decides. */
interface Said {
  readonly answer: GateAnswer['answer']
  readonly reasons: readonly string[]
}

/** What else is known of now: a backlog excuses a low score, and unknown has a reason. */
function withCircumstances(
  { answer, reasons }: Said,
  evaluated: Evaluated,
  findings: GateAnswer['findings'],
  asked: Asked,
  { now, intervalMs }: AnswerDeps,
): Said {
  if (answer === 'fail' && isCatchingUp(findings)) {
    const why = 'The job is catching up with its backlog; what it scores meanwhile says nothing.'
    return { answer: 'unknown', reasons: [why, ...reasons] }
  }
  if (answer !== 'unknown' || asked.at !== undefined) return { answer, reasons }
  const { unknownBecause } = currentScore(evaluated, now, intervalMs)
  if (unknownBecause === null) return { answer, reasons }
  return { answer, reasons: [...reasons, `Now: ${unknownBecause}.`] }
}

/** Who passes must also be no worse than before, as far as that can be told. */
function withBaseline(
  { answer, reasons }: Said,
  { baseline, reason }: ReturnType<typeof compareRuns>,
): Said & { readonly baseline: GateAnswer['baseline'] } {
  const { state } = baseline
  if (answer !== 'pass' || state === 'none' || state === 'same') {
    return { answer, reasons: [...reasons, reason], baseline }
  }
  return { answer: state === 'worse' ? 'fail' : 'unknown', reasons: [reason, ...reasons], baseline }
}

/** Open causes; of the past as far as they are told apart from what opened later. */
async function findingsAt(
  { diagnosis }: Evaluated,
  at: number | undefined,
  history: History,
): Promise<GateAnswer['findings']> {
  if (at === undefined) return causesOf(diagnosis.findings)
  const then = await history.findings(diagnosis.job, { from: at, to: at })
  // They come in their newest form; at that moment they were open.
  return causesOf(then.map((finding) => ({ ...finding, state: 'open' as const })))
}

async function windowOf(
  job: string,
  at: number,
  { forMs, at: askedAt }: Asked,
  { history, recent, intervalMs }: AnswerDeps,
): Promise<readonly ScoreSample[]> {
  const from = at - Math.max(forMs, MISSING_ROUNDS * intervalMs)
  const known = askedAt === undefined ? await recent.since(job, from) : undefined
  return known ?? history.scores(job, { from, to: at })
}

/** A backlog explains a low score; what is critical it does not explain. */
function isCatchingUp(findings: GateAnswer['findings']): boolean {
  return (
    findings.some(({ rule }) => rule === 'catching-up') &&
    !findings.some(({ rule, severity }) => rule !== 'catching-up' && severity === 'crit')
  )
}

/** The load of now, and what the run before this one scored under which load. */
async function earlierRun(
  evaluated: Evaluated,
  { run, at, forMs }: { readonly run: string; readonly at: number; readonly forMs: number },
  history: History,
) {
  const { job } = evaluated.diagnosis
  const runs = await history.runs(job, { from: at - RUNS_SPAN_MS, to: at })
  const own = runs.find((one) => one.run === run)
  const earlier = runs.find(
    (one): one is ScoredRun => one.run !== run && one.from < (own?.from ?? at),
  )
  const nowSpan = { from: at - Math.max(forMs, LEAST_LOAD_SPAN_MS), to: at }
  const load = meanOf(await loadOf(evaluated, nowSpan, history))
  if (!earlier) return { load, earlier, scores: [], loads: [] }
  const to = earlier.to - LAST_MOMENTS_MS
  const span = { from: Math.max(earlier.from, to - COMPARED_SPAN_MS), to }
  if (span.from >= span.to) return { load, earlier, scores: [], loads: [] }
  const [scores, loads] = await Promise.all([
    history.scores(job, span),
    loadOf(evaluated, span, history),
  ])
  return { load, earlier, scores: scores.filter((one) => one.run === earlier.run), loads }
}

/** Records a second over all sources, by the minute; a sum that misses a source is null. */
async function loadOf(
  evaluated: Evaluated,
  span: Span,
  history: History,
): Promise<readonly LoadPoint[]> {
  const { topology } = evaluated.facts
  const sources = (topology?.vertices ?? []).filter(({ id }) => topology && isSource(topology, id))
  const series = await Promise.all(
    sources.map(({ id: vertex }) => {
      const question = { signal: 'recordsPerSecond', vertex, stepMs: MINUTE_MS, ...span } as const
      return seriesView(evaluated, question, history)
    }),
  )
  const [first, ...rest] = series
  return (first?.points ?? []).map(([at, value], index): LoadPoint => {
    const others = rest.map(({ points }) => points[index]?.[1] ?? null)
    return [
      at,
      [value, ...others].reduce((sum, one) => (sum === null || one === null ? null : sum + one)),
    ]
  })
}

function meanOf(points: readonly LoadPoint[]): number | null {
  const known = points.flatMap(([, value]) => (value === null ? [] : value))
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
}
