import { z } from 'zod'
import { IntakeError, messageOf } from '../../../core/kit/errors.ts'
import type { Point } from './point.ts'
import { messageReader } from './protobuf.ts'

/**
 * `ExportMetricsServiceRequest` of OTLP 1.x, as protobuf or as JSON (opentelemetry-proto, metrics.proto), cut
 * to what we read. In JSON 64-bit numbers are texts and names are camelCase.
 */
const SCHEMA = `syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resourceMetrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scopeMetrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeMetrics { repeated Metric metrics = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string stringValue = 1; bool boolValue = 2; int64 intValue = 3; double doubleValue = 4; } }
message Metric { string name = 1; oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; ExponentialHistogram exponentialHistogram = 10; Summary summary = 11; } }
message Gauge { repeated NumberDataPoint dataPoints = 1; }
message Sum { repeated NumberDataPoint dataPoints = 1; int32 aggregationTemporality = 2; bool isMonotonic = 3; }
message Histogram { repeated HistogramDataPoint dataPoints = 1; int32 aggregationTemporality = 2; }
message ExponentialHistogram { repeated HistogramDataPointExponential dataPoints = 1; int32 aggregationTemporality = 2; }
message Summary { repeated SummaryDataPoint dataPoints = 1; }
message NumberDataPoint { repeated KeyValue attributes = 7; fixed64 timeUnixNano = 3; oneof value { double asDouble = 4; sfixed64 asInt = 6; } }
message HistogramDataPoint { repeated KeyValue attributes = 9; fixed64 timeUnixNano = 3; fixed64 count = 4; double sum = 5; }
message HistogramDataPointExponential { repeated KeyValue attributes = 1; fixed64 timeUnixNano = 3; fixed64 count = 4; double sum = 5; }
message SummaryDataPoint { repeated KeyValue attributes = 7; fixed64 timeUnixNano = 3; fixed64 count = 4; double sum = 5; repeated ValueAtQuantile quantileValues = 6; }
message ValueAtQuantile { double quantile = 1; double value = 2; }`

const readProtobuf = messageReader<unknown>(SCHEMA, 'ExportMetricsServiceRequest')

/** In JSON, what is no number is a text (protobuf's JSON mapping). */
const double = z.union([
  z.custom<number>((value) => typeof value === 'number', 'must be a number'),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
])
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])
const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: z
        .object({
          stringValue: z.string().optional(),
          boolValue: z.boolean().optional(),
          intValue: number.optional(),
          doubleValue: double.optional(),
        })
        .optional(),
    }),
  )
  .default([])
const point = { attributes, timeUnixNano: number.default(0) }
const numbers = z.array(
  z.object({ ...point, asDouble: double.optional(), asInt: number.optional() }),
)
const distribution = { ...point, count: number.default(0), sum: double.optional() }
/** An enum is a number, and in some JSON its name. */
const temporality = z
  .union([z.number(), z.string().transform((name) => (/DELTA$/.test(name) ? DELTA : 0))])
  .default(0)
const DELTA = 1

const Request = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeMetrics: z
          .array(
            z.object({
              metrics: z
                .array(
                  z.object({
                    name: z.string().min(1).max(512),
                    gauge: z.object({ dataPoints: numbers.default([]) }).optional(),
                    sum: z
                      .object({
                        dataPoints: numbers.default([]),
                        aggregationTemporality: temporality,
                        isMonotonic: z.boolean().default(false),
                      })
                      .optional(),
                    histogram: z
                      .object({
                        dataPoints: z.array(z.object(distribution)).default([]),
                        aggregationTemporality: temporality,
                      })
                      .optional(),
                    exponentialHistogram: z
                      .object({
                        dataPoints: z.array(z.object(distribution)).default([]),
                        aggregationTemporality: temporality,
                      })
                      .optional(),
                    summary: z
                      .object({
                        dataPoints: z
                          .array(
                            z.object({
                              ...distribution,
                              quantileValues: z
                                .array(
                                  z.object({
                                    quantile: z.number().default(0),
                                    value: double.default(0),
                                  }),
                                )
                                .default([]),
                            }),
                          )
                          .default([]),
                      })
                      .optional(),
                  }),
                )
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})
type Metric = z.output<
  typeof Request
>['resourceMetrics'][number]['scopeMetrics'][number]['metrics'][number]
type Attributes = z.output<typeof attributes>

/** Adds what a sender reports as differences to a total. */
export interface Totals {
  add(series: string, difference: number): number
}

/** Beyond it the sums begin anew, which reads like a restart of the sender. */
const MOST_TOTALS = 200_000

/**
 * Flink's OpenTelemetry reporter sends counters as differences since its last report; our rules want what
 * only grows. The totals live in this process: a sender must keep to one gateway, and a restart of the
 * gateway reads like a restart of the counter.
 */
export function createTotals(): Totals {
  const totals = new Map<string, number>()
  return {
    add(series, difference) {
      if (totals.size >= MOST_TOTALS && !totals.has(series)) totals.clear()
      const total = (totals.get(series) ?? 0) + difference
      totals.set(series, total)
      return total
    },
  }
}

/**
 * Reads a request. Names and attributes take Prometheus' spelling, so that `flink.taskmanager.job.task.…` of
 * Flink's own reporter is the metric that its Prometheus reporter prints.
 * @throws IntakeError 400
 */
export function readOtlp(
  body: Uint8Array,
  form: 'protobuf' | 'json',
  totals: Totals,
): readonly Point[] {
  const read = Request.safeParse(form === 'protobuf' ? readProtobuf(body) : parseJson(body))
  if (!read.success) {
    const [issue] = read.error.issues
    throw new IntakeError(
      `The body is no ExportMetricsServiceRequest: ${issue?.path.map(String).join('.')}: ${issue?.message}.`,
      { status: 400 },
    )
  }
  return read.data.resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const shared = labelsOf(resource?.attributes ?? [])
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap((metric) => metricPoints(metric, shared, totals)),
    )
  })
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new IntakeError(`The body is no JSON: ${messageOf(cause)}.`, { status: 400, cause })
  }
}

function metricPoints(
  metric: Metric,
  shared: ReadonlyMap<string, string>,
  totals: Totals,
): readonly Point[] {
  const name = spelled(metric.name)
  const point = (
    { attributes: own, timeUnixNano }: { attributes: Attributes; timeUnixNano: number },
    suffix: string,
    value: number,
    type: Point['type'],
    more: readonly (readonly [string, string])[] = [],
  ): Point => ({
    name: name + suffix,
    labels: new Map([...shared, ...labelsOf(own), ...more]),
    at: Math.round(timeUnixNano / 1e6),
    value,
    ...(type !== undefined && { type }),
  })
  const grown = (one: Point): Point => {
    const key = JSON.stringify([one.name, [...one.labels].sort()])
    return { ...one, value: totals.add(key, one.value), type: 'counter' }
  }
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric
  if (gauge) return gauge.dataPoints.map((one) => point(one, '', numberOf(one), 'gauge'))
  if (sum) {
    const type = sum.isMonotonic ? 'counter' : 'gauge'
    const points = sum.dataPoints.map((one) => point(one, '', numberOf(one), type))
    return sum.aggregationTemporality === DELTA ? points.map(grown) : points
  }
  const spread = histogram ?? exponentialHistogram
  if (spread) {
    const points = spread.dataPoints.flatMap((one) => [
      point(one, '_count', one.count, 'counter'),
      ...(one.sum === undefined ? [] : [point(one, '_sum', one.sum, 'counter')]),
    ])
    return spread.aggregationTemporality === DELTA ? points.map(grown) : points
  }
  return (summary?.dataPoints ?? []).flatMap((one) => [
    point(one, '_count', one.count, 'counter'),
    ...one.quantileValues.map(({ quantile, value }) =>
      point(one, '', value, 'gauge', [['quantile', String(quantile)]]),
    ),
  ])
}

function numberOf({
  asDouble,
  asInt,
}: {
  asDouble?: number | undefined
  asInt?: number | undefined
}) {
  return asDouble ?? asInt ?? 0
}

function labelsOf(list: Attributes): ReadonlyMap<string, string> {
  return new Map(
    list.flatMap(({ key, value }) => {
      const { stringValue, boolValue, intValue, doubleValue } = value ?? {}
      const text = stringValue ?? boolValue ?? intValue ?? doubleValue
      return text === undefined ? [] : [[spelled(key), String(text)] as const]
    }),
  )
}

/** Everything outside Prometheus' alphabet becomes an underscore, as Flink's own reporter does it. */
function spelled(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_:]/g, '_')
  return /^\d/.test(plain) ? `_${plain}` : plain
}
