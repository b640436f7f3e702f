import { createServer } from 'node:net'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { afterEach, expect, test } from 'vitest'
import {
  BusError,
  ConfigError,
  IntakeError,
  SourceError,
  StoreError,
  UsageError,
} from './errors.ts'
import { assertLoopbackOrTokens, onError, problem, serve } from './http.ts'
import { createLog, silentLog } from './log.ts'
import { createScope, type Scope } from './scope.ts'

const host = '127.0.0.1'
const opened: Scope[] = []
const newScope = () => {
  const scope = createScope('test')
  opened.push(scope)
  return scope
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((scope) => scope.close(5000)))
})

test('an app is served until its scope closes', async () => {
  const scope = newScope()
  const app = new Hono().get('/', (context) => context.text('hello'))
  const { url, port } = await serve(app, { host, port: 0 }, scope)
  expect(url).toBe(`http://127.0.0.1:${port}`)
  expect(await (await fetch(url)).text()).toBe('hello')
  expect(await scope.close(5000)).toEqual([])
  await expect(fetch(url)).rejects.toThrow()
})

test('a stream that never ends does not keep the server open', async () => {
  const scope = newScope()
  const app = new Hono().get(
    '/',
    () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })),
  )
  const { url } = await serve(app, { host, port: 0 }, scope)
  const response = await fetch(url)
  const body = response.arrayBuffer().catch(() => 'cut')
  expect(await scope.close(10_000)).toEqual([])
  expect(await body).toBe('cut')
})

test('a taken port is told as such', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, host, resolve))
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expect(serve(new Hono(), { host, port }, newScope())).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken; stop the program that uses it or choose another port.`,
  )
  await new Promise((resolve) => other.close(resolve))
})

test.each<[string, string[], boolean]>([
  ['127.0.0.1', [], true],
  ['127.8.8.8', [], true],
  ['localhost', [], true],
  ['::1', [], true],
  ['[::1]', [], true],
  ['::ffff:127.0.0.1', [], true],
  ['0.0.0.0', ['abc'], true],
  ['0.0.0.0', [], false],
  ['0.0.0.0', ['', ' '], false],
  ['::', [], false],
  ['', [], false],
  ['10.0.0.1', [], false],
  ['127.example.org', [], false],
  ['localhost.example.org', [], false],
])('listening on "%s" with tokens %o is allowed: %s', (address, tokens, allowed) => {
  const attempt = () => assertLoopbackOrTokens(address, tokens)
  if (allowed) expect(attempt).not.toThrow()
  else expect(attempt).toThrow(ConfigError)
})

test('a problem has the shape of RFC 9457', async () => {
  const response = problem(404, { detail: 'No job a/b/c.' }, { 'x-y': 'z' })
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('x-y')).toBe('z')
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'No job a/b/c.',
  })
})

const answer = async (error: Error) => {
  const app = new Hono().get('/', () => {
    throw error
  })
  app.onError(onError(silentLog))
  const response = await app.request('/')
  return { body: await response.json(), retryAfter: response.headers.get('retry-after') }
}

test.each<[string, Error, [number, string | undefined, string, string | null]]>([
  ['a bad request', new UsageError('No such window.'), [400, 'usage', 'No such window.', null]],
  ['a bad source', new SourceError('Flink is away.'), [502, 'source', 'Flink is away.', null]],
  ['a store that is away', new StoreError('Away.'), [503, 'store', 'Away.', '1']],
  [
    'a special code',
    new StoreError('Away.', { code: 'store-full' }),
    [503, 'store-full', 'Away.', '1'],
  ],
  ['a full bus', new BusError('Full.', { code: 'bus-full' }), [429, 'bus-full', 'Full.', '1']],
  [
    'a refusal at the door',
    new IntakeError('Slow down.', { status: 429, retryAfterMs: 2100 }),
    [429, 'intake', 'Slow down.', '3'],
  ],
  [
    'a wrong token',
    new IntakeError('Unknown token.', { status: 401 }),
    [401, 'intake', 'Unknown token.', null],
  ],
  [
    'a refusal of Hono',
    new HTTPException(415, { message: 'Not JSON.' }),
    [415, 'http', 'Not JSON.', null],
  ],
  [
    'a bug',
    new TypeError('x of undefined'),
    [500, 'internal', 'This is a fault in Weir; its log tells more.', null],
  ],
  [
    'a secret',
    new StoreError('http://a:b@c is away.'),
    [503, 'store', 'http://a:[redacted]@c is away.', '1'],
  ],
])(
  '%s is answered with its status and sentence',
  async (_, error, [status, code, detail, retryAfter]) => {
    expect(await answer(error)).toMatchObject({ body: { status, code, detail }, retryAfter })
  },
)

test('what is our fault is logged, what is the sender’s is not', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', format: 'json', write: (line) => void lines.push(line) })
  const app = new Hono()
    .get('/bug', () => Promise.reject(new TypeError('x')))
    .get('/bad', () => Promise.reject(new UsageError('y')))
  app.onError(onError(log))
  await app.request('/bug')
  await app.request('/bad')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { message: 'A request failed.', method: 'GET', path: '/bug', status: 500, error: 'x' },
  ])
})
