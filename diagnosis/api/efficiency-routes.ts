import { Hono } from 'hono'
import { z } from 'zod'
import { bounded, range } from '../../core/kit/params.ts'
import type { ClusterUse } from '../../core/store/use.ts'
import type { EfficiencyConfig } from '../efficiency/config.ts'
import { efficiencyOf } from '../efficiency/fleet.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { callerOf, sees } from './caller.ts'
import type { Span } from './history.ts'
import { sharedReads } from './shared-reads.ts'

/** How it is judged, and whose jobs are whose. */
export interface EfficiencySettings extends EfficiencyConfig {
  /** The team that claims a job; '' when none does. */
  readonly teamOf: (job: string) => string
}

const WINDOW_MS = 300_000
const floorOf = (at: number) => Math.floor(at / WINDOW_MS) * WINDOW_MS
/** A few people, each with the clusters that they may see. */
const MOST_KEPT = 8
const WEEK_MS = 7 * 86_400_000

/** A week by default, because peaks that come once a week count. */
export const efficiencyParams = (now: number) =>
  z.strictObject(range(now)).transform(bounded(WEEK_MS))

export function efficiencyRoutes(deps: ApiDeps, settings: EfficiencySettings): Hono {
  const { rounds, history, clock } = deps
  const app = new Hono()
  const uses = sharedReads<readonly ClusterUse[]>(MOST_KEPT)
  // A span is read by whole windows, so that all who ask within one share what is read.
  const usesOf = (clusters: readonly string[], { from, to }: Span) => {
    const windows = { from: floorOf(from), to: floorOf(to) }
    const key = `${windows.from} ${windows.to} ${clusters.join(' ')}`
    return uses(key, () => history.use(clusters, windows))
  }
  app.get('/', async (context) => {
    const span = paramsOf(context, efficiencyParams(clock.now()))
    if (span instanceof Response) return span
    const caller = callerOf(context)
    const evaluated = [...rounds.latestDiagnoses().values()]
    const seen = evaluated.filter(({ facts }) => sees(caller, facts.ref))
    const clusters = [...new Set(seen.map(({ facts }) => facts.ref.cluster))].sort()
    const { teamOf, ...config } = settings
    return context.json(
      efficiencyOf({
        ...span,
        evaluated,
        mayBeSeen: ({ facts }) => sees(caller, facts.ref),
        clusters: rounds.clusters(),
        uses: await usesOf(clusters, span),
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
