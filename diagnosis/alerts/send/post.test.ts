import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { isPublicAddress } from './addresses.ts'
import { receiver } from './notices.fixture.ts'
import { type Letter, post } from './post.ts'
import { outcomeOf } from './verdict.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
const never = new AbortController().signal
const letter = (url: string, over: Partial<Letter> = {}): Letter => ({
  ...{ url, headers: {}, body: '{}', trust: 'config', timeoutMs: 5_000, ...over },
})

async function answering(answer: Parameters<typeof receiver>[0]) {
  const own = await receiver(answer)
  closers.push(own.close)
  return own
}

describe('an answer', () => {
  test.each([
    [200, {}, { kind: 'delivered', detail: 'It answered 200.' }],
    [202, {}, { kind: 'delivered', detail: 'It answered 202.' }],
    [400, {}, { kind: 'refused', detail: 'It answered 400.' }],
    [401, {}, { kind: 'refused', detail: 'It answered 401.' }],
    [404, {}, { kind: 'refused', detail: 'It answered 404.' }],
    [408, {}, { kind: 'failed', detail: 'It answered 408.' }],
    [429, { 'retry-after': '7' }, { kind: 'failed', detail: 'It answered 429.', afterMs: 7_000 }],
    [500, {}, { kind: 'failed', detail: 'It answered 500.' }],
    [503, { 'retry-after': 'soon' }, { kind: 'failed', detail: 'It answered 503.' }],
    [
      302,
      { location: 'http://169.254.169.254/latest/meta-data/' },
      { kind: 'refused', detail: 'It answered 302; redirects are not followed.' },
    ],
  ])('%d %o', async (status, headers, expected) => {
    const { url, received } = await answering((response) =>
      response.writeHead(status, headers).end(),
    )
    expect(outcomeOf(await post(letter(url), never))).toEqual(expected)
    expect(received).toHaveLength(1)
  })

  test('that never ends is cut at 64 KiB', async () => {
    const { url } = await answering((response) => {
      const more = () =>
        response.destroyed || response.write('x'.repeat(16_384), () => setImmediate(more))
      response.writeHead(200)
      more()
    })
    const answer = await post(letter(url), never)
    expect(answer).toMatchObject({ kind: 'answer', status: 200, body: 'x'.repeat(65_536) })
  })

  test('that stops in its middle is judged by its status', async () => {
    const { url } = await answering((response) => void response.writeHead(200).write('{"code":'))
    expect(await post(letter(url, { timeoutMs: 300 }), never)).toMatchObject({
      ...{ kind: 'answer', status: 200, body: '{"code":' },
    })
  })

  test('that does not come is waited for so long and no longer', async () => {
    const { url } = await answering(() => {})
    expect(await post(letter(url, { timeoutMs: 200 }), never)).toEqual({
      ...{ kind: 'unreachable', why: 'no answer within 0.2 s' },
    })
  })

  test('is not waited for when the program ends', async () => {
    const { url } = await answering(() => {})
    const ending = new AbortController()
    const waiting = post(letter(url), ending.signal)
    ending.abort(new Error('the end'))
    await expect(waiting).rejects.toThrow('the end')
  })
})

test.each([
  ['http://127.0.0.1:1/secret-path', 'connection refused; is it running, and is the port right'],
  ['http://no-such-host.invalid/secret-path', 'the host name '],
])('%s is unreachable, and no word holds its path', async (url, why) => {
  const answer = await post(letter(url), never)
  expect(answer).toMatchObject({ kind: 'unreachable', why: expect.stringContaining(why) })
  expect(JSON.stringify(answer)).not.toContain('secret-path')
})

test('a server that talks no HTTP', async () => {
  const server = createServer((socket) => void socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const answer = await post(letter(`http://127.0.0.1:${port}/`), never)
  expect(answer.kind).toBe('unreachable')
})

describe('from the page', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://0x7f.1:PORT/',
    'http://2130706433:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://10.0.0.1/',
  ])('%s is refused before anything is sent', async (pattern) => {
    const { url, received } = await answering((response) => response.end())
    const asked = pattern.replace('PORT', new URL(url).port)
    const answer = await post(letter(asked, { trust: 'page' }), never)
    expect(answer).toMatchObject({ kind: 'forbidden' })
    expect(outcomeOf(answer).kind).toBe('refused')
    expect(received).toEqual([])
  })

  test('while what the configuration says may be inside', async () => {
    const { url } = await answering((response) => response.end())
    expect(await post(letter(url), never)).toMatchObject({ status: 200 })
    expect(await post(letter(url.replace('127.0.0.1', 'localhost')), never)).toMatchObject({
      status: 200,
    })
  })
})

test.each([
  ...[
    ['8.8.8.8', true],
    ['93.184.216.34', true],
    ['2606:4700::1111', true],
    ['::ffff:8.8.8.8', true],
  ],
  ...['127.0.0.1', '127.255.255.255', '10.1.2.3', '172.16.0.1', '172.31.255.255'].map((a) => [
    a,
    false,
  ]),
  ...['192.168.0.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', '255.255.255.255'].map(
    (a) => [a, false],
  ),
  ...['224.0.0.1', '198.18.0.1', '192.0.2.1', '::', '::1', 'fe80::1', 'fd00:ec2::254'].map((a) => [
    a,
    false,
  ]),
  ...['::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', 'ff02::1'].map(
    (a) => [a, false],
  ),
  ...['172.32.0.1', '11.0.0.1', '100.128.0.1', '192.167.255.255'].map((a) => [a, true]),
  ['no address', false],
] as [string, boolean][])('%s lies in the open internet: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected)
})
