import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { kubernetesApi } from './api.ts'

const never = new AbortController().signal

async function apiOf(answer: RequestListener, path = '') {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address of this shape.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const access = {
    server: new URL(`${origin}${path}`),
    options: async () => ({ headers: { authorization: 'Bearer t' } }),
  }
  return { api: kubernetesApi(access), origin }
}

async function linesOf(
  answer: RequestListener,
  { silentMs = 60_000, signal = never } = {},
): Promise<string[]> {
  const { api } = await apiOf(answer)
  const lines: string[] = []
  for await (const some of api.lines('/w', {}, silentMs, signal)) lines.push(...some)
  return lines
}

test.each<[string, readonly (string | Buffer)[], readonly string[]]>([
  ['lines that come one by one', ['{"a":1}\n', '{"b":2}\n'], ['{"a":1}', '{"b":2}']],
  ['several lines in one piece', ['1\n2\n3\n'], ['1', '2', '3']],
  ['the end of one line and the beginning of the next', ['1\n2', '2\n'], ['1', '22']],
  ['one line in many pieces', ['a', 'b', 'c', '\n'], ['abc']],
  ['a character cut in two', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ['é']],
  ['an unfinished line at the end, which is none', ['1\n{"a"'], ['1']],
  ['empty lines, which are none', ['\n\n1\n\n'], ['1']],
  ['nothing', [], []],
])('a watch reads %s', async (_, pieces, lines) => {
  const told = await linesOf((_request, response) => {
    for (const piece of pieces) response.write(piece)
    response.end()
  })
  expect(told).toEqual(lines)
})

test.each<[string, RequestListener, string, number | undefined, number]>([
  [
    'what Kubernetes says of it, in its words',
    (_, response) =>
      response
        .writeHead(403)
        .end('{"kind":"Status","message":"nodes is forbidden: User \\"weir\\" cannot list it"}'),
    'URL/p answered 403: nodes is forbidden: User "weir" cannot list it.',
    403,
    0,
  ],
  [
    'no more than its status when a proxy says it in HTML',
    (_, response) => response.writeHead(502).end('<html>Bad Gateway</html>'),
    'URL/p answered 502.',
    502,
    0,
  ],
  [
    'when to come again',
    (_, response) => response.writeHead(429, { 'retry-after': '7' }).end('{}'),
    'URL/p answered 429.',
    429,
    7_000,
  ],
  [
    'that the connection was cut within the answer',
    (_, response) => response.write('{"items":', () => response.destroy()),
    'URL does not answer: aborted.',
    undefined,
    0,
  ],
])('a refusal tells %s', async (_, answer, message, status, retryAfterMs) => {
  const { api, origin } = await apiOf(answer)
  await expect(api.get('/p', {}, never)).rejects.toMatchObject({
    ...{ message: message.replace('URL', origin), status, retryAfterMs, retriable: true },
  })
})

test('an answer that is no JSON is told as one', async () => {
  const { api, origin } = await apiOf((_, response) => response.end('hello'))
  await expect(api.get('/p', {}, never)).rejects.toThrow(
    `${origin}/p answered something that is no JSON.`,
  )
})

test('a request keeps the path of the server, its parameters and its credentials', async () => {
  const { api } = await apiOf(
    ({ url, headers: { authorization } }, response) =>
      response.end(JSON.stringify({ url, authorization })),
    '/k8s/clusters/c-1/',
  )
  expect(await api.get('/api/v1/pods', { limit: '5', continue: undefined }, never)).toEqual({
    ...{ url: '/k8s/clusters/c-1/api/v1/pods?limit=5', authorization: 'Bearer t' },
  })
})

test('a server that falls silent within a watch is given up', async () => {
  const silent: RequestListener = (_, response) => response.write('1\n')
  await expect(linesOf(silent, { silentMs: 10 })).rejects.toThrow('does not answer')
})

test('being stopped ends a watch with the reason, before its answer and within it', async () => {
  for (const answers of [false, true]) {
    const stop = new AbortController()
    const stopped = linesOf(
      (_, response) => {
        if (answers) response.write('1\n')
        stop.abort(new Error('enough'))
      },
      { signal: stop.signal },
    )
    await expect(stopped).rejects.toThrow('enough')
  }
})
