import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from './package-root.ts'
import { redact, redactText } from './redact.ts'

test.each([
  ['http://weir:pa@ss@db:8123/x', 'http://weir:[redacted]@db:8123/x'],
  ['http://db:8123/x@y', 'http://db:8123/x@y'],
  ['Authorization: Bearer abcdefgh.ijk', 'Authorization: [redacted]'],
  ['sent with Bearer mF_9.B5f-4.1JqM0aZ', 'sent with Bearer [redacted]'],
  ['delegation.token.max.lifetime.ms = 604800000', 'delegation.token.max.lifetime.ms = 604800000'],
  ['invalid token: expired', 'invalid token: expired'],
  ['GET /v1?api_token=abc&x=1', 'GET /v1?api_token=[redacted]&x=1'],
  ['password: "hunter2", user', 'password: "[redacted]", user'],
  ['Unexpected token < in JSON', 'Unexpected token < in JSON'],
])('%s is printed as %s', (text, expected) => {
  expect(redactText(text)).toBe(expected)
})

test('a text that talks about secrets and holds none is printed as it is', () => {
  const corpus = join(packageRoot(import.meta.url), 'test', 'fixtures', 'logs', 'harmless.txt')
  const texts = readFileSync(corpus, 'utf8').split('\n')
  expect(texts.filter((text) => redactText(text) !== text)).toEqual([])
})

test('a long run of letters or slashes is read in no time', () => {
  const hostile = `${'a'.repeat(100_000)}${'a-'.repeat(100_000)}${'://'.repeat(100_000)}`
  expect(redactText(hostile)).toBe(hostile)
})

const circular: Record<string, unknown> = { name: 'x' }
circular.self = circular

test.each<[string, unknown, unknown]>([
  [
    'secrets under their names',
    { user: 'u', Password: 'p', sasl: { clientSecret: 1 }, tokens: ['a'], hasToken: true },
    {
      user: 'u',
      Password: '[redacted]',
      sasl: { clientSecret: '[redacted]' },
      tokens: '[redacted]',
      hasToken: true,
    },
  ],
  ['texts inside lists', ['http://a:b@c'], ['http://a:[redacted]@c']],
  ['errors', new Error('no', { cause: new Error('http://a:b@c') }), 'no: http://a:[redacted]@c'],
  [
    'what JSON cannot say',
    { a: 1n, b: Number.NaN, c: () => 1 },
    { a: '1', b: 'NaN', c: '[function]' },
  ],
  ['bytes', new Uint8Array(7), '[7 bytes]'],
  ['dates', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['maps', new Map([['a', 1]]), [['a', 1]]],
  ['circles', circular, { name: 'x', self: '…' }],
])('redact copies %s safely', (_, value, expected) => {
  expect(redact(value)).toEqual(expected)
})
