import { z } from 'zod'
import { IntakeError, messageOf } from '../../../core/kit/errors.ts'
import type { LogStreamEntries } from './log-entries.ts'
import { messageReader } from './protobuf.ts'

/**
 * `logproto.PushRequest` of Loki (pkg/push/push.proto), cut to what we read; over HTTP it is packed as a snappy
 * block, or written as JSON ("Ingest logs" of Loki's HTTP API).
 */
const SCHEMA = `syntax = "proto3";
message PushRequest { repeated StreamAdapter streams = 1; }
message StreamAdapter { string labels = 1; repeated EntryAdapter entries = 2; }
message EntryAdapter { Timestamp timestamp = 1; string line = 2; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }`

interface PushRequest {
  readonly streams: readonly {
    readonly labels?: string
    readonly entries: readonly {
      readonly timestamp?: { readonly seconds?: number; readonly nanos?: number }
      readonly line?: string
    }[]
  }[]
}

const readPushRequest = messageReader<PushRequest>(SCHEMA, 'PushRequest')

/** @throws IntakeError 400 when the body is no push, or its labels cannot be read */
export function readLokiProtobuf(body: Uint8Array): readonly LogStreamEntries[] {
  return readPushRequest(body).streams.map(({ labels = '', entries }) => ({
    labels: readLabels(labels),
    entries: entries.map(({ timestamp, line = '' }) => ({
      atNanos: BigInt(timestamp?.seconds ?? 0) * 1_000_000_000n + BigInt(timestamp?.nanos ?? 0),
      text: line,
    })),
  }))
}

const Push = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(
        z.tuple(
          [z.string().regex(/^\d{1,19}$/, 'must be nanoseconds since the epoch'), z.string()],
          z.unknown(),
        ),
      ),
    }),
  ),
})

/** @throws IntakeError 400 when the body is no push */
export function readLokiJson(body: Uint8Array): readonly LogStreamEntries[] {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new IntakeError(`The body is no JSON: ${messageOf(cause)}.`, { status: 400, cause })
  }
  const read = Push.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    throw new IntakeError(
      `The body is no push of Loki: ${issue?.path.join('.')}: ${issue?.message}.`,
      { status: 400 },
    )
  }
  return read.data.streams.map(({ stream, values }) => ({
    labels: new Map(Object.entries(stream)),
    entries: values.map(([nanos, text]) => ({ atNanos: BigInt(nanos), text })),
  }))
}

const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/sy

/** `{pod="tm-1", namespace="shop"}`, as Prometheus writes labels. */
function readLabels(text: string): ReadonlyMap<string, string> {
  const inner = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1]
  if (inner === undefined) throw badLabels(text)
  const labels = new Map<string, string>()
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < inner.length) {
    const match = LABEL.exec(inner)
    if (!match) {
      if (inner.slice(0).trim() === '') break
      throw badLabels(text)
    }
    const [, name = '', value = ''] = match
    labels.set(name, unescaped(value))
  }
  return labels
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/gs, (_, one: string) => (one === 'n' ? '\n' : one))
}

function badLabels(text: string): IntakeError {
  const shown = JSON.stringify(text.slice(0, 100))
  return new IntakeError(
    `The labels of a stream cannot be read: ${shown}; they look like {a="b"}.`,
    {
      status: 400,
    },
  )
}
