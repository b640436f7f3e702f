import { gzipSync } from 'node:zlib'
import { Registry } from 'prom-client'
import { compress } from 'snappyjs'
import { expect, test } from 'vitest'
import { Batch } from '../../core/api/batch.ts'
import { EmbeddedBusConfig } from '../../core/bus/config.ts'
import { openEmbedded } from '../../core/bus/embedded.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { eventsBatch, samplesBatch, startAt } from '../batches.fixture.ts'
import { intakeLimits } from '../config.ts'
import { gatewayEvents } from '../events.ts'
import { createCardinalityGuard } from './cardinality.ts'
import { createDoors } from './doors/doors.ts'
import { createOtlpDoor } from './doors/otlp-door.ts'
import {
  TASK_LABELS,
  V1_HEADERS,
  V2_HEADERS,
  writeRequestV1,
  writeRequestV2,
} from './doors/requests.fixture.ts'
import { createIntake } from './intake.ts'
import { intakeRoutes } from './routes.ts'
import { createTokenCheck } from './tokens.ts'

// biome-ignore lint/style/noProcessEnv: a longer run by hand chooses its own.
const { WEIR_FUZZ = '100000', WEIR_SEED = '4714' } = process.env
const REQUESTS = Number(WEIR_FUZZ)

interface Valid {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Puts a mutated inner body into its packing again, so that the mutation gets past the unpacking. */
  readonly pack?: (inner: Buffer) => Buffer
  readonly inner?: Buffer
}

const json = { 'content-type': 'application/json' }
const task = {
  labels: { __name__: 'flink_taskmanager_job_task_numRecordsIn', ...TASK_LABELS },
  samples: [{ value: 42, timestamp: startAt }],
}
const other = { labels: { __name__: 'x', a: 'b' }, samples: [{ value: 1, timestamp: startAt }] }
const otlp = JSON.stringify({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'flink.taskmanager.job.task.numRecordsIn',
              sum: {
                aggregationTemporality: 1,
                isMonotonic: true,
                dataPoints: [{ timeUnixNano: `${startAt}000000`, asInt: '5' }],
              },
            },
          ],
        },
      ],
    },
  ],
})
const zipped = { ...json, 'content-encoding': 'gzip' }
const snappy = (inner: Buffer) => Buffer.from(compress(inner))

const valid: readonly Valid[] = [
  ...[samplesBatch([1, null, 3], { at: startAt }), eventsBatch(['boom'], { at: startAt })].flatMap(
    (batch): Valid[] => {
      const text = Buffer.from(JSON.stringify(batch))
      return [
        { path: '/v1/batches', headers: json, body: text },
        { path: '/v1/batches', headers: zipped, body: gzipSync(text), inner: text, pack: gzipSync },
      ]
    },
  ),
  {
    path: '/api/v1/write',
    headers: V1_HEADERS,
    body: Buffer.from(writeRequestV1([task, other])),
    pack: snappy,
    inner: Buffer.from('0a0b0a', 'hex'),
  },
  { path: '/api/v1/write', headers: V2_HEADERS, body: Buffer.from(writeRequestV2([task, other])) },
  { path: '/v1/metrics', headers: json, body: Buffer.from(otlp) },
  {
    path: '/v1/metrics',
    headers: zipped,
    body: gzipSync(otlp),
    inner: Buffer.from(otlp),
    pack: gzipSync,
  },
  {
    path: '/v1/metrics',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from('0a020a00', 'hex'),
  },
]

test(`${REQUESTS} changed requests (seed ${WEIR_SEED}): each is answered, and only what is whole gets through`, async () => {
  const random = mulberry32(Number(WEIR_SEED))
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T // The lists are never empty.
  const clock = manualClock(startAt)
  const registry = new Registry()
  const log = silentLog
  const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
    ...{ clock, log, signal: new AbortController().signal },
  })
  let through = 0
  for (const topic of ['weir.samples', 'weir.events'] as const) {
    await bus.subscribe(topic, 'test', async (records) => {
      for (const { value } of records) {
        through++
        expect(Batch.safeParse(JSON.parse(Buffer.from(value).toString('utf8'))).success).toBe(true)
      }
    })
  }
  const limits = intakeLimits.parse({ maxUnpackedBytes: 1_000_000 })
  const events = gatewayEvents({ log, registry, clock })
  const guard = createCardinalityGuard(1_000)
  const intake = createIntake({ bus, clock, limits, events, guard })
  const doors = createDoors({ intake, guard, limits, clock, events })
  const app = intakeRoutes({
    ...{ intake, limits, registry, events, log, ready: async () => {} },
    checkToken: createTokenCheck([]),
    doors: { doors, otlp: createOtlpDoor(doors, 'default'), defaultCluster: 'default' },
  })

  const statuses: Record<number, number> = {}
  const bad: string[] = []
  for (let request = 0; request < REQUESTS; request++) {
    const { path, headers, body, inner, pack } = pick(valid)
    const isInner = inner !== undefined && pack !== undefined && random() < 0.5
    const mutated = isInner ? pack(mutate(inner, random)) : mutate(body, random)
    const response = await app.request(path, {
      method: 'POST',
      body: mutated,
      headers: random() < 0.05 ? mutateHeaders(headers, random) : headers,
    })
    statuses[response.status] = (statuses[response.status] ?? 0) + 1
    if (![200, 204, 400, 413, 415].includes(response.status)) {
      bad.push(`${response.status} ${path} ${mutated.toString('base64')} ${await response.text()}`)
    }
  }
  expect(bad.slice(0, 3)).toEqual([])
  expect(statuses[400]).toBeGreaterThan(REQUESTS / 3)
  expect(through).toBeLessThanOrEqual(
    (statuses[200] ?? 0) + (statuses[204] ?? 0) + (statuses[400] ?? 0),
  )
}, 300_000)

/** One to four wounds: a changed, lost, doubled or foreign stretch of bytes, or deep nesting. */
function mutate(body: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(body)
  for (let wounds = 1 + Math.floor(random() * 4); wounds > 0; wounds--) {
    const at = Math.floor(random() * (bytes.length + 1))
    const length = Math.floor(random() * 16)
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
    switch (Math.floor(random() * 7)) {
      case 0:
        if (at < bytes.length) bytes.writeUInt8(Math.floor(random() * 256), at)
        break
      case 1:
        bytes = Buffer.concat([head, tail.subarray(length)])
        break
      case 2:
        bytes = Buffer.concat([head, head.subarray(-length), tail])
        break
      case 3:
        bytes = head
        break
      case 4:
        bytes = Buffer.concat([head, Buffer.from('9'.repeat(length)), tail])
        break
      case 5:
        bytes = Buffer.concat([head, Buffer.from('['.repeat(200)), tail])
        break
      default:
        bytes = Buffer.concat([head, Buffer.from('{"toString":1,"__proto__":{"v":1}}'), tail])
    }
  }
  return bytes
}

function mutateHeaders(
  headers: Readonly<Record<string, string>>,
  random: () => number,
): Readonly<Record<string, string>> {
  const names = Object.keys(headers)
  const name = names[Math.floor(random() * names.length)] ?? 'content-type'
  return {
    ...headers,
    [name]: ['', 'gzip', 'x', 'application/json', 'identity'][Math.floor(random() * 5)] ?? '',
  }
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
