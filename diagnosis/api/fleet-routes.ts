import { Hono } from 'hono'
import type { JobSummary, PositionsPage, TroublesPage } from '../../core/api/public.ts'
import type { PlatformTrouble } from '../../core/model/platform.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { badRequest, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { type Caller, callerOf, isScoped, sees, seesJob } from './caller.ts'
import { fleetOf } from './fleet.ts'
import { jobSummary } from './job-view.ts'
import { jobsPage } from './jobs-page.ts'
import { historyParams, jobsParams } from './params.ts'

/** The routes over all jobs. */
export function fleetRoutes(deps: ApiDeps): Hono {
  const { rounds, clock, history, recordings } = deps
  const app = new Hono()

  const evaluatedFor = (caller: Caller): readonly Evaluated[] =>
    [...rounds.latestDiagnoses().values()].filter(({ facts }) => sees(caller, facts.ref))

  const rows = (now: number, caller: Caller): readonly JobSummary[] =>
    evaluatedFor(caller).map((evaluated) =>
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
    const page = jobsPage(rows(clock.now(), callerOf(context)), params.limit, params.cursor)
    const problem = 'is not a cursor of this list; begin again without it'
    return page ? context.json(page) : badRequest([{ parameter: 'cursor', problem }])
  })

  app.get('/fleet', (context) => {
    const now = clock.now()
    const caller = callerOf(context)
    const evaluated = evaluatedFor(caller)
    return context.json(
      fleetOf({
        now,
        rows: rows(now, caller),
        evaluated,
        clusters: [...rounds.clusters().values()].filter(
          ({ cluster }) =>
            !isScoped(caller) || evaluated.some(({ facts }) => facts.ref.cluster === cluster),
        ),
        troubles: troublesFor(caller, rounds.troubles()),
        sampleIntervalMs: deps.sampleIntervalMs,
      }),
    )
  })

  app.get('/troubles', async (context) => {
    const span = paramsOf(context, historyParams(clock.now()))
    if (span instanceof Response) return span
    const open = rounds.troubles().filter(({ finding }) => finding.since <= span.to)
    const isNew = ({ finding: { key, since } }: PlatformTrouble) =>
      !open.some(({ finding }) => finding.key === key && finding.since === since)
    const ended = (await history.troubles(span)).filter(isNew)
    const items = troublesFor(callerOf(context), [...open, ...ended])
    return context.json({ ...span, items } satisfies TroublesPage)
  })

  app.get('/episodes', async (context) => {
    const span = paramsOf(context, historyParams(clock.now()))
    if (span instanceof Response) return span
    const caller = callerOf(context)
    const positions = await history.positions(undefined, span)
    const items = positions.filter(({ job }) => seesJob(caller, job))
    return context.json({ ...span, items } satisfies PositionsPage)
  })
  return app
}

/** Whoever sees only some jobs is told of troubles that those have, and of those jobs alone. */
function troublesFor(
  caller: Caller,
  troubles: readonly PlatformTrouble[],
): readonly PlatformTrouble[] {
  if (!isScoped(caller)) return troubles
  return troubles.flatMap((trouble) => {
    const jobs = trouble.jobs.filter((job) => seesJob(caller, job))
    return jobs.length === 0 ? [] : [{ ...trouble, jobs }]
  })
}
