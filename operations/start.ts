import type { Registry } from 'prom-client'
import type { OperationsStatus } from '../core/api/operations.ts'
import { httpTransport, writingTransport } from '../core/flink/client/http.ts'
import { type Clock, every } from '../core/kit/clock.ts'
import { ConfigError, messageOf } from '../core/kit/errors.ts'
import { assertLoopbackOrTokens, serve } from '../core/kit/http.ts'
import type { Log } from '../core/kit/log.ts'
import type { Scope } from '../core/kit/scope.ts'
import { parseJobRef } from '../core/model/job-ref.ts'
import { statusApp, statusOf } from './api/status.ts'
import { missingWays, type OperationsConfig } from './config.ts'
import { operationsEvents, operationsGauges } from './events.ts'
import { diagnosisClient } from './facts/diagnosis-client.ts'
import type { FactsSource } from './facts/source.ts'
import { isOpen } from './journal/application.ts'
import { type Journal, openJournal, readJournal } from './journal/journal.ts'
import { policyFor } from './policy/job-policy.ts'
import { createChanges, type Ways } from './round/changes.ts'
import { createRound, type RoundReport } from './round/round.ts'
import { adaptiveScheduler } from './ways/adaptive-scheduler.ts'
import { commandFor } from './ways/command.ts'
import { flinkDeployment } from './ways/flink-deployment.ts'

export interface OperationsDeps {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  /** Shows a line to whoever started this: commands of the way "print", and what a dry run would do. */
  readonly say: (line: string) => void
  /** Where facts come from; default: the API of diagnosis. */
  readonly source?: FactsSource
  /** Default: 20 s, more than any request may take. */
  readonly graceMs?: number
  /** To each JobManager. Default: 10. */
  readonly requestsPerSecond?: number
}

export interface OperationsPart {
  /** Holds one round now; `run` does it again and again. */
  round(): Promise<RoundReport>
  status(): OperationsStatus
  /** Serves the status and holds rounds until the scope closes. Returns where the status is. */
  run(): Promise<string>
}

const GRACE_MS = 20_000
const REQUESTS_PER_SECOND = 10

/**
 * Opens the journal and puts together what carries advice out. Nothing is done before `round` or `run`.
 * @throws ConfigError when something it needs is not configured, or another process has the journal
 */
export async function openOperations(
  config: OperationsConfig,
  deps: OperationsDeps,
  scope: Scope,
): Promise<OperationsPart> {
  const { clock, registry } = deps
  const { folder, dryRun, limits, everyMs, host, port, tokens } = config
  const missing = missingWays(config)
  if (missing.length > 0) throw new ConfigError(`${missing.join('.\n')}.`)
  const own = scope.child('operations')
  const log = deps.log.child({ part: 'operations' })
  const events = operationsEvents({ log, registry, clock })
  const journal = await journalIn(folder, dryRun, own)
  const jobManagers = new Map(config.clusters.map(({ name, url }) => [name, url]))
  const changes = createChanges({
    ways: await waysOf(config, clock, deps.requestsPerSecond ?? REQUESTS_PER_SECOND),
    ...{ journal, clock, events, graceMs: deps.graceMs ?? GRACE_MS },
  })
  const holdRound = createRound({
    source: deps.source ?? sourceOf(config, clock),
    policyOf: (job) => policyFor(config, job),
    ...{ limits, dryRun, changes, journal, clock, events, say: deps.say },
    commandFor: (facts, change) =>
      commandFor(facts, change, jobManagers.get(parseJobRef(facts.job)?.cluster ?? '')),
  })
  let latest: RoundReport | undefined
  operationsGauges(registry, {
    open: () => journal.applications().filter(isOpen).length,
    lastRoundAt: () => latest?.at,
  })
  const round = async () => {
    latest = await holdRound(own.signal)
    return latest
  }
  return {
    round,
    status: () => statusOf({ journal, latest: () => latest, dryRun, clock }),
    async run() {
      assertLoopbackOrTokens(
        host,
        tokens.map(({ sha256 }) => sha256),
      )
      const app = statusApp({
        ...{ tokens, journal, latest: () => latest, dryRun, everyMs, clock, log, registry },
      })
      const { url } = await serve(app, { host, port }, own, clock)
      const rounds = repeat(everyMs, clock, own.signal, async () => {
        try {
          await round()
        } catch (error) {
          if (own.signal.aborted) return
          // The disk of the journal, or a fault of ours: nothing is done that is not written down.
          events.failed({ what: 'journal', error: messageOf(error) })
        }
      })
      own.add('rounds', () => rounds)
      log.info('Operations looks at advice.', { url, everyMs, dryRun, folder })
      return url
    },
  }
}

function journalIn(folder: string | undefined, dryRun: boolean, scope: Scope): Promise<Journal> {
  if (folder !== undefined) return dryRun ? readJournal(folder) : openJournal(folder, scope)
  throw new ConfigError(
    'operations.folder: missing; without a journal that outlives this process a change could be made twice.',
  )
}

async function repeat(
  everyMs: number,
  clock: Clock,
  signal: AbortSignal,
  body: () => Promise<void>,
): Promise<void> {
  for await (const _ of every(everyMs, clock, signal)) await body()
}

function sourceOf({ diagnosis }: OperationsConfig, clock: Clock): FactsSource {
  if (!diagnosis) {
    throw new ConfigError(
      'operations.diagnosis: missing; say whose advice is carried out (diagnosis: { url: http://weir:8480 }).',
    )
  }
  return diagnosisClient(httpTransport(diagnosis.url, { clock, token: diagnosis.token }))
}

async function waysOf(
  { clusters, kubernetes }: OperationsConfig,
  clock: Clock,
  perSecond: number,
): Promise<Ways> {
  const transports = clusters.map(({ name, url, token }) => {
    return [name, writingTransport(url, { clock, token, perSecond })] as const
  })
  return {
    rest: clusters.length === 0 ? undefined : adaptiveScheduler(new Map(transports)),
    deployment: kubernetes ? await deploymentWay(kubernetes) : undefined,
  }
}

/** The library of Kubernetes takes 80 MB of memory, which only those pay who use it. */
async function deploymentWay(access: NonNullable<OperationsConfig['kubernetes']>) {
  const { deploymentsOf } = await import('./ways/deployments-client.ts')
  return flinkDeployment(deploymentsOf(access))
}
