import { Hono } from 'hono'
import { z } from 'zod'
import { bounded, range } from '../../core/kit/params.ts'
import type { EfficiencyConfig } from '../efficiency/config.ts'
import { efficiencyOf } from '../efficiency/fleet.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { callerOf, sees } from './caller.ts'

/** How it is judged, and whose jobs are whose. */
export interface EfficiencySettings extends EfficiencyConfig {
  /** The team that claims a job; '' when none does. */
  readonly teamOf: (job: string) => string
}

const WEEK_MS = 7 * 86_400_000

/** A week by default, because peaks that come once a week count. */
export const efficiencyParams = (now: number) =>
  z.strictObject(range(now)).transform(bounded(WEEK_MS))

export function efficiencyRoutes(deps: ApiDeps, settings: EfficiencySettings): Hono {
  const { rounds, history, clock } = deps
  const app = new Hono()
  app.get('/', async (context) => {
    const span = paramsOf(context, efficiencyParams(clock.now()))
    if (span instanceof Response) return span
    const caller = callerOf(context)
    const evaluated = [...rounds.latestDiagnoses().values()]
    const seen = evaluated.filter(({ facts }) => sees(caller, facts.ref))
    const clusters = [...new Set(seen.map(({ facts }) => facts.ref.cluster))]
    const { teamOf, ...config } = settings
    return context.json(
      efficiencyOf({
        ...span,
        evaluated,
        mayBeSeen: ({ facts }) => sees(caller, facts.ref),
        clusters: rounds.clusters(),
        uses: await history.use(clusters, span),
        teamOf: (one) => teamOf(one.diagnosis.job) || placeOf(one),
        config,
      }),
    )
  })
  return app
}

function placeOf({ facts: { ref } }: Evaluated): string {
  return ref.namespace === '-' ? ref.cluster : ref.namespace
}
