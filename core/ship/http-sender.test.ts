import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { httpSender } from './http-sender.ts'
import type { OutgoingBatch } from './outgoing.ts'
import { exceptionsOf } from './payloads.fixture.ts'

const batch: OutgoingBatch = {
  v: 1,
  agent: 'lab-agent',
  epoch: 7,
  lane: 'live',
  seq: 3,
  sentAt: 1_700_000_000_000,
  ...exceptionsOf('boom'),
}
const ack = { agent: 'lab-agent', epoch: 7, lane: 'live', seq: 3 }
const never = new AbortController().signal

const opened: { close(): void }[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

type Answer = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void

async function listen(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = []
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    request.on('end', () => answer(request, Buffer.concat(chunks), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

describe('httpSender', () => {
  test('posts the batch as gzip with its token and returns the acknowledgement', async () => {
    let seen: unknown
    const url = await listen((request, body, response) => {
      const { authorization } = request.headers
      const { method, url: path } = request
      seen = { method, path, authorization, batch: JSON.parse(gunzipSync(body).toString()) }
      response.end(JSON.stringify(ack))
    })
    expect(await httpSender(`${url}/weir/`, { token: 'secret' })(batch, never)).toEqual(ack)
    expect(seen).toEqual({
      method: 'POST',
      path: '/weir/v1/batches',
      authorization: 'Bearer secret',
      batch,
    })
  })

  test.each<[string, number, Record<string, string>, string, object]>([
    [
      '429 with a wish',
      429,
      { 'retry-after': '7' },
      '{"detail":"The gateway is behind.","code":"intake"}',
      { name: 'IntakeError', status: 429, retriable: true, retryAfterMs: 7_000 },
    ],
    [
      '503 without a wish, and without a body that could be read',
      503,
      {},
      '<html>',
      { name: 'IntakeError', status: 503, retriable: true, retryAfterMs: undefined },
    ],
    [
      '400 with its sentence',
      400,
      {},
      '{"detail":"Agent \\"x\\" speaks batch version 7."}',
      {
        name: 'IntakeError',
        status: 400,
        retriable: false,
        message: expect.stringMatching(/answered 400: Agent "x" speaks batch version 7\.$/),
      },
    ],
    [
      'a redirect is not followed',
      307,
      { location: 'http://127.0.0.1:1/' },
      '',
      { retriable: true },
    ],
    ['a proxy without its gateway', 502, {}, 'Bad gateway', { name: 'WeirError', retriable: true }],
    ['somebody else at that URL', 404, {}, 'Not found', { code: 'ship-answer', retriable: true }],
    ['200 from somebody else', 200, {}, '<html>', { code: 'ship-no-ack', retriable: true }],
    [
      '200 for another batch',
      200,
      {},
      JSON.stringify({ ...ack, seq: 2 }),
      { code: 'ship-no-ack', retriable: true },
    ],
    [
      'an endless answer',
      200,
      {},
      'x'.repeat(100_000),
      { code: 'ship-unreachable', retriable: true },
    ],
  ])('%s', async (_, status, headers, body, expected) => {
    const url = await listen((_request, _body, response) => {
      response.writeHead(status, headers).end(body)
    })
    await expect(httpSender(url)(batch, never)).rejects.toMatchObject(expected)
  })

  test('a gateway that is not there, and one that hangs, are come back to', async () => {
    const lost = { code: 'ship-unreachable', retriable: true }
    await expect(httpSender('http://127.0.0.1:1')(batch, never)).rejects.toMatchObject(lost)
    const hanging = await listen(() => {})
    await expect(httpSender(hanging, { timeoutMs: 50 })(batch, never)).rejects.toMatchObject(lost)
  })
})
