import { uncompress } from 'snappyjs'
import { IntakeError, messageOf } from '../../../core/kit/errors.ts'
import type { Point } from './point.ts'
import { messageReader } from './protobuf.ts'

/** Which version a sender speaks, by its Content-Type (Prometheus remote write specification 2.0). */
export type RemoteWriteVersion = '1.0' | '2.0'

/** The version, or undefined for a body that is neither. */
export function remoteWriteVersion(contentType: string | null): RemoteWriteVersion | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  if (type.trim() !== 'application/x-protobuf') return undefined
  const proto = parameters.map((one) => one.trim()).find((one) => one.startsWith('proto='))
  if (proto === undefined || proto === 'proto=prometheus.writerequest') return '1.0'
  return proto === 'proto=io.prometheus.write.v2.request' ? '2.0' : undefined
}

/**
 * Unpacks a snappy block (not the framed format), which says its length first: what would be too long is
 * refused before it costs memory.
 * @throws IntakeError 413 or 400
 */
export function unpackSnappy(packed: Uint8Array, maxBytes: number): Uint8Array {
  const length = claimedLength(packed)
  if (length !== undefined && length > maxBytes) {
    throw new IntakeError(`The body unpacks to more than the ${maxBytes} bytes that are taken.`, {
      status: 413,
      code: 'intake-too-large',
    })
  }
  try {
    return uncompress(packed, maxBytes)
  } catch (cause) {
    throw new IntakeError(`The body is no snappy block: ${messageOf(cause)}.`, {
      status: 400,
      cause,
    })
  }
}

/** The varint at the head of a block. */
function claimedLength(packed: Uint8Array): number | undefined {
  let length = 0
  for (let index = 0; index < 5; index++) {
    const byte = packed[index]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return length
  }
  return undefined
}

interface Sample {
  readonly value?: number
  readonly timestamp?: number
}

interface WriteRequest {
  readonly timeseries: readonly {
    readonly labels: readonly { readonly name?: string; readonly value?: string }[]
    readonly samples: readonly Sample[]
  }[]
  readonly metadata: readonly { readonly type?: number; readonly metric_family_name?: string }[]
}

const readWriteRequest = messageReader<WriteRequest>(
  `syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message MetricMetadata { int32 type = 1; string metric_family_name = 2; }`,
  'WriteRequest',
)

interface RequestV2 {
  readonly symbols: readonly string[]
  readonly timeseries: readonly {
    readonly labels_refs: readonly number[]
    readonly samples: readonly Sample[]
    readonly metadata?: { readonly type?: number }
  }[]
}

const readRequestV2 = messageReader<RequestV2>(
  `syntax = "proto3";
  message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
  message TimeSeries { repeated uint32 labels_refs = 1; repeated Sample samples = 2; Metadata metadata = 5; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message Metadata { int32 type = 1; }`,
  'Request',
)

/** The enums of both versions agree in what we read. */
const COUNTER = 1
const GAUGE = 2

/**
 * Reads the points of a request. Native histograms and exemplars are not read.
 * @throws IntakeError 400 when it is no such message, or a series has no name
 */
export function readRemoteWrite(body: Uint8Array, version: RemoteWriteVersion): readonly Point[] {
  return version === '1.0' ? pointsOfV1(readWriteRequest(body)) : pointsOfV2(readRequestV2(body))
}

function pointsOfV1({ timeseries, metadata }: WriteRequest): readonly Point[] {
  const types = new Map(metadata.map((one) => [one.metric_family_name, typeOf(one.type)]))
  return timeseries.flatMap(({ labels, samples }) => {
    const all = new Map(labels.map(({ name = '', value = '' }) => [name, value]))
    return seriesPoints(all, samples, (name) => types.get(name))
  })
}

function pointsOfV2({ symbols, timeseries }: RequestV2): readonly Point[] {
  return timeseries.flatMap(({ labels_refs: refs, samples, metadata }) => {
    const all = new Map<string, string>()
    for (let index = 0; index + 1 < refs.length; index += 2) {
      const [name, value] = [symbols[refs[index] ?? -1], symbols[refs[index + 1] ?? -1]]
      if (name === undefined || value === undefined) {
        throw new IntakeError('A label points behind the end of the symbols of its request.', {
          status: 400,
        })
      }
      all.set(name, value)
    }
    return seriesPoints(all, samples, () => typeOf(metadata?.type))
  })
}

function seriesPoints(
  all: Map<string, string>,
  samples: readonly Sample[],
  typeOfName: (name: string) => Point['type'],
): readonly Point[] {
  const name = all.get('__name__')
  if (name === undefined || name === '') {
    throw new IntakeError('A series has no name: it needs the label __name__.', { status: 400 })
  }
  all.delete('__name__')
  const type = typeOfName(name)
  return samples.map(({ value = 0, timestamp = 0 }) => ({
    ...{ name, labels: all, at: timestamp, value },
    ...(type !== undefined && { type }),
  }))
}

function typeOf(type: number | undefined): Point['type'] {
  return type === COUNTER ? 'counter' : type === GAUGE ? 'gauge' : undefined
}
