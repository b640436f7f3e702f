import { Hono } from 'hono'
import { WhatIfEdit } from '../../core/api/what-if.ts'
import { whatIf } from '../tuning/what-if.ts'
import { notFound, refused } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { bodyOf } from './body.ts'
import { ofJobWith } from './of-job.ts'
import { jobViews } from './views.ts'

/** What an edit of one job would do; changes nothing, so whoever may look may ask. */
export function whatIfRoutes(deps: ApiDeps): Hono {
  const app = new Hono()
  const ofJob = ofJobWith(deps)
  const viewOf = jobViews(deps.facts)

  app.post(
    '/what-if',
    ofJob(async (evaluated, context) => {
      const edit = await bodyOf(context, WhatIfEdit)
      if (edit instanceof Response) return edit
      const view = await viewOf(evaluated)
      if (!view) return notFound(`What was measured of ${evaluated.diagnosis.job} is gone by now.`)
      const answer = whatIf(view, edit, deps.past?.of(view.facts.job))
      return answer.kind === 'refused' ? refused(answer.problems) : context.json(answer)
    }),
  )
  return app
}
