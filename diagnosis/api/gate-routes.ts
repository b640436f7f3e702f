import { type Context, Hono } from 'hono'
import type { GateAnswer } from '../../core/api/gate.ts'
import { answerGate } from '../gate/answer.ts'
import type { RecentScores } from '../gate/recent.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { health } from './health.ts'
import { ofJobWith } from './of-job.ts'
import { gateParams } from './params.ts'

/** What platforms ask of one job; mounted where the path has named it. */
export function gateRoutes(deps: ApiDeps, recent: RecentScores): Hono {
  const { rounds, clock, history, recordings } = deps
  const app = new Hono()
  const ofJob = ofJobWith(deps)

  app.get(
    '/health',
    ofJob((evaluated, context) => {
      const now = clock.now()
      const { diagnosis, facts } = evaluated
      const body = health(evaluated, {
        ...{ now, roundIntervalMs: rounds.intervalMs },
        trend: rounds.trendOf(diagnosis.job, now),
        recording: recordings(facts.ref.cluster),
      })
      // The age of the data moves on by itself; what was said of the job does not.
      context.header('ETag', `W/"${body.run.slice(0, 8)}-${body.at}-${body.score}-${body.verdict}"`)
      context.header('Cache-Control', 'private, max-age=1')
      return context.json(body)
    }),
  )

  const answer = async (evaluated: Evaluated, context: Context): Promise<GateAnswer | Response> => {
    const now = clock.now()
    const params = paramsOf(context, gateParams(now))
    if (params instanceof Response) return params
    context.header('Cache-Control', 'no-store')
    const { for: forMs, ...rest } = params
    const asked = { ...rest, forMs, at: params.at, baseline: params.baseline }
    return answerGate(evaluated, asked, { history, recent, now, intervalMs: rounds.intervalMs })
  }

  // Flagger and other hooks POST; nothing is changed by it.
  app.on(
    ['GET', 'POST'],
    '/gate',
    ofJob(async (evaluated, context) => {
      const given = await answer(evaluated, context)
      if (given instanceof Response) return given
      if (given.ok) return context.json(given, 200)
      if (given.answer === 'fail' || given.policy === 'fail') return context.json(given, 412)
      return context.json(given, 503, { 'Retry-After': '5' })
    }),
  )

  // Flagger rolls back on 2xx, so here only a job that is known to be sick gets one.
  app.on(
    ['GET', 'POST'],
    '/gate/rollback',
    ofJob(async (evaluated, context) => {
      const given = await answer(evaluated, context)
      if (given instanceof Response) return given
      const isSick =
        given.answer === 'fail' || (given.answer === 'unknown' && given.policy === 'fail')
      return context.json(given, isSick ? 200 : 409)
    }),
  )
  return app
}
