import { Hono } from 'hono'
import type {
  AdvicePage,
  CheckpointsPage,
  EpisodesPage,
  EventsPage,
} from '../../core/api/public.ts'
import type { FollowUp } from '../../core/model/follow-up.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { notFound, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { findingsPage } from './findings-page.ts'
import { jobDetail, type ViewContext } from './job-view.ts'
import { marksOf } from './marks.ts'
import { ofJobWith } from './of-job.ts'
import { findingsParams, historyParams, rangeParams, seriesParams } from './params.ts'
import { seriesView } from './series-view.ts'
import { timelineOf } from './timeline.ts'
import { topologyView } from './topology-view.ts'

/** How far back resolved findings are told. */
const FINDINGS_SPAN_MS = 7 * 86_400_000

/** Advice that is followed changes a job a few times a week at most. */
const FOLLOW_UPS = 100

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

  const ofJob = ofJobWith(deps)

  app.get(
    '/',
    ofJob((evaluated, context) => context.json(jobDetail(evaluated, contextOf(evaluated)))),
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
    ofJob(async ({ diagnosis }, context) => {
      const { job, advice, abstained } = diagnosis
      const followUps = await history.followUps(job, FOLLOW_UPS)
      const count = (outcome: FollowUp['outcome']) =>
        followUps.filter((one) => one.outcome === outcome).length
      const record = { held: count('held'), missed: count('missed') }
      return context.json({ items: advice, abstained, followUps, record } satisfies AdvicePage)
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
