import type { GatewayToken } from '../../config.ts'
import type { Doors } from './doors.ts'
import { createTotals, readOtlp } from './otlp.ts'

/** What OTLP tells beside a success: a sender must not send again what was left out. */
export interface OtlpOutcome {
  readonly rejected: number
  /** Empty when everything was taken. */
  readonly message: string
}

/** The way in for OTLP metrics, whatever carries them; one per gateway, as it holds the senders' totals. */
export interface OtlpDoor {
  /** @throws IntakeError as `Doors.deliver`, and 400 for a body that is none */
  take(
    body: Uint8Array,
    form: 'protobuf' | 'json',
    by: GatewayToken | undefined,
  ): Promise<OtlpOutcome>
}

export function createOtlpDoor(doors: Doors, defaultCluster: string): OtlpDoor {
  const totals = createTotals()
  return {
    async take(body, form, by) {
      const points = readOtlp(body, form, totals)
      const { taken, objections } = await doors.deliver(points, { via: 'otlp', by, defaultCluster })
      return objections.length === 0
        ? { rejected: 0, message: '' }
        : { rejected: points.length - taken, message: objections.join(' ') }
    },
  }
}

/** `ExportMetricsServiceResponse { partial_success = 1 { rejected_data_points = 1; error_message = 2 } }`. */
export function outcomeAsProtobuf({ rejected, message }: OtlpOutcome): Uint8Array<ArrayBuffer> {
  if (message === '') return new Uint8Array()
  const text = Buffer.from(message)
  const inner = Buffer.concat([
    Buffer.from([0x08]),
    varint(rejected),
    Buffer.from([0x12]),
    varint(text.length),
    text,
  ])
  return new Uint8Array(Buffer.concat([Buffer.from([0x0a]), varint(inner.length), inner]))
}

export function outcomeAsJson({ rejected, message }: OtlpOutcome): object {
  return message === ''
    ? {}
    : { partialSuccess: { rejectedDataPoints: String(rejected), errorMessage: message } }
}

/** The same of logs, whose left-out records have another name (opentelemetry-proto, logs_service.proto). */
export function logOutcomeAsJson({ rejected, message }: OtlpOutcome): object {
  return message === ''
    ? {}
    : { partialSuccess: { rejectedLogRecords: String(rejected), errorMessage: message } }
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  return Buffer.from([...bytes, left])
}
