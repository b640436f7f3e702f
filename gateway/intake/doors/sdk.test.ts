import { serve } from '@hono/node-server'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { Hono } from 'hono'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { systemClock } from '../../../core/kit/clock.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { intakeLimits } from '../../config.ts'
import { gatewayEvents } from '../../events.ts'
import type { Delivered } from './doors.ts'
import type { Point } from './point.ts'
import { doorRoutes } from './routes.ts'

/** A gateway's door for OTLP, and the points that came through it. */
async function door() {
  const points: Point[] = []
  const routes = doorRoutes({
    doors: {
      async deliver(more): Promise<Delivered> {
        points.push(...more)
        return { taken: more.length, objections: [] }
      },
    },
    checkToken: () => undefined,
    config: { limits: intakeLimits.parse({}), defaultCluster: 'default' },
    events: gatewayEvents({ log: silentLog, registry: new Registry(), clock: systemClock }),
  })
  const app = new Hono().route('/', routes)
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(started),
    )
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It listens on a port.')
  return {
    points,
    url: `http://127.0.0.1:${address.port}/v1/metrics`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

test.each([
  ['protobuf', ProtobufExporter],
  ['JSON', JsonExporter],
] as const)('a real OpenTelemetry SDK is understood: %s', async (_, Exporter) => {
  const { points, url, close } = await door()
  const reader = new PeriodicExportingMetricReader({
    exporter: new Exporter({ url }),
    exportIntervalMillis: 3_600_000,
  })
  const provider = new MeterProvider({ readers: [reader] })
  const meter = provider.getMeter('test')
  meter.createCounter('orders.taken').add(41, { 'shop.name': 'a' })
  meter.createUpDownCounter('orders.open').add(-3)
  meter.createObservableGauge('queue.length').addCallback((result) => result.observe(2.5))
  const spent = meter.createHistogram('spent')
  for (const value of [1, 2, 4.5]) spent.record(value)
  await provider.forceFlush()
  await provider.shutdown()
  await close()
  const told = points.map(({ name, labels, value, type }) => {
    const own = Object.fromEntries(
      [...labels].filter(([label]) => !/^(service|telemetry)_/.test(label)),
    )
    return [name, own, value, type]
  })
  expect(told.slice(0, 5)).toEqual([
    ['orders_taken', { shop_name: 'a' }, 41, 'counter'],
    ['orders_open', {}, -3, 'gauge'],
    ['queue_length', {}, 2.5, 'gauge'],
    ['spent_count', {}, 3, 'counter'],
    ['spent_sum', {}, 7.5, 'counter'],
  ])
  const now = Date.now()
  for (const { at } of points) expect(Math.abs(at - now)).toBeLessThan(60_000)
})
