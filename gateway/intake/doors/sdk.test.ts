import { createHash } from 'node:crypto'
import { Client, credentials, Metadata, status } from '@grpc/grpc-js'
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { systemClock } from '../../../core/kit/clock.ts'
import { IntakeError } from '../../../core/kit/errors.ts'
import { serve } from '../../../core/kit/http.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { createScope } from '../../../core/kit/scope.ts'
import { intakeLimits } from '../../config.ts'
import { gatewayEvents } from '../../events.ts'
import { createTokenCheck } from '../tokens.ts'
import type { Doors } from './doors.ts'
import { createOtlpDoor } from './otlp-door.ts'
import { serveOtlpGrpc } from './otlp-grpc.ts'
import type { Point } from './point.ts'
import { doorRoutes } from './routes.ts'

type Urls = Readonly<Record<'http' | 'grpc', string>>
const token = 'a-secret'
const sha256 = createHash('sha256').update(token).digest('hex')

/** A gateway's doors for OTLP, and the points that came through them. */
async function open(refusal?: IntakeError) {
  const points: Point[] = []
  const doors: Doors = {
    async deliver(more) {
      if (refusal) throw refusal
      points.push(...more)
      return { taken: more.length, objections: [] }
    },
    deliverLogs: async () => ({ taken: 0, objections: [] }),
  }
  const log = silentLog
  const events = gatewayEvents({ log, registry: new Registry(), clock: systemClock })
  const checkToken = createTokenCheck([{ name: 'test', sha256 }])
  const otlp = createOtlpDoor(doors, 'default')
  const config = { limits: intakeLimits.parse({}), defaultCluster: 'default' }
  const scope = createScope('test', systemClock)
  const at = { host: '127.0.0.1', port: 0 }
  const { url } = await serve(doorRoutes({ doors, otlp, checkToken, events, config }), at, scope)
  const { maxUnpackedBytes } = config.limits
  const grpc = { door: otlp, checkToken, events, maxUnpackedBytes, log }
  const grpcPort = await serveOtlpGrpc(grpc, at, scope)
  return {
    points,
    http: `${url}/v1/metrics`,
    grpc: `http://127.0.0.1:${grpcPort}`,
    close: () => scope.close(1_000),
  }
}

const headers = (shown: string) => ({ authorization: `Bearer ${shown}` })
function grpcExporter(url: string, shown = token) {
  const metadata = new Metadata()
  metadata.set('authorization', headers(shown).authorization)
  return new GrpcExporter({ url, metadata })
}

/** What any client of gRPC hears after an empty report. */
async function outcomeOf(url: string, shown: string): Promise<string> {
  const client = new Client(new URL(url).host, credentials.createInsecure())
  const metadata = new Metadata()
  metadata.set('authorization', headers(shown).authorization)
  const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
  const same = (bytes: Buffer) => bytes
  const outcome = await new Promise<string>((resolve) =>
    client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, (error, bytes) =>
      resolve(error ? `${status[error.code]}: ${error.details}` : `OK: ${bytes?.length} bytes`),
    ),
  )
  client.close()
  return outcome
}

test.each([
  ['protobuf', ({ http }: Urls) => new ProtobufExporter({ url: http, headers: headers(token) })],
  ['JSON', ({ http }: Urls) => new JsonExporter({ url: http, headers: headers(token) })],
  ['gRPC', ({ grpc }: Urls) => grpcExporter(grpc)],
] as const)('a real OpenTelemetry SDK is understood: %s', async (_, exporterTo) => {
  const { points, close, ...urls } = await open()
  const reader = new PeriodicExportingMetricReader({
    exporter: exporterTo(urls),
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

test.each([
  [
    'that its token is wrong',
    undefined,
    'other',
    'UNAUTHENTICATED: The token is not one of this gateway; it may have been replaced. Compare its SHA-256 with gateway.tokens.',
  ],
  [
    'that its points are not taken, and why',
    new IntakeError('Not these.', { status: 403 }),
    token,
    'PERMISSION_DENIED: Not these.',
  ],
  [
    'that it should come again',
    new IntakeError('Kafka is behind.', { status: 429 }),
    token,
    'UNAVAILABLE: Kafka is behind.',
  ],
  ['that all is well', undefined, token, 'OK: 0 bytes'],
])('over gRPC a sender hears %s', async (_, refusal, shown, heard) => {
  const { grpc, close } = await open(refusal)
  expect(await outcomeOf(grpc, shown)).toBe(heard)
  await close()
})
