import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import type { PipelinePage } from '../core/api/pipeline.ts'
import type { Bus } from '../core/bus/bus.ts'
import type { Clock } from '../core/kit/clock.ts'
import { assertLoopbackOrTokens, problem, serve } from '../core/kit/http.ts'
import type { Log } from '../core/kit/log.ts'
import type { Scope } from '../core/kit/scope.ts'
import { teamOf } from './alerts/match.ts'
import type { AlertRecords } from './alerts/records.ts'
import { startAlerts } from './alerts/start.ts'
import { createApi } from './api/app.ts'
import { callerGuard, ownPageOnly } from './api/guard.ts'
import type { History } from './api/history.ts'
import type { LogBook } from './api/log-book.ts'
import { jobOf } from './api/of-job.ts'
import { exportToPrometheus } from './api/prometheus.ts'
import { createSite } from './api/site.ts'
import { logArchives } from './archives/archives.ts'
import type { DiagnosisConfig } from './config.ts'
import { diagnose } from './engine/diagnose.ts'
import type { Diagnosis } from './engine/diagnosis.ts'
import type { PastSource } from './facts/past.ts'
import type { FactSource } from './facts/source.ts'
import { MISSING_ROUNDS } from './gate/judge.ts'
import { wakeFromBus } from './rounds/bus-wakes.ts'
import { startPast } from './rounds/past.ts'
import { type Remembered, type Rounds, startRounds } from './rounds/rounds.ts'
import { rules } from './rules/index.ts'

/** Where diagnosis reads and keeps things; `storedRecords` makes it of a store. */
export interface Records {
  readonly facts: FactSource
  readonly history: History
  /** Without it nobody is told anything. */
  readonly alerts?: AlertRecords
  readonly logs?: LogBook
  /** Without it nothing is taken away from jobs: their peaks are not known. */
  readonly past?: PastSource
  /** Of `repeated` words it is enough to keep that they were said again. */
  save(diagnoses: readonly Diagnosis[], repeated?: readonly Diagnosis[]): Promise<void>
  load(at: number): Promise<Remembered>
}

export interface DiagnosisDeps {
  readonly records: Records
  /** Where events are heard of at once; without it they wait for the next round. */
  readonly bus?: Bus
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  /** Whether the facts of a cluster come from a recording. Default: none does. */
  readonly recordings?: (cluster: string) => boolean
  /** How Weir itself fares (`storedPipeline`). */
  readonly pipeline?: () => Promise<PipelinePage>
  /** The folder of the built page; without it only the API is served. */
  readonly uiFolder?: string
}

export interface DiagnosisPart {
  /** Where the page and the API are. */
  readonly url: string
  readonly rounds: Rounds
}

/**
 * Starts the rounds and serves what they say.
 * @throws ConfigError when others could reach it without a token; WeirError when the port is taken
 */
export async function startDiagnosis(
  config: DiagnosisConfig,
  deps: DiagnosisDeps,
  scope: Scope,
): Promise<DiagnosisPart> {
  const { records, bus, clock, registry, uiFolder } = deps
  const { host, port, tokens, proxySignIn, roundMs, sampleMs } = config
  // Who is asked who they are may come from anywhere.
  if (!proxySignIn) {
    assertLoopbackOrTokens(
      host,
      tokens.map(({ sha256 }) => sha256),
    )
  }
  const own = scope.child('diagnosis')
  const log = deps.log.child({ part: 'diagnosis' })
  const past = records.past && startPast({ read: records.past, clock, kit: { log, registry } }, own)
  const rounds = startRounds(
    {
      facts: records.facts,
      diagnose(facts, memory) {
        const diagnosis = diagnose(facts, memory, rules, past?.of(facts.job))
        // Sizes are advised where something is open; what else runs well has no need of its past.
        if (diagnosis.findings.some(({ state }) => state === 'open')) past?.want(facts)
        return diagnosis
      },
      save: (diagnoses, repeated) => records.save(diagnoses, repeated),
      load: (at) => records.load(at),
      clock,
      kit: { log, registry },
      intervalMs: roundMs,
    },
    own,
  )
  if (bus) await wakeFromBus(bus, rounds.onEvents)
  exportToPrometheus(registry, rounds, clock)
  const recordings = deps.recordings ?? (() => false)
  const alerting = { rounds, recordings, clock, kit: { log, registry } }
  const alerts =
    records.alerts && startAlerts(config.alerts, { ...alerting, records: records.alerts }, own)

  const app = new Hono()
  const asksWho = tokens.length > 0 || proxySignIn !== undefined
  app.use('*', callerGuard(tokens, clock, proxySignIn), ownPageOnly(asksWho))
  probes(app, rounds, clock)
  // What a person looks at is measured anew in every round.
  app.use('/api/v1/jobs/:cluster/:namespace/:name/*', async (context, next) => {
    rounds.attend(jobOf(context))
    await next()
  })
  app.route(
    '/',
    createApi({
      rounds,
      history: records.history,
      facts: records.facts,
      ...(past && { past }),
      efficiency: {
        ...config.efficiency,
        teamOf: (job) => teamOf(config.alerts.teams, job),
      },
      ...(records.logs && { logs: records.logs }),
      ...(deps.pipeline && { pipeline: deps.pipeline }),
      ...(config.logNodes.length > 0 && {
        archives: logArchives(config.logNodes, { clock, signal: own.signal }),
      }),
      rules,
      clock,
      log,
      registry,
      recordings,
      ...(alerts ? { alerts } : {}),
      sampleIntervalMs: sampleMs,
      signal: own.signal,
    }),
  )
  if (uiFolder !== undefined) app.route('/', createSite(uiFolder))
  const { url } = await serve(app, { host, port }, own, clock)
  log.info('Diagnosis is served.', { url, tokens: tokens.length })
  return { url, rounds }
}

/** What Kubernetes asks of us; the health of jobs is not ours and has its own paths. */
function probes(app: Hono, rounds: Rounds, clock: Clock): void {
  const startedAt = clock.now()
  let lastRoundAt: number | undefined
  rounds.onRound(({ at }) => {
    lastRoundAt = at
  })
  app.get('/livez', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const ageMs = clock.now() - (lastRoundAt ?? startedAt)
    if (lastRoundAt !== undefined && ageMs <= MISSING_ROUNDS * rounds.intervalMs) {
      return context.text('ok\n')
    }
    const detail = `No round was held for ${Math.round(ageMs / 1000)} s; the log tells why.`
    return problem(503, { detail, code: 'not-ready' })
  })
}
