import { type Context, Hono } from 'hono'
import type {
  AdvicePage,
  CheckpointsPage,
  EpisodesPage,
  EventsPage,
} from '../../core/api/public.ts'
import { formatJobRef } from '../../core/model/job-ref.ts'
import { judge, MISSING_ROUNDS } from '../gate/judge.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { notFound, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { findingsPage } from './findings-page.ts'
import { health, jobDetail, type ViewContext } from './job-view.ts'
import { marksOf } from './marks.ts'
import { nearNames } from './near-names.ts'
import { findingsParams, gateParams, historyParams, rangeParams, seriesParams } from './params.ts'
import { seriesView } from './series-view.ts'
import { timelineOf } from './timeline.ts'
import { topologyView } from './topology-view.ts'

/** How far back resolved findings are told. */
const FINDINGS_SPAN_MS = 7 * 86_400_000

/** The routes of one job; mounted where the path has named its cluster, namespace and name. */
export function jobRoutes(deps: ApiDeps): Hono {
  const { rounds, clock, history, recordings } = deps
  const app = new Hono()

  const contextOf = ({ diagnosis, facts }: Evaluated): ViewContext => {
    const now = clock.now()
    return {
      now,
      roundIntervalMs: rounds.intervalMs,
      trend: rounds.trendOf(diagnosis.job, now),
      recording: recordings(facts.ref.cluster),
    }
  }

  /** A handler for a job that is known; all others get a 404. */
  const ofJob =
    (answer: (evaluated: Evaluated, context: Context) => Response | Promise<Response>) =>
    (context: Context) => {
      const job = jobOf(context)
      const evaluated = rounds.latestDiagnoses().get(job)
      return evaluated ? answer(evaluated, context) : unknownJob(job, rounds.latestDiagnoses())
    }

  app.get(
    '/',
    ofJob((evaluated, context) => context.json(jobDetail(evaluated, contextOf(evaluated)))),
  )
  app.get(
    '/health',
    ofJob((evaluated, context) => context.json(health(evaluated, contextOf(evaluated)))),
  )

  app.get(
    '/gate',
    ofJob(async ({ diagnosis }, context) => {
      const params = paramsOf(context, gateParams)
      if (params instanceof Response) return params
      const at = clock.now()
      const { job } = diagnosis
      const question = { job, at, min: params.min, forMs: params.for, coverage: params.coverage }
      const lookBackMs = Math.max(params.for, MISSING_ROUNDS * rounds.intervalMs)
      const scores = await history.scores(job, { from: at - lookBackMs, to: at })
      const answer = judge({ ...question, scores, intervalMs: rounds.intervalMs })
      if (answer.answer === 'unknown') return context.json(answer, 503, { 'Retry-After': '5' })
      return context.json(answer, answer.answer === 'pass' ? 200 : 412)
    }),
  )

  app.get(
    '/findings',
    ofJob(async ({ diagnosis }, context) => {
      const params = paramsOf(context, findingsParams)
      if (params instanceof Response) return params
      const now = clock.now()
      const span = { from: now - FINDINGS_SPAN_MS, to: now }
      const past = params.state === 'open' ? [] : await history.findings(diagnosis.job, span)
      return context.json(findingsPage(diagnosis, params.state, past))
    }),
  )

  app.get(
    '/advice',
    ofJob(({ diagnosis }, context) => {
      const { advice, abstained } = diagnosis
      return context.json({ items: advice, abstained } satisfies AdvicePage)
    }),
  )

  app.get(
    '/topology',
    ofJob(({ diagnosis, facts }, context) => {
      if (!facts.topology) {
        return notFound(
          `The graph of ${diagnosis.job} is not known yet; it comes with the first answer of its JobManager.`,
        )
      }
      return context.json(
        topologyView(diagnosis.at, facts.topology, diagnosis.loads, diagnosis.findings),
      )
    }),
  )

  app.get(
    '/series',
    ofJob(async (evaluated, context) => {
      const params = paramsOf(context, seriesParams(clock.now()))
      if (params instanceof Response) return params
      return context.json(await seriesView(evaluated, params, history))
    }),
  )

  app.get(
    '/timeline',
    ofJob(async ({ diagnosis: { job } }, context) => {
      const span = paramsOf(context, rangeParams(clock.now()))
      if (span instanceof Response) return span
      const [scores, findings, checkpoints, events] = await Promise.all([
        history.scores(job, span),
        history.findings(job, span),
        history.checkpoints(job, span),
        history.events(job, span),
      ])
      const marks = marksOf(events)
      return context.json(timelineOf(span, { scores, findings, checkpoints, marks }))
    }),
  )

  app.get(
    '/checkpoints',
    ofJob(async ({ diagnosis }, context) => {
      const span = paramsOf(context, rangeParams(clock.now()))
      if (span instanceof Response) return span
      const checkpoints = await history.checkpoints(diagnosis.job, span)
      return context.json({ items: [...checkpoints].reverse() } satisfies CheckpointsPage)
    }),
  )

  app.get(
    '/episodes',
    ofJob(async ({ diagnosis: { job } }, context) => {
      const span = paramsOf(context, historyParams(clock.now()))
      if (span instanceof Response) return span
      const [items, positions] = await Promise.all([
        history.episodes(job, span),
        history.positions(job, span),
      ])
      return context.json({ ...span, items: items.toReversed(), positions } satisfies EpisodesPage)
    }),
  )

  app.get(
    '/events',
    ofJob(async ({ diagnosis }, context) => {
      const span = paramsOf(context, rangeParams(clock.now()))
      if (span instanceof Response) return span
      const marks = marksOf(await history.events(diagnosis.job, span))
      const within = marks.filter((mark) => mark.at >= span.from && mark.at <= span.to)
      return context.json({ items: [...within].reverse() } satisfies EventsPage)
    }),
  )
  return app
}

/** The job that the path names; its parts arrive decoded. */
export function jobOf(context: Context): string {
  const part = (name: string) => context.req.param(name) ?? ''
  return formatJobRef({
    cluster: part('cluster'),
    namespace: part('namespace'),
    name: part('name'),
  })
}

function unknownJob(job: string, known: ReadonlyMap<string, unknown>): Response {
  if (known.size === 0) {
    return notFound(
      `No job ${job} is known; no job was evaluated yet, the first round may be under way.`,
    )
  }
  const near = nearNames(job, known.keys())
  const hint = near.length > 0 ? `Near names: ${near.join(', ')}.` : 'GET /api/v1/jobs lists all.'
  return notFound(`No job ${job} was heard of within the last hour. ${hint}`)
}
