import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import type { Clock } from '../core/kit/clock.ts'
import { type Address, serve } from '../core/kit/http.ts'
import type { Scope } from '../core/kit/scope.ts'

/**
 * `/metrics` and `/livez` of the agent itself, for a Prometheus and for a kubelet's probe. They tell numbers
 * about this process only, so they need no token.
 * @throws WeirError when the port is taken
 */
export function serveOwnMetrics(
  at: Address,
  registry: Registry,
  scope: Scope,
  clock: Clock,
): Promise<{ url: string; port: number }> {
  const app = new Hono()
  app.get('/livez', (context) => context.text('ok\n'))
  app.get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  )
  return serve(app, at, scope, clock)
}
