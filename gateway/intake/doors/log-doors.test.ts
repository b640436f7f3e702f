import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Registry } from 'prom-client'
import protobuf from 'protobufjs'
import { compress } from 'snappyjs'
import { describe, expect, test } from 'vitest'
import type { LogBlock } from '../../../core/api/log-block.ts'
import { EmbeddedBusConfig } from '../../../core/bus/config.ts'
import { openEmbedded } from '../../../core/bus/embedded.ts'
import { manualClock } from '../../../core/kit/clock.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { type GatewayToken, intakeLimits } from '../../config.ts'
import { gatewayEvents } from '../../events.ts'
import { readBatch } from '../../read-batch.ts'
import { createCardinalityGuard } from '../cardinality.ts'
import { createIntake } from '../intake.ts'
import { intakeRoutes } from '../routes.ts'
import { createTokenCheck } from '../tokens.ts'
import { createDoors } from './doors.ts'
import { createOtlpDoor } from './otlp-door.ts'

const NOW = 1_700_000_000_000
const nanos = (ms: number) => `${ms}000000`

/** A gateway's doors, and the lines that came through them. */
async function world(tokens: readonly GatewayToken[] = []) {
  const clock = manualClock(NOW)
  const registry = new Registry()
  const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
    ...{ clock, log: silentLog, signal: new AbortController().signal },
  })
  const blocks: LogBlock[] = []
  await bus.subscribe('weir.logs', 'test', async (records) => {
    for (const { value } of records) {
      const read = readBatch(JSON.parse(Buffer.from(value).toString()))
      if (read.ok && read.batch.kind === 'logs') blocks.push(...read.batch.blocks)
    }
  })
  const limits = intakeLimits.parse({})
  const events = gatewayEvents({ log: silentLog, registry, clock })
  const guard = createCardinalityGuard(limits.maxSeriesPerOwner)
  const intake = createIntake({ bus, clock, limits, events, guard })
  const doors = createDoors({ intake, guard, limits, clock, events })
  const app = intakeRoutes({
    ...{ intake, limits, registry, events, log: silentLog, ready: async () => {} },
    checkToken: createTokenCheck(tokens),
    doors: { doors, otlp: createOtlpDoor(doors, 'default'), defaultCluster: 'default' },
  })
  const post = async (path: string, body: Uint8Array | string, headers: object) => {
    const response = await app.request(path, {
      ...{ method: 'POST', body: Buffer.from(body), headers: { ...headers } },
    })
    return { status: response.status, text: await response.text() }
  }
  return { blocks, post }
}

const json = { 'content-type': 'application/json' }
const proto = { 'content-type': 'application/x-protobuf' }

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const failed = {
  timeUnixNano: nanos(NOW - 1_000),
  severityNumber: 17,
  body: { stringValue: 'Order 4711 failed, password=hunter2' },
  attributes: [
    attribute('thread.name', 'Map (1/2)#0'),
    attribute(
      'exception.stacktrace',
      'java.lang.IllegalStateException: x\n\tat shop.Orders.map(Orders.java:7)',
    ),
  ],
}
const otlp = (...logRecords: object[]) => ({
  resourceLogs: [
    {
      resource: {
        attributes: [
          attribute('k8s.namespace.name', 'shop'),
          attribute('k8s.pod.name', 'orders-tm-1'),
          attribute('k8s.pod.uid', 'u1'),
          attribute('k8s.node.name', 'n1'),
          attribute('k8s.cluster.name', 'prod'),
        ],
      },
      scopeLogs: [{ scope: { name: 'shop.Orders' }, logRecords }],
    },
  ],
})

describe('OTLP logs', () => {
  test('a record is a line with its level, logger, thread and stack, and without its secrets', async () => {
    const { blocks, post } = await world()
    expect(
      await post('/v1/logs', gzipSync(JSON.stringify(otlp(failed))), {
        ...json,
        'content-encoding': 'gzip',
      }),
    ).toEqual({
      ...{ status: 200, text: '{}' },
    })
    const [block] = blocks
    expect(block?.origin).toMatchObject({
      ...{
        cluster: 'prod',
        namespace: 'shop',
        node: 'n1',
        pod: 'orders-tm-1',
        podUid: 'u1',
        attempt: 0,
      },
    })
    expect(block?.lines).toMatchObject([
      {
        ...{ at: NOW - 1_000, timed: 'runtime', level: 'ERROR', logger: 'shop.Orders' },
        ...{
          thread: 'Map (1/2)#0',
          message: 'Order 4711 failed, password=[redacted]',
          redacted: 1,
        },
        exception: 'java.lang.IllegalStateException',
      },
    ])
  })

  test('protobuf says the same as JSON', async () => {
    const type = protobuf
      .parse(OTLP_SCHEMA, { keepCase: true })
      .root.lookupType('ExportLogsServiceRequest')
    const body = type.encode(type.fromObject(otlp(failed))).finish()
    const [one, other] = [await world(), await world()]
    await one.post('/v1/logs', JSON.stringify(otlp(failed)), json)
    expect(await other.post('/v1/logs', body, proto)).toEqual({ status: 200, text: '' })
    expect(other.blocks).toEqual(one.blocks)
    expect(one.blocks).toHaveLength(1)
  })

  test('the same record twice has one place; two records of one moment have two', async () => {
    const { blocks, post } = await world()
    const twin = { ...failed, body: { stringValue: 'another' } }
    await post('/v1/logs', JSON.stringify(otlp(failed, twin)), json)
    await post('/v1/logs', JSON.stringify(otlp(failed, twin)), json)
    const places = blocks.map(({ origin, lines }) => [origin.file, lines.map((l) => l.offset)])
    expect(places[0]).toEqual(places[1])
    expect(new Set(blocks[0]?.lines.map((l) => l.offset)).size).toBe(2)
  })

  test('says beside the success what it left out', async () => {
    const { blocks, post } = await world()
    const ancient = { ...failed, timeUnixNano: nanos(NOW - 30 * 86_400_000) }
    const { status, text } = await post('/v1/logs', JSON.stringify(otlp(failed, ancient)), json)
    expect([status, JSON.parse(text).partialSuccess.rejectedLogRecords]).toEqual([200, '1'])
    expect(blocks.flatMap(({ lines }) => lines)).toHaveLength(1)
  })
})

const OTLP_SCHEMA = `syntax = "proto3";
message ExportLogsServiceRequest { repeated ResourceLogs resourceLogs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scopeLogs = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeLogs { Scope scope = 1; repeated LogRecord logRecords = 2; }
message Scope { string name = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string stringValue = 1; } }
message LogRecord { fixed64 timeUnixNano = 1; int32 severityNumber = 2; AnyValue body = 5; repeated KeyValue attributes = 6; }`

const LINES = [
  '2023-11-14 22:13:16,000 ERROR shop.Orders                  [] - Sink failed',
  'java.io.IOException: broken pipe',
  '\tat shop.Sink.write(Sink.java:9)',
  '2023-11-14 22:13:17,000 INFO  shop.Orders                  [] - Restarting',
]
const stream = { namespace: 'shop', pod: 'orders-tm-1', container: 'main', cluster: 'prod' }
const values = LINES.map((line, index) => [nanos(NOW - 4_000 + index), line])

describe("Loki's push", () => {
  test('lines are put together as those of a file', async () => {
    const { blocks, post } = await world()
    const body = JSON.stringify({ streams: [{ stream, values }] })
    expect(await post('/loki/api/v1/push', body, json)).toEqual({ status: 204, text: '' })
    const [block] = blocks
    expect(block?.origin).toMatchObject({ cluster: 'prod', namespace: 'shop', pod: 'orders-tm-1' })
    expect(block?.lines).toMatchObject([
      { level: 'ERROR', message: 'Sink failed', exception: 'java.io.IOException', timed: 'line' },
      { level: 'INFO', message: 'Restarting', timed: 'line' },
    ])
  })

  test('protobuf in a snappy block says the same as JSON', async () => {
    const [one, other] = [await world(), await world()]
    await one.post('/loki/api/v1/push', JSON.stringify({ streams: [{ stream, values }] }), json)
    const type = protobuf.parse(LOKI_SCHEMA, { keepCase: true }).root.lookupType('PushRequest')
    const labels = `{${Object.entries(stream)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}}`
    const entries = LINES.map((line, index) => {
      const ms = NOW - 4_000 + index
      return { line, timestamp: { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 } }
    })
    const body = type.encode(type.fromObject({ streams: [{ labels, entries }] })).finish()
    expect(await other.post('/loki/api/v1/push', compress(body), proto)).toEqual({
      ...{ status: 204, text: '' },
    })
    expect(other.blocks).toEqual(one.blocks)
    expect(one.blocks).toHaveLength(1)
  })

  test('lines without a time of their own have that of their entry', async () => {
    const { blocks, post } = await world()
    const bare = [
      [nanos(NOW - 2_000), 'plain one'],
      [nanos(NOW - 1_000), 'plain two'],
    ]
    await post('/loki/api/v1/push', JSON.stringify({ streams: [{ stream, values: bare }] }), json)
    expect(blocks[0]?.lines).toMatchObject([
      { at: NOW - 2_000, timed: 'runtime', message: 'plain one' },
      { at: NOW - 1_000, timed: 'runtime', message: 'plain two' },
    ])
  })

  test('a line that says a time to come has that of its entry', async () => {
    const { blocks, post } = await world()
    const ahead = [[nanos(NOW - 2_000), LINES[0]?.replace('2023', '2033')]]
    await post('/loki/api/v1/push', JSON.stringify({ streams: [{ stream, values: ahead }] }), json)
    expect(blocks[0]?.lines).toMatchObject([{ at: NOW - 2_000, timed: 'runtime' }])
  })

  test("a token's cluster holds, whatever the labels say", async () => {
    const sha256 = createHash('sha256').update('s').digest('hex')
    const { blocks, post } = await world([{ name: 'own', sha256, cluster: 'mine' }])
    const body = JSON.stringify({ streams: [{ stream, values }] })
    const headers = { ...json, authorization: 'Bearer s' }
    expect((await post('/loki/api/v1/push', body, headers)).status).toBe(204)
    expect(blocks.map(({ origin }) => origin.cluster)).toEqual(['mine'])
  })
})

const LOKI_SCHEMA = `syntax = "proto3";
message PushRequest { repeated StreamAdapter streams = 1; }
message StreamAdapter { string labels = 1; repeated EntryAdapter entries = 2; }
message EntryAdapter { Timestamp timestamp = 1; string line = 2; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }`

test.each<[string, string, object, Uint8Array | string, number, RegExp]>([
  ['no JSON', '/loki/api/v1/push', json, '{', 400, /no JSON/],
  ['no push', '/loki/api/v1/push', json, '{"streams":[{}]}', 400, /streams\.0\.stream/],
  [
    'a time that is none',
    '/loki/api/v1/push',
    json,
    '{"streams":[{"stream":{},"values":[["soon","x"]]}]}',
    400,
    /nanoseconds/,
  ],
  ['no snappy', '/loki/api/v1/push', proto, 'xxxxxx', 400, /snappy/],
  [
    'labels that are none',
    '/loki/api/v1/push',
    proto,
    compress(Buffer.from('0a050a037b617d', 'hex')),
    400,
    /labels of a stream/,
  ],
  ['another type', '/loki/api/v1/push', { 'content-type': 'text/plain' }, 'x', 415, /Content-Type/],
  ['no export', '/v1/logs', json, '{"resourceLogs":1}', 400, /resourceLogs/],
  ['no protobuf', '/v1/logs', proto, Buffer.from([0x0a, 0xff]), 400, /ExportLogsServiceRequest/],
  [
    'a packing that nobody knows',
    '/v1/logs',
    { ...json, 'content-encoding': 'br' },
    '{}',
    415,
    /br/,
  ],
])('%s is refused with a sentence', async (_, path, headers, body, status, sentence) => {
  const { blocks, post } = await world()
  const answer = await post(path, body, headers)
  expect([answer.status, blocks]).toEqual([status, []])
  expect(answer.text).toMatch(sentence)
})
