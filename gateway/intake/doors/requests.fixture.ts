import protobuf from 'protobufjs'
import { compress } from 'snappyjs'

/** Requests as their senders make them. */
type Labels = Readonly<Record<string, string>>
export interface WrittenSeries {
  readonly labels: Labels
  readonly samples: readonly { readonly value: number; readonly timestamp: number }[]
}

const v1 = protobuf.parse(
  `syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }`,
  { keepCase: true },
).root
const v2 = protobuf.parse(
  `syntax = "proto3";
  message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
  message TimeSeries { repeated uint32 labels_refs = 1; repeated Sample samples = 2; Metadata metadata = 5; int64 created_timestamp = 6; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }`,
  { keepCase: true },
).root

const packed = (root: protobuf.Root, name: string, message: object): Uint8Array =>
  compress(root.lookupType(name).encode(message).finish())

export function writeRequestV1(series: readonly WrittenSeries[], metadata: readonly object[] = []) {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
    samples,
  }))
  return packed(v1, 'WriteRequest', { timeseries, metadata })
}

export function writeRequestV2(series: readonly (WrittenSeries & { readonly type?: number })[]) {
  const symbols = ['']
  const refOf = (text: string) => {
    if (!symbols.includes(text)) symbols.push(text)
    return symbols.indexOf(text)
  }
  const timeseries = series.map(({ labels, samples, type = 0 }) => ({
    labels_refs: Object.entries(labels).flatMap(([name, value]) => [refOf(name), refOf(value)]),
    samples,
    metadata: { type },
  }))
  return packed(v2, 'Request', { symbols, timeseries })
}

export const V1_HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
}
export const V2_HEADERS = {
  ...V1_HEADERS,
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'x-prometheus-remote-write-version': '2.0.0',
}

/** Labels of Flink's Prometheus reporter, for one subtask of one job. */
export const TASK_LABELS = {
  host: 'h',
  tm_id: 'tm_1',
  job_id: 'a'.repeat(32),
  job_name: 'orders',
  task_id: 'b'.repeat(32),
  task_name: 'Map',
  task_attempt_id: 'c'.repeat(32),
  task_attempt_num: '0',
  subtask_index: '3',
}

/** Attributes as OTLP carries them. */
export const attributesOf = (labels: Labels) =>
  Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
