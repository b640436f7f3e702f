import { z } from 'zod'
import { IntakeError, messageOf } from '../../../core/kit/errors.ts'
import type { LogLevel } from '../../../core/model/logs.ts'
import type { LogEntry, LogStreamEntries } from './log-entries.ts'
import { messageReader } from './protobuf.ts'

/** `ExportLogsServiceRequest` of OTLP 1.x (opentelemetry-proto, logs.proto), cut to what we read. */
const SCHEMA = `syntax = "proto3";
message ExportLogsServiceRequest { repeated ResourceLogs resourceLogs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scopeLogs = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeLogs { Scope scope = 1; repeated LogRecord logRecords = 2; }
message Scope { string name = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4; ArrayValue arrayValue = 5; KeyValueList kvlistValue = 6; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message LogRecord { fixed64 timeUnixNano = 1; fixed64 observedTimeUnixNano = 11; int32 severityNumber = 2; string severityText = 3; AnyValue body = 5; repeated KeyValue attributes = 6; }`

const readProtobuf = messageReader<unknown>(SCHEMA, 'ExportLogsServiceRequest', { exact: true })

const nanos = z
  .union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative()])
  .transform((value) => BigInt(value))
  .default(0n)
const any = z.record(z.string(), z.unknown())
const attributes = z.array(z.object({ key: z.string(), value: any.optional() })).default([])
const record = z.object({
  timeUnixNano: nanos,
  observedTimeUnixNano: nanos,
  severityNumber: z.union([z.int(), z.string()]).default(0),
  severityText: z.string().default(''),
  body: any.optional(),
  attributes,
})
const Request = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeLogs: z
          .array(
            z.object({
              scope: z.object({ name: z.string().default('') }).optional(),
              logRecords: z.array(record).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})
type Attributes = z.output<typeof attributes>
type Record_ = z.output<typeof record>

/** @throws IntakeError 400 when the body is no export of logs */
export function readOtlpLogs(
  body: Uint8Array,
  form: 'protobuf' | 'json',
): readonly LogStreamEntries[] {
  const read = Request.safeParse(form === 'json' ? parsed(body) : readProtobuf(body))
  if (!read.success) {
    const [issue] = read.error.issues
    throw new IntakeError(
      `The body is no export of OTLP logs: ${issue?.path.join('.')}: ${issue?.message}.`,
      { status: 400 },
    )
  }
  return read.data.resourceLogs.map(({ resource, scopeLogs }) => ({
    labels: new Map(textsOf(resource?.attributes ?? [])),
    entries: scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map((one) => entryOf(one, scope?.name ?? '')),
    ),
  }))
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new IntakeError(`The body is no JSON: ${messageOf(cause)}.`, { status: 400, cause })
  }
}

function entryOf(one: Record_, scope: string): LogEntry {
  const own = new Map(textsOf(one.attributes))
  const level = levelOf(one.severityNumber, one.severityText)
  // The names of OpenTelemetry's semantic conventions; log4j's and logback's appenders use the scope.
  const logger = own.get('code.namespace') ?? scope
  const thread = own.get('thread.name')
  const stack = own.get('exception.stacktrace')
  return {
    atNanos: one.timeUnixNano > 0n ? one.timeUnixNano : one.observedTimeUnixNano,
    text: textOf(one.body) ?? '',
    ...(level !== undefined && { level }),
    ...(logger !== '' && { logger }),
    ...(thread !== undefined && { thread }),
    ...(stack !== undefined && { stack }),
  }
}

/** Severity numbers come in fours (logs data model, "Severity Fields"); in some JSON they are names. */
function levelOf(severity: number | string, text: string): LogLevel | undefined {
  const number = typeof severity === 'number' ? severity : undefined
  const name = typeof severity === 'string' ? severity.replace('SEVERITY_NUMBER_', '') : text
  if (number !== undefined && number >= 1 && number <= 24) {
    return (['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const)[
      Math.floor((number - 1) / 4)
    ]
  }
  const [, level] = /^(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)/i.exec(name) ?? []
  return level?.toUpperCase() as LogLevel | undefined // One of the six above.
}

function textsOf(list: Attributes): readonly (readonly [string, string])[] {
  return list.flatMap(({ key, value }) => {
    const text = textOf(value)
    return text === undefined ? [] : [[key, text] as const]
  })
}

/** A text as it is; what is structured is written as JSON. */
function textOf(value: z.output<typeof any> | undefined): string | undefined {
  if (value === undefined) return undefined
  for (const key of ['stringValue', 'intValue', 'doubleValue', 'boolValue'] as const) {
    const own = value[key]
    if (typeof own === 'string') return own
    if (own !== undefined) return String(own)
  }
  return 'arrayValue' in value || 'kvlistValue' in value ? JSON.stringify(value) : undefined
}
