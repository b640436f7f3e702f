import {
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { IntakeError, messageOf, WeirError } from '../../../core/kit/errors.ts'
import type { Log } from '../../../core/kit/log.ts'
import type { Scope } from '../../../core/kit/scope.ts'
import type { GatewayEvents } from '../../events.ts'
import type { TokenCheck } from '../tokens.ts'
import { type OtlpDoor, outcomeAsProtobuf } from './otlp-door.ts'

export interface OtlpGrpcDeps {
  readonly door: OtlpDoor
  readonly checkToken: TokenCheck
  readonly events: GatewayEvents
  readonly maxUnpackedBytes: number
  readonly log: Log
}

const EXPORT = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'

/**
 * OTLP metrics over gRPC, the only transport that Flink's own reporter speaks
 * (`OpenTelemetryMetricReporter` of flink-metrics-otel 2.0 builds an `OtlpGrpcMetricExporter`). Without
 * TLS, as the rest of the gateway: a proxy in front adds it.
 * @returns the port that was taken
 * @throws WeirError when the port is taken
 */
export async function serveOtlpGrpc(
  { door, checkToken, events, maxUnpackedBytes, log }: OtlpGrpcDeps,
  { host, port }: { readonly host: string; readonly port: number },
  scope: Scope,
): Promise<number> {
  const server = new Server({ 'grpc.max_receive_message_length': maxUnpackedBytes })
  const take = async (body: Uint8Array, metadata: Metadata): Promise<Uint8Array> => {
    const [authorization] = metadata.get('authorization')
    const by = checkToken(authorization === undefined ? undefined : String(authorization))
    return outcomeAsProtobuf(await door.take(body, 'protobuf', by))
  }
  const handle: handleUnaryCall<Uint8Array, Uint8Array> = (call, answer) => {
    take(call.request, call.metadata).then(
      (bytes) => answer(null, bytes),
      (error: unknown) => {
        if (error instanceof IntakeError) {
          events.batchRefused({ status: String(error.status), error })
        } else {
          log.error('OTLP over gRPC failed.', { error: messageOf(error) })
        }
        answer(asServiceError(error))
      },
    )
  }
  server.addService(
    {
      export: {
        path: EXPORT,
        requestStream: false,
        responseStream: false,
        requestSerialize: asBuffer,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: asBuffer,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    { export: handle },
  )
  const taken = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause) {
        const message = `Cannot listen for OTLP over gRPC on ${host} port ${port}: ${messageOf(cause)}; choose another gateway.otlpGrpcPort.`
        reject(new WeirError(message, { code: 'port', cause }))
      } else resolve(bound)
    })
  })
  scope.add(`grpc ${host}:${port}`, async () => {
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => server.forceShutdown(), 1_000)
      server.tryShutdown(() => {
        clearTimeout(force)
        resolve()
      })
    })
  })
  return taken
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes)

/**
 * By OTLP's list of retryable codes: only UNAVAILABLE makes a sender come again with the same
 * (opentelemetry-proto, docs/specification.md, "Failures").
 */
function asServiceError(error: unknown): Partial<ServiceError> {
  if (!(error instanceof IntakeError)) {
    return { code: status.UNAVAILABLE, details: 'The gateway failed; send it again.' }
  }
  const codes = {
    400: status.INVALID_ARGUMENT,
    401: status.UNAUTHENTICATED,
    403: status.PERMISSION_DENIED,
    413: status.INVALID_ARGUMENT,
    429: status.UNAVAILABLE,
    503: status.UNAVAILABLE,
  } as const
  return { code: codes[error.status], details: error.message }
}
