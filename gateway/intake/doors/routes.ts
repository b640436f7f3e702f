import { Hono } from 'hono'
import { IntakeError } from '../../../core/kit/errors.ts'
import { gunzipWithin } from '../../../core/kit/gzip.ts'
import { problem } from '../../../core/kit/http.ts'
import type { GatewayConfig } from '../../config.ts'
import type { GatewayEvents } from '../../events.ts'
import { readBody } from '../body.ts'
import type { TokenCheck } from '../tokens.ts'
import type { Delivered, Doors } from './doors.ts'
import { readLokiJson, readLokiProtobuf } from './loki.ts'
import { logOutcomeAsJson, type OtlpDoor, outcomeAsJson, outcomeAsProtobuf } from './otlp-door.ts'
import { readOtlpLogs } from './otlp-logs.ts'
import { readRemoteWrite, remoteWriteVersion, unpackSnappy } from './remote-write.ts'

export interface DoorRoutes {
  readonly doors: Doors
  readonly otlp: OtlpDoor
  readonly checkToken: TokenCheck
  readonly config: Pick<GatewayConfig, 'limits' | 'defaultCluster'>
  readonly events: GatewayEvents
}

/**
 * Prometheus remote write (`POST /api/v1/write`), OTLP metrics and logs over HTTP (`POST /v1/metrics`,
 * `POST /v1/logs`) and Loki's push (`POST /loki/api/v1/push`).
 */
export function doorRoutes({ doors, otlp: door, checkToken, config, events }: DoorRoutes): Hono {
  const { limits, defaultCluster } = config
  const app = new Hono()

  const tokenOf = (request: Request) =>
    checkToken(request.headers.get('authorization') ?? undefined)

  /** Whatever was wrong is counted under the status that the sender saw. */
  const counted = async (answer: Promise<Response>): Promise<Response> => {
    try {
      const response = await answer
      if (!response.ok) events.batchRefused({ status: String(response.status) })
      return response
    } catch (error) {
      if (error instanceof IntakeError) events.batchRefused({ status: String(error.status), error })
      throw error
    }
  }

  const remoteWrite = async (request: Request): Promise<Response> => {
    const by = tokenOf(request)
    const version = remoteWriteVersion(request.headers.get('content-type'))
    if (version === undefined) {
      const detail =
        'Remote write is Content-Type: application/x-protobuf, of prometheus.WriteRequest or io.prometheus.write.v2.Request.'
      return problem(415, { detail, code: 'intake-content' })
    }
    if ((request.headers.get('content-encoding') ?? 'snappy').toLowerCase() !== 'snappy') {
      const detail = 'Remote write is packed with snappy: Content-Encoding: snappy.'
      return problem(415, { detail, code: 'intake-content' })
    }
    const packed = await readBody(request, limits.maxUnpackedBytes)
    const points = readRemoteWrite(unpackSnappy(packed, limits.maxUnpackedBytes), version)
    const delivered = await doors.deliver(points, {
      ...{ via: 'remote-write', by, defaultCluster },
    })
    const headers = {
      'x-prometheus-remote-write-samples-written': String(delivered.taken),
      'x-prometheus-remote-write-histograms-written': '0',
      'x-prometheus-remote-write-exemplars-written': '0',
    }
    return isWhole(delivered)
      ? new Response(null, { status: 204, headers })
      : withHeaders(refused(delivered), headers)
  }

  /** What OTLP says over HTTP, unpacked, or the answer that says what is wrong with its headers. */
  const readOtlpBody = async (
    request: Request,
  ): Promise<Response | { readonly body: Uint8Array; readonly form: 'json' | 'protobuf' }> => {
    const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
    if (type !== 'application/x-protobuf' && type !== 'application/json') {
      const detail = 'OTLP over HTTP is Content-Type: application/x-protobuf or application/json.'
      return problem(415, { detail, code: 'intake-content' })
    }
    const encoding = (request.headers.get('content-encoding') ?? 'identity').toLowerCase()
    if (encoding !== 'identity' && encoding !== 'gzip') {
      const detail = `The body is packed as ${JSON.stringify(encoding)}; send it as gzip or not packed.`
      return problem(415, { detail, code: 'intake-content' })
    }
    const body = await readBody(request, limits.maxUnpackedBytes)
    const plain = encoding === 'gzip' ? await gunzipWithin(body, limits.maxUnpackedBytes) : body
    return { body: plain, form: type === 'application/json' ? 'json' : 'protobuf' }
  }

  const otlp = async (request: Request): Promise<Response> => {
    const by = tokenOf(request)
    const read = await readOtlpBody(request)
    if (read instanceof Response) return read
    const { body, form } = read
    const outcome = await door.take(body, form, by)
    if (form === 'json') return Response.json(outcomeAsJson(outcome))
    const headers = { 'content-type': 'application/x-protobuf' }
    return new Response(outcomeAsProtobuf(outcome), { headers })
  }

  const otlpLogs = async (request: Request): Promise<Response> => {
    const by = tokenOf(request)
    const read = await readOtlpBody(request)
    if (read instanceof Response) return read
    const streams = readOtlpLogs(read.body, read.form)
    const { taken, objections } = await doors.deliverLogs(streams, {
      ...{ by, defaultCluster, fold: false },
    })
    const total = streams.reduce((sum, { entries }) => sum + entries.length, 0)
    const outcome = { rejected: total - taken, message: objections.join(' ') }
    if (read.form === 'json') return Response.json(logOutcomeAsJson(outcome))
    const headers = { 'content-type': 'application/x-protobuf' }
    return new Response(outcomeAsProtobuf(outcome), { headers })
  }

  const loki = async (request: Request): Promise<Response> => {
    const by = tokenOf(request)
    const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
    const packed = await readBody(request, limits.maxUnpackedBytes)
    const gzipped = /^gzip$/i.test(request.headers.get('content-encoding') ?? '')
    const body = gzipped ? await gunzipWithin(packed, limits.maxUnpackedBytes) : packed
    if (type !== 'application/json' && type !== 'application/x-protobuf') {
      const detail = "Loki's push is Content-Type: application/x-protobuf or application/json."
      return problem(415, { detail, code: 'intake-content' })
    }
    const streams =
      type === 'application/json'
        ? readLokiJson(body)
        : readLokiProtobuf(unpackSnappy(body, limits.maxUnpackedBytes))
    const delivered = await doors.deliverLogs(streams, { by, defaultCluster, fold: true })
    return isWhole(delivered) ? new Response(null, { status: 204 }) : refused(delivered)
  }

  app.post('/v1/logs', (context) => counted(otlpLogs(context.req.raw)))
  app.post('/loki/api/v1/push', (context) => counted(loki(context.req.raw)))
  app.post('/api/v1/write', (context) => counted(remoteWrite(context.req.raw)))
  app.post('/v1/metrics', (context) => counted(otlp(context.req.raw)))
  return app
}

const isWhole = ({ objections }: Delivered) => objections.length === 0

function refused({ objections }: Delivered): Response {
  return problem(400, { detail: objections.join(' '), code: 'intake-samples' })
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}
