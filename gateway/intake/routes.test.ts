import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { IntakeError, StoreError } from '../../core/kit/errors.ts'
import { silentLog } from '../../core/kit/log.ts'
import { samplesBatch } from '../batches.fixture.ts'
import { intakeLimits } from '../config.ts'
import { gatewayEvents } from '../events.ts'
import type { Intake } from './intake.ts'
import { intakeRoutes } from './routes.ts'
import { createTokenCheck } from './tokens.ts'

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex')
const tokens = ['old-secret', 'new-secret'].map((token) => ({ name: token, sha256: sha256(token) }))

interface Bench {
  readonly accept?: Intake['accept']
  readonly tokens?: typeof tokens
  readonly ready?: () => Promise<void>
}

function bench(options: Bench = {}) {
  const accepted: unknown[] = []
  const registry = new Registry()
  const app = intakeRoutes({
    intake: {
      accept: async (batch) => {
        accepted.push(batch)
        return { agent: 'lab-agent', epoch: 7, lane: 'live', seq: 1 }
      },
      ...(options.accept && { accept: options.accept }),
    },
    limits: intakeLimits.parse({ maxBatchBytes: 20_000 }),
    checkToken: createTokenCheck(options.tokens ?? []),
    registry,
    events: gatewayEvents({ log: silentLog, registry }),
    log: silentLog,
    ready: options.ready ?? (async () => {}),
  })
  const post = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
    const response = await app.request('/v1/batches', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return answerOf(response)
  }
  return { app, accepted, post, registry }
}

async function answerOf(response: Response) {
  const headers = ['content-type', 'retry-after', 'www-authenticate'].flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  const body: unknown = await response.json()
  return { ...Object.fromEntries(headers), body }
}

const batch = samplesBatch([1, null])
const json = JSON.stringify(batch)
const gzip = { 'content-encoding': 'gzip' }
const problemType = 'application/problem+json'
const problem = (status: number, title: string, detail: string, code: string) => ({
  'content-type': problemType,
  body: { type: 'about:blank', title, status, detail, code },
})

describe('POST /v1/batches', () => {
  test.each<[string, string | Uint8Array, Record<string, string>]>([
    ['plain JSON', json, {}],
    ['gzip', gzipSync(json), gzip],
    ['gzip under its old name', gzipSync(json), { 'content-encoding': 'X-GZIP' }],
    ['a charset', json, { 'content-type': 'application/json; charset=UTF-8' }],
  ])('takes %s', async (_, body, headers) => {
    const { post, accepted } = bench()
    expect(await post(body, headers)).toEqual({
      'content-type': 'application/json',
      body: { agent: 'lab-agent', epoch: 7, lane: 'live', seq: 1 },
    })
    expect(accepted).toEqual([batch])
  })

  const cut = gzipSync(json).subarray(0, 100)
  const bomb = gzipSync(Buffer.alloc(10_000_000, 32))
  test.each<[string, string | Uint8Array, Record<string, string>, object]>([
    [
      'gzip that was cut',
      cut,
      gzip,
      problem(
        400,
        'Bad Request',
        'The body is announced as gzip but cannot be unpacked.',
        'intake',
      ),
    ],
    [
      'what is not gzip',
      json,
      gzip,
      problem(
        400,
        'Bad Request',
        'The body is announced as gzip but cannot be unpacked.',
        'intake',
      ),
    ],
    [
      'a gzip bomb',
      bomb,
      gzip,
      problem(
        413,
        'Payload Too Large',
        'The body unpacks to more than the 20000 bytes that are taken.',
        'intake-too-large',
      ),
    ],
    [
      'a long body, by what it announces',
      ' '.repeat(20_001),
      { 'content-length': '20001' },
      problem(
        413,
        'Payload Too Large',
        'The body has more than the 20000 bytes that are taken. Split it.',
        'intake-too-large',
      ),
    ],
    [
      'a long body, whatever it announces',
      ' '.repeat(20_001),
      { 'content-length': '5' },
      problem(
        413,
        'Payload Too Large',
        'The body has more than the 20000 bytes that are taken. Split it.',
        'intake-too-large',
      ),
    ],
    [
      'half a document',
      json.slice(0, 50),
      {},
      problem(
        400,
        'Bad Request',
        'The body is no JSON; it may have been cut on its way.',
        'intake',
      ),
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x7b, 0xff, 0x7d]),
      {},
      problem(
        400,
        'Bad Request',
        'The body is no UTF-8; it may have been cut on its way.',
        'intake',
      ),
    ],
    [
      'another content type',
      json,
      { 'content-type': 'text/plain' },
      problem(
        415,
        'Unsupported Media Type',
        'The body is announced as "text/plain"; send Content-Type: application/json.',
        'intake-content',
      ),
    ],
    [
      'another packing',
      json,
      { 'content-encoding': 'br' },
      problem(
        415,
        'Unsupported Media Type',
        'The body is packed as "br"; send it as gzip or not packed.',
        'intake-content',
      ),
    ],
  ])('refuses %s', async (_, body, headers, expected) => {
    const { post, accepted } = bench()
    expect(await post(body, headers)).toEqual(expected)
    expect(accepted).toEqual([])
  })

  const wantsToken = {
    ...problem(
      401,
      'Unauthorized',
      'Whoever sends here must show a token of this gateway, as a bearer token in the Authorization header.',
      'intake-token-missing',
    ),
    'www-authenticate': 'Bearer',
  }
  const wrongToken = {
    ...problem(
      401,
      'Unauthorized',
      'The token is not one of this gateway; it may have been replaced. Compare its SHA-256 with gateway.tokens.',
      'intake-token-wrong',
    ),
    'www-authenticate': 'Bearer',
  }
  test.each<[string, string | undefined, object]>([
    ['no token', undefined, wantsToken],
    ['another scheme', 'Basic b2xkLXNlY3JldA==', wantsToken],
    ['a wrong token', 'Bearer wrong', wrongToken],
    ['the hash instead of the token', `Bearer ${sha256('old-secret')}`, wrongToken],
    ['the old token', 'Bearer old-secret', { body: { seq: 1 } }],
    ['the new token', 'bearer new-secret', { body: { seq: 1 } }],
  ])('with tokens: %s', async (_, authorization, expected) => {
    const { post } = bench({ tokens })
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const answer = await post(json, headers)
    if ('content-type' in expected) expect(answer).toEqual(expected)
    else expect(answer).toMatchObject(expected)
  })

  test('tells the refusals of the intake, and when to come again', async () => {
    const refuse = async () => {
      throw new IntakeError('The gateway is behind.', { status: 429, retryAfterMs: 1_500 })
    }
    expect(await bench({ accept: refuse }).post(json)).toEqual({
      ...problem(429, 'Too Many Requests', 'The gateway is behind.', 'intake'),
      'retry-after': '2',
    })
  })

  test('tells nothing of a bug', async () => {
    const fail = async () => {
      throw new TypeError('secret is undefined')
    }
    expect(await bench({ accept: fail }).post(json)).toEqual(
      problem(
        500,
        'Internal Server Error',
        'This is a fault in Weir; its log tells more.',
        'internal',
      ),
    )
  })

  test('counts what it refuses', async () => {
    const { post, registry } = bench()
    await post(cut, gzip)
    await post(json, { 'content-type': 'text/plain' })
    const metrics = await registry.metrics()
    expect(metrics).toContain('weir_intake_refused_total{status="400"} 1')
    expect(metrics).toContain('weir_intake_refused_total{status="415"} 1')
  })
})

describe('the probes', () => {
  test('livez and readyz say ok, metrics are those of the registry', async () => {
    const { app } = bench({ tokens })
    expect(await (await app.request('/livez')).text()).toBe('ok\n')
    expect(await (await app.request('/readyz')).text()).toBe('ok\n')
    const metrics = await app.request('/metrics')
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=/)
    expect(await metrics.text()).toContain('weir_intake_refused_total{status="413"} 0')
  })

  test('readyz says what is missing', async () => {
    const ready = async () => {
      throw new StoreError('The store does not answer: disk full')
    }
    expect(await answerOf(await bench({ ready }).app.request('/readyz'))).toEqual(
      problem(503, 'Service Unavailable', 'The store does not answer: disk full', 'not-ready'),
    )
  })

  test('elsewhere is nothing', async () => {
    expect(await answerOf(await bench().app.request('/v2/batches'))).toEqual(
      problem(
        404,
        'Not Found',
        'There is nothing at /v2/batches; batches go to POST /v1/batches.',
        'not-found',
      ),
    )
  })
})
