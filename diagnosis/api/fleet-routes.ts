import { Hono } from 'hono'
import type { JobSummary, PositionsPage } from '../../core/api/public.ts'
import { badRequest, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { fleetOf } from './fleet.ts'
import { jobSummary } from './job-view.ts'
import { jobsPage } from './jobs-page.ts'
import { historyParams, jobsParams } from './params.ts'

/** The routes over all jobs. */
export function fleetRoutes(deps: ApiDeps): Hono {
  const { rounds, clock, history, recordings } = deps
  const app = new Hono()

  const rows = (now: number): readonly JobSummary[] =>
    [...rounds.latestDiagnoses().values()].map((evaluated) =>
      jobSummary(evaluated, {
        now,
        roundIntervalMs: rounds.intervalMs,
        trend: rounds.trendOf(evaluated.diagnosis.job, now),
        recording: recordings(evaluated.facts.ref.cluster),
      }),
    )

  app.get('/jobs', (context) => {
    const params = paramsOf(context, jobsParams)
    if (params instanceof Response) return params
    const page = jobsPage(rows(clock.now()), params.limit, params.cursor)
    const problem = 'is not a cursor of this list; begin again without it'
    return page ? context.json(page) : badRequest([{ parameter: 'cursor', problem }])
  })

  app.get('/fleet', (context) => {
    const now = clock.now()
    return context.json(
      fleetOf({
        now,
        rows: rows(now),
        evaluated: [...rounds.latestDiagnoses().values()],
        clusters: [...rounds.clusters().values()],
        sampleIntervalMs: deps.sampleIntervalMs,
      }),
    )
  })

  app.get('/episodes', async (context) => {
    const span = paramsOf(context, historyParams(clock.now()))
    if (span instanceof Response) return span
    const items = await history.positions(undefined, span)
    return context.json({ ...span, items } satisfies PositionsPage)
  })
  return app
}
