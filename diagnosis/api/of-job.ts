import type { Context } from 'hono'
import { formatJobRef } from '../../core/model/job-ref.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { notFound } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { callerOf, seesJob } from './caller.ts'
import { nearNames } from './near-names.ts'

type Answer = (evaluated: Evaluated, context: Context) => Response | Promise<Response>

/** Makes handlers for the job that the path names; unknown ones get a 404. */
export function ofJobWith({ rounds }: Pick<ApiDeps, 'rounds'>) {
  return (answer: Answer) => (context: Context) => {
    const job = jobOf(context)
    const evaluated = rounds.latestDiagnoses().get(job)
    if (evaluated) return answer(evaluated, context)
    const caller = callerOf(context)
    const known = [...rounds.latestDiagnoses().keys()].filter((one) => seesJob(caller, one))
    return unknownJob(job, known)
  }
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

function unknownJob(job: string, known: readonly string[]): Response {
  if (known.length === 0) {
    return notFound(
      `No job ${job} is known; no job was evaluated yet, the first round may be under way.`,
    )
  }
  const near = nearNames(job, known)
  const hint = near.length > 0 ? `Near names: ${near.join(', ')}.` : 'GET /api/v1/jobs lists all.'
  return notFound(`No job ${job} was heard of within the last hour. ${hint}`)
}
