import type { Registry } from 'prom-client'
import type { Bus } from '../core/bus/bus.ts'
import type { Clock } from '../core/kit/clock.ts'
import { StoreError } from '../core/kit/errors.ts'
import { assertLoopbackOrTokens, serve } from '../core/kit/http.ts'
import type { Log } from '../core/kit/log.ts'
import type { Scope } from '../core/kit/scope.ts'
import type { Store } from '../core/store/open.ts'
import type { GatewayConfig } from './config.ts'
import { gatewayEvents } from './events.ts'
import { createCardinalityGuard, showCrowded } from './intake/cardinality.ts'
import { createDoors } from './intake/doors/doors.ts'
import { createOtlpDoor } from './intake/doors/otlp-door.ts'
import { createIntake, type Intake } from './intake/intake.ts'
import { intakeRoutes } from './intake/routes.ts'
import { createTokenCheck } from './intake/tokens.ts'
import { startRollups } from './writer/rollups.ts'
import { startWriter } from './writer/writer.ts'

export interface GatewayDeps {
  readonly bus: Bus
  /** Migrated already. */
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
}

export interface Gateway {
  /** For an agent in the same process: its shipper's `send` is `intake.accept`. */
  readonly intake: Intake
  /** Where it listens. */
  readonly url: string
}

/**
 * Opens the doors and carries what comes in to the store.
 * @throws ConfigError when others could reach it without a token; WeirError when the port is taken;
 * StoreError when the ledger cannot be read
 */
export async function startGateway(
  config: GatewayConfig,
  { bus, store, clock, log: root, registry }: GatewayDeps,
  scope: Scope,
): Promise<Gateway> {
  const { host, port, tokens, limits } = config
  assertLoopbackOrTokens(
    host,
    tokens.map(({ sha256 }) => sha256),
  )
  const own = scope.child('gateway')
  const log = root.child({ part: 'gateway' })
  const events = gatewayEvents({ log, registry, clock })
  await startWriter({ bus, store, events }, own)
  startRollups({ store, clock, events }, own)

  const guard = createCardinalityGuard(limits.maxSeriesPerOwner)
  showCrowded(registry, guard)
  const intake = createIntake({ bus, clock, limits, events, guard })
  const doors = createDoors({ intake, guard, limits, clock, events })
  const otlp = createOtlpDoor(doors, config.defaultCluster)
  const checkToken = createTokenCheck(tokens)
  const ready = async () => {
    const ping = await store.client.ping()
    if (!ping.success) {
      throw new StoreError(`The store does not answer: ${ping.error.message}`, { retriable: true })
    }
  }
  const app = intakeRoutes({
    doors: { doors, otlp, defaultCluster: config.defaultCluster },
    intake,
    limits,
    checkToken,
    registry,
    events,
    log,
    ready,
  })
  const { url } = await serve(app, { host, port }, own, clock)
  if (config.otlpGrpcPort !== undefined) {
    const { serveOtlpGrpc } = await import('./intake/doors/otlp-grpc.ts')
    const { maxUnpackedBytes } = limits
    const deps = { door: otlp, checkToken, events, maxUnpackedBytes, log }
    const grpcPort = await serveOtlpGrpc(deps, { host, port: config.otlpGrpcPort }, own)
    log.info('The gateway takes OTLP over gRPC.', { host, port: grpcPort })
  }
  log.info('The gateway takes batches.', { url, tokens: tokens.length })
  return { intake, url }
}
