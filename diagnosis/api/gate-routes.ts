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
  const question = gateParams(() => clock.now())
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

  /** Answers with the status that `statusOf` gives, unless the one who asks reads bodies only. */
  const answer = async (
    evaluated: Evaluated,
    context: Context,
    statusOf: (given: GateAnswer) => 200 | 409 | 412 | 503,
  ): Promise<Response> => {
    const now = clock.now()
    const params = paramsOf(context, question)
    if (params instanceof Response) return params
    context.header('Cache-Control', 'no-store')
    const { for: forMs, status, at, baseline, ...rest } = params
    const asked = { ...rest, forMs, at, baseline }
    const deps = { history, recent, now, intervalMs: rounds.intervalMs }
    const given = await answerGate(evaluated, asked, deps)
    if (status === '200') return context.json(given, 200)
    const word = statusOf(given)
    return context.json(given, word, word === 503 ? { 'Retry-After': '5' } : {})
  }

  // Flagger and other hooks POST; nothing is changed by it.
  app.on(
    ['GET', 'POST'],
    '/gate',
    ofJob((evaluated, context) =>
      answer(evaluated, context, (given) => {
        if (given.ok) return 200
        return given.answer === 'fail' || given.policy === 'fail' ? 412 : 503
      }),
    ),
  )

  // Flagger rolls back on 2xx, so here only a job that is known to be sick gets one.
  app.on(
    ['GET', 'POST'],
    '/gate/rollback',
    ofJob((evaluated, context) =>
      answer(evaluated, context, ({ answer: word, policy }) => {
        return word === 'fail' || (word === 'unknown' && policy === 'fail') ? 200 : 409
      }),
    ),
  )
  return app
}
