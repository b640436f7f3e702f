import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import type { Registry } from 'prom-client'
import type { PipelinePage } from '../../core/api/pipeline.ts'
import type { RulesPage } from '../../core/api/public.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { onError } from '../../core/kit/http.ts'
import type { Log } from '../../core/kit/log.ts'
import type { AlertDesk } from '../alerts/desk.ts'
import type { LogArchives } from '../archives/archives.ts'
import { efficiencyConfig } from '../efficiency/config.ts'
import type { FactSource } from '../facts/source.ts'
import { recentScores } from '../gate/recent.ts'
import type { Past } from '../rounds/past.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { alertRoutes, journalRoutes, me } from './alert-routes.ts'
import { isUntagged, notFound } from './answers.ts'
import { type EfficiencySettings, efficiencyRoutes } from './efficiency-routes.ts'
import { fleetRoutes } from './fleet-routes.ts'
import { gateRoutes } from './gate-routes.ts'
import { jobInScope, wholeScope } from './guard.ts'
import type { History } from './history.ts'
import { jobRoutes } from './job-routes.ts'
import type { LogBook } from './log-book.ts'
import { logRoutes } from './log-routes.ts'
import { jobOf } from './of-job.ts'
import { openApi } from './openapi.ts'
import { pipelineRoutes } from './pipeline-routes.ts'
import { type RuleFacts, rulesPage } from './rules-page.ts'
import { streamRoute } from './stream.ts'
import { whatIfRoutes } from './what-if-routes.ts'

export interface ApiDeps {
  readonly rounds: Pick<
    Rounds,
    'latestDiagnoses' | 'clusters' | 'trendOf' | 'onRound' | 'intervalMs'
  >
  readonly history: History
  /** Where what rounds have let go of is read again. */
  readonly facts: Pick<FactSource, 'read'>
  /** What was read of longer memory; without it what-ifs know only the window. */
  readonly past?: Pick<Past, 'of'>
  /** Who is told what; without it nobody is. */
  readonly alerts?: AlertDesk
  /** How Weir itself fares; without it nobody can ask. */
  readonly pipeline?: () => Promise<PipelinePage>
  /** Stored lines of logs; without it jobs have none. */
  readonly logs?: LogBook
  /** Archives of nodes; without them only what is stored is known. */
  readonly archives?: LogArchives
  readonly rules: readonly RuleFacts[]
  readonly clock: Clock
  readonly log: Log
  /** Given when this process shows its metrics here. */
  readonly registry?: Registry
  /** Whether the facts of a cluster come from a recording. */
  readonly recordings: (cluster: string) => boolean
  /** What jobs are judged by that use little; without it the defaults, and no teams. */
  readonly efficiency?: EfficiencySettings
  /** How often agents sample; only used to say when the next sample is due. */
  readonly sampleIntervalMs: number
  /** Ends open streams when the program closes. */
  readonly signal: AbortSignal
}

const JOB_PATH = '/api/v1/jobs/:cluster/:namespace/:name'

const noTeams: EfficiencySettings = { ...efficiencyConfig.parse({}), teamOf: () => '' }

/** The public API under `/api/v1`, and `/metrics`. Answers from the newest round and from the store. */
export function createApi(deps: ApiDeps): Hono {
  const app = new Hono()
  app.onError(onError(deps.log))
  app.use('*', compress())
  app.use('/api/v1/*', async (context, next) => {
    await next()
    context.header('X-Content-Type-Options', 'nosniff')
    if (!context.res.headers.has('cache-control')) context.header('Cache-Control', 'no-cache')
  })
  const tagged = etag()
  app.use('/api/v1/*', (context, next) =>
    isUntagged(context.req.path) ? next() : tagged(context, next),
  )

  const rules: RulesPage = rulesPage(deps.rules)
  app.get('/api/v1/rules', (context) => context.json(rules))
  const description = openApi()
  app.get('/api/v1/openapi.json', (context) => context.json(description))
  app.get('/api/v1/stream', streamRoute(deps))
  app.get('/api/v1/me', me)
  const { alerts } = deps
  if (alerts) {
    app.route('/api/v1/alerts', alertRoutes(alerts, deps.clock))
    app.route('/api/v1/journal', journalRoutes(alerts))
  }
  if (deps.pipeline) app.route('/api/v1/pipeline', pipelineRoutes(deps.pipeline))
  app.route('/api/v1', fleetRoutes(deps))
  app.route('/api/v1/efficiency', efficiencyRoutes(deps, deps.efficiency ?? noTeams))
  app.use(`${JOB_PATH}/*`, jobInScope)
  const { logs } = deps
  if (logs) app.route(`${JOB_PATH}/logs`, logRoutes({ ...deps, logs }, jobOf))
  app.route(JOB_PATH, gateRoutes(deps, recentScores(deps.rounds, deps.clock.now())))
  app.route(JOB_PATH, whatIfRoutes(deps))
  app.route(JOB_PATH, jobRoutes(deps))

  // Said here rather than by `notFound`, since a page may be served beside the API.
  app.all('/api/*', (context) =>
    notFound(`Nothing is served at ${context.req.path}; the API begins at /api/v1/jobs.`),
  )

  const { registry } = deps
  if (registry) {
    app.get('/metrics', wholeScope, async (context) =>
      context.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
    )
  }
  return app
}
