import { gzipSync } from 'node:zlib'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { EmbeddedBusConfig } from '../../../core/bus/config.ts'
import { openEmbedded } from '../../../core/bus/embedded.ts'
import { manualClock } from '../../../core/kit/clock.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { type GatewayToken, intakeLimits } from '../../config.ts'
import { gatewayEvents } from '../../events.ts'
import { createCardinalityGuard } from '../cardinality.ts'
import { createIntake } from '../intake.ts'
import { intakeRoutes } from '../routes.ts'
import { createTokenCheck } from '../tokens.ts'
import { createDoors } from './doors.ts'
import { createOtlpDoor } from './otlp-door.ts'
import {
  attributesOf,
  TASK_LABELS,
  V1_HEADERS,
  V2_HEADERS,
  writeRequestV1,
  writeRequestV2,
} from './requests.fixture.ts'

const NOW = 1_700_000_000_000

/** A gateway's doors with a bus that keeps what it got. */
async function world({
  limits: over = {},
  tokens = [],
}: {
  limits?: object
  tokens?: readonly GatewayToken[]
} = {}) {
  const clock = manualClock(NOW)
  const registry = new Registry()
  const log = silentLog
  const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
    ...{ clock, log, signal: new AbortController().signal },
  })
  const batches: { kind: string; blocks: Record<string, unknown>[] }[] = []
  for (const topic of ['weir.samples', 'weir.events'] as const) {
    await bus.subscribe(topic, 'test', async (records) => {
      for (const { value } of records) batches.push(JSON.parse(Buffer.from(value).toString()))
    })
  }
  const limits = intakeLimits.parse(over)
  const events = gatewayEvents({ log, registry, clock })
  const guard = createCardinalityGuard(limits.maxSeriesPerOwner)
  const intake = createIntake({ bus, clock, limits, events, guard })
  const doors = createDoors({ intake, guard, limits, clock, events })
  const app = intakeRoutes({
    ...{ intake, limits, registry, events, log, ready: async () => {} },
    checkToken: createTokenCheck(tokens),
    doors: { doors, otlp: createOtlpDoor(doors, 'default'), defaultCluster: 'default' },
  })
  const post = async (path: string, body: Uint8Array | string, headers: object) =>
    app.request(path, { method: 'POST', body: Buffer.from(body), headers: { ...headers } })
  const blocks = (kind: string) =>
    batches.filter((batch) => batch.kind === kind).flatMap((batch) => batch.blocks)
  const counted = async (metric: string) => {
    const values = (await registry.getSingleMetric(metric)?.get())?.values ?? []
    return Object.fromEntries(
      values.map(({ labels, value }) => [Object.values(labels).join(), value]),
    )
  }
  return { clock, post, blocks, counted }
}

const named = (name: string, labels: object = {}) => ({ __name__: name, ...labels })
const at = (value: number, ms = NOW) => [{ value, timestamp: ms }]
const subtask = {
  ...{ kind: 'subtask', job: 'lab/-/orders', run: 'a'.repeat(32), vertex: 'b'.repeat(32) },
  ...{ subtask: 3, attempt: 0 },
}

describe('Prometheus remote write', () => {
  const flink = [
    {
      labels: named('flink_taskmanager_job_task_numRecordsIn', { ...TASK_LABELS, cluster: 'lab' }),
      samples: at(42),
    },
    {
      labels: named('flink_taskmanager_job_task_myMetric', { ...TASK_LABELS, cluster: 'lab' }),
      samples: at(0.5),
    },
    {
      labels: named('flink_taskmanager_Status_JVM_CPU_Time', {
        ...{ host: 'h', tm_id: 'tm_1', cluster: 'lab' },
      }),
      samples: at(3e9),
    },
  ]

  test.each([
    ['1.0', V1_HEADERS, writeRequestV1(flink)],
    ['2.0', V2_HEADERS, writeRequestV2(flink)],
  ])(
    'Flink’s metrics land in the catalogue, all others as series (%s)',
    async (_, headers, body) => {
      const { post, blocks } = await world()
      const response = await post('/api/v1/write', body, headers)
      expect([
        response.status,
        response.headers.get('x-prometheus-remote-write-samples-written'),
      ]).toEqual([204, '3'])
      expect(blocks('samples')).toEqual([
        {
          ...{ at: NOW, via: 'remote-write', columns: { cpuMs: [3_000] } },
          subjects: [{ kind: 'taskmanager', cluster: 'lab', id: 'tm_1' }],
        },
        { at: NOW, via: 'remote-write', subjects: [subtask], columns: { recordsIn: [42] } },
      ])
      const { job_name: _name, task_attempt_id: _id, ...rest } = TASK_LABELS
      expect(blocks('series')).toEqual([
        {
          ...{ at: NOW, via: 'remote-write', cluster: 'lab' },
          series: [
            {
              ...{ metric: 'flink_taskmanager_job_task_myMetric', type: 'untyped', value: 0.5 },
              ...{ job: 'lab/-/orders', labels: { ...rest, cluster: 'lab' } },
            },
          ],
        },
      ])
    },
  )

  test('types come from the metadata of either version', async () => {
    const { post, blocks } = await world()
    const one = { labels: named('up_total', { cluster: 'lab' }), samples: at(1) }
    await post(
      '/api/v1/write',
      writeRequestV1([one], [{ type: 1, metric_family_name: 'up_total' }]),
      V1_HEADERS,
    )
    await post('/api/v1/write', writeRequestV2([{ ...one, type: 2 }]), V2_HEADERS)
    expect(blocks('series').map(({ series }) => series)).toEqual([
      [{ metric: 'up_total', type: 'counter', labels: { cluster: 'lab' }, value: 1 }],
      [{ metric: 'up_total', type: 'gauge', labels: { cluster: 'lab' }, value: 1 }],
    ])
  })

  test('what is no number is absent, and the mark of an ended series is none', async () => {
    const { post, blocks } = await world()
    const samples = [Number.NaN, Number.POSITIVE_INFINITY, 7].map((value, index) => ({
      ...{ value, timestamp: NOW - index },
    }))
    const response = await post(
      '/api/v1/write',
      writeRequestV1([{ labels: named('x'), samples }]),
      V1_HEADERS,
    )
    expect(response.status).toBe(204)
    expect(blocks('series').map(({ at: moment }) => moment)).toEqual([NOW - 2])
  })

  test.each<[string, object, Uint8Array | string, number, RegExp]>([
    ['no snappy', V1_HEADERS, 'hello', 400, /is no snappy block/],
    [
      'a length that promises a bomb',
      V1_HEADERS,
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]),
      413,
      /more than the 33554432 bytes/,
    ],
    ['no protobuf', V1_HEADERS, Buffer.from([2, 4, 0xff, 0xff]), 400, /is no WriteRequest/],
    [
      'a series without a name',
      V1_HEADERS,
      writeRequestV1([{ labels: { a: 'b' }, samples: at(1) }]),
      400,
      /has no name/,
    ],
    [
      'another packing',
      { ...V1_HEADERS, 'content-encoding': 'gzip' },
      '',
      415,
      /packed with snappy/,
    ],
    [
      'another message',
      { ...V1_HEADERS, 'content-type': 'application/x-protobuf;proto=x.y' },
      '',
      415,
      /WriteRequest or/,
    ],
    [
      'another body',
      { ...V1_HEADERS, 'content-type': 'application/json' },
      '{}',
      415,
      /x-protobuf/,
    ],
  ])('refuses %s', async (_, headers, body, status, detail) => {
    const { post, blocks, counted } = await world()
    const response = await post('/api/v1/write', body, headers)
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ status, detail: expect.stringMatching(detail) }),
    ])
    expect(blocks('series')).toEqual([])
    expect((await counted('weir_intake_refused_total'))[String(status)]).toBe(1)
  })

  test('takes what is good of a request, and says with 400 what it left out', async () => {
    const { post, blocks, counted } = await world({ limits: { maxSeriesPerOwner: 2 } })
    const write = (...names: string[]) =>
      post(
        '/api/v1/write',
        writeRequestV1([
          ...names.map((name) => ({ labels: named(name), samples: at(1) })),
          { labels: named('late'), samples: at(1, NOW - 8 * 86_400_000) },
          { labels: named('early'), samples: at(1, NOW + 2 * 3_600_000) },
          { labels: named('bad name'), samples: at(1) },
        ]),
        V1_HEADERS,
      )
    const first = await write('a', 'b', 'c')
    expect([first.status, first.headers.get('x-prometheus-remote-write-samples-written')]).toEqual([
      400,
      '2',
    ])
    const { detail } = (await first.json()) as { detail: string } // problem+json
    expect(detail).toContain('2 samples are more than 60 minutes ahead')
    expect(detail).toContain('1 samples have names or labels that are not taken')
    expect(detail).toContain(
      '1 samples are of new series beyond the 2 that one job or cluster may have',
    )
    await write('b', 'd')
    expect(
      blocks('series')
        .flatMap(({ series }) => series as { metric: string }[])
        .map(({ metric }) => metric),
    ).toEqual(['a', 'b', 'b'])
    expect(await counted('weir_intake_samples_refused_total')).toEqual({
      cardinality: 0,
      labels: 2,
      time: 4,
    })
  })

  test('a token’s cluster holds, whatever the labels say', async () => {
    const tokens = [
      {
        name: 'lab',
        cluster: 'lab',
        sha256: '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
      },
    ]
    const { post, blocks } = await world({ tokens })
    const body = writeRequestV1([{ labels: named('x', { cluster: 'another' }), samples: at(1) }])
    expect((await post('/api/v1/write', body, V1_HEADERS)).status).toBe(401)
    const response = await post('/api/v1/write', body, {
      ...V1_HEADERS,
      authorization: 'Bearer secret',
    })
    expect([response.status, blocks('series')[0]?.cluster]).toEqual([204, 'lab'])
  })
})

describe('OTLP metrics', () => {
  const resourceMetrics = (metrics: readonly object[], attributes: object = {}) => ({
    resourceMetrics: [
      {
        resource: { attributes: attributesOf({ 'k8s.cluster.name': 'lab', ...attributes }) },
        scopeMetrics: [{ metrics }],
      },
    ],
  })
  const json = { 'content-type': 'application/json' }
  const taskPoint = (over: object, labels: object = TASK_LABELS) => ({
    attributes: attributesOf({ ...labels } as Record<string, string>),
    timeUnixNano: `${NOW}000000`,
    ...over,
  })
  const export_ = (...metrics: object[]) => JSON.stringify(resourceMetrics(metrics))

  test('Flink’s own reporter lands in the catalogue, its differences as totals', async () => {
    const { post, blocks, clock } = await world()
    const request = (difference: string) =>
      export_(
        {
          name: 'flink.taskmanager.job.task.numRecordsIn',
          sum: {
            ...{ aggregationTemporality: 1, isMonotonic: true },
            dataPoints: [taskPoint({ asInt: difference, timeUnixNano: `${clock.now()}000000` })],
          },
        },
        {
          name: 'flink.taskmanager.job.task.Shuffle.Netty.Input.Buffers.inPoolUsage',
          gauge: {
            dataPoints: [taskPoint({ asDouble: 0.25, timeUnixNano: `${clock.now()}000000` })],
          },
        },
      )
    expect((await post('/v1/metrics', request('40'), json)).status).toBe(200)
    await clock.advance(10_000)
    const packed = gzipSync(request('2'))
    expect(
      await (await post('/v1/metrics', packed, { ...json, 'content-encoding': 'gzip' })).json(),
    ).toEqual({})
    expect(blocks('samples')).toEqual([
      {
        at: NOW,
        via: 'otlp',
        subjects: [subtask],
        columns: { recordsIn: [40], inPoolUsage: [0.25] },
      },
      {
        at: NOW + 10_000,
        via: 'otlp',
        subjects: [subtask],
        columns: { recordsIn: [42], inPoolUsage: [0.25] },
      },
    ])
  })

  test('sums, distributions and summaries as Prometheus would have them', async () => {
    const { post, blocks } = await world()
    const body = export_(
      {
        name: 'http.requests',
        sum: {
          aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
          isMonotonic: true,
          dataPoints: [taskPoint({ asInt: '5' }, { 'http.route': '/a' })],
        },
      },
      {
        name: 'http.duration',
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [taskPoint({ count: '4', sum: 1.5 }, {})],
        },
      },
      {
        name: 'http.size',
        summary: {
          dataPoints: [
            taskPoint({ count: '2', quantileValues: [{ quantile: 0.99, value: 7 }] }, {}),
          ],
        },
      },
      { name: 'none', gauge: { dataPoints: [taskPoint({ asDouble: 'NaN' }, {})] } },
    )
    expect((await post('/v1/metrics', body, json)).status).toBe(200)
    const series = blocks('series').flatMap((block) => block.series as Record<string, unknown>[])
    const shared = { k8s_cluster_name: 'lab' }
    expect(series).toEqual([
      {
        metric: 'http_requests',
        type: 'counter',
        labels: { ...shared, http_route: '/a' },
        value: 5,
      },
      { metric: 'http_duration_count', type: 'counter', labels: shared, value: 4 },
      { metric: 'http_duration_sum', type: 'counter', labels: shared, value: 1.5 },
      { metric: 'http_size_count', type: 'counter', labels: shared, value: 2 },
      { metric: 'http_size', type: 'gauge', labels: { ...shared, quantile: '0.99' }, value: 7 },
    ])
  })

  test('says beside the success what it left out', async () => {
    const { post } = await world()
    const late = taskPoint({ asDouble: 1, timeUnixNano: '1000000' }, {})
    const response = await post(
      '/v1/metrics',
      export_({ name: 'x', gauge: { dataPoints: [late] } }),
      json,
    )
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        partialSuccess: {
          rejectedDataPoints: '1',
          errorMessage: expect.stringContaining('1 samples are'),
        },
      },
    ])
  })

  test.each<[string, object, string, number, RegExp]>([
    ['no JSON', json, '{', 400, /is no JSON/],
    [
      'no request',
      json,
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":5}]}]}]}',
      400,
      /resourceMetrics\.0\.scopeMetrics\.0\.metrics\.0\.name/,
    ],
    [
      'no protobuf',
      { 'content-type': 'application/x-protobuf' },
      '\xff\xff',
      400,
      /is no ExportMetricsServiceRequest/,
    ],
    ['no gzip', { ...json, 'content-encoding': 'gzip' }, '{}', 400, /cannot be unpacked/],
    ['another packing', { ...json, 'content-encoding': 'br' }, '{}', 415, /send it as gzip/],
    ['another body', { 'content-type': 'text/plain' }, '', 415, /OTLP over HTTP/],
  ])('refuses %s', async (_, headers, body, status, detail) => {
    const { post } = await world()
    const response = await post('/v1/metrics', Buffer.from(body, 'latin1'), headers)
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ detail: expect.stringMatching(detail) }),
    ])
  })
})
