import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import type { OperationsChange, OperationsStatus } from '../../core/api/operations.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { onError, problem } from '../../core/kit/http.ts'
import type { Log } from '../../core/kit/log.ts'
import { type ApiToken, tokenGuard } from '../../core/kit/token-guard.ts'
import { type Application, changeText } from '../journal/application.ts'
import type { Journal } from '../journal/journal.ts'
import type { RoundReport } from '../round/round.ts'
import { seconds } from '../words.ts'

export interface StatusDeps {
  readonly tokens: readonly ApiToken[]
  readonly journal: Pick<Journal, 'applications'>
  readonly latest: () => RoundReport | undefined
  readonly dryRun: boolean
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
}

const TOLD_CHANGES = 200
/** Rounds that may be missing before this process counts as not ready. */
const MISSING_ROUNDS = 6

/** What operations did and why it did not; read only: what it does is decided by its configuration. */
export function statusApp(deps: StatusDeps): Hono {
  const { clock, registry } = deps
  const startedAt = clock.now()
  const app = new Hono()
  app.onError(onError(deps.log))
  app.use('*', tokenGuard(deps.tokens))
  app.get('/livez', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const ageMs = clock.now() - (deps.latest()?.at ?? startedAt)
    if (ageMs <= MISSING_ROUNDS * deps.everyMs) return context.text('ok\n')
    const detail = `No round was held for ${seconds(ageMs)}; the log tells why.`
    return problem(503, { detail, code: 'not-ready' })
  })
  app.get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  )
  app.get('/api/v1/operations', (context) =>
    context.json(statusOf(deps), 200, {
      ...{ 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' },
    }),
  )
  app.notFound((context) =>
    problem(404, {
      detail: `Nothing is served at ${context.req.path}; there is /api/v1/operations.`,
      code: 'not-found',
    }),
  )
  return app
}

export function statusOf({
  journal,
  latest,
  dryRun,
  clock,
}: Pick<StatusDeps, 'journal' | 'latest' | 'dryRun' | 'clock'>): OperationsStatus {
  const report = latest()
  return {
    ...{ schemaVersion: 1, at: clock.now(), dryRun },
    lastRoundAt: report?.at ?? null,
    trouble: report?.trouble ?? null,
    jobs: [...(report?.jobs ?? [])],
    changes: journal.applications().slice(-TOLD_CHANGES).reverse().map(changeOf),
  }
}

function changeOf({ id, job, at, resized, written, state }: Application): OperationsChange {
  return {
    ...{ id, job, at, change: changeText(resized) },
    resized: resized.map(({ vertex, name, from, to }) => ({ vertex, name, from, to })),
    ...{ way: written.way, state: state.kind, stateAt: state.at },
    because: 'reason' in state ? state.reason : 'sentence' in state ? state.sentence : null,
  }
}
