import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { gunzipWithin } from './gzip.ts'

const facts = (error: unknown) =>
  error instanceof Error && 'status' in error ? [error.status, error.message] : error

test('a body of exactly the limit is unpacked', async () => {
  expect((await gunzipWithin(gzipSync('x'.repeat(1000)), 1000)).length).toBe(1000)
})

test.each([
  [
    'a bomb',
    gzipSync(Buffer.alloc(10_000_000)),
    [413, 'The body unpacks to more than the 1000 bytes that are taken.'],
  ],
  [
    'plain text',
    Buffer.from('hello'),
    [400, 'The body is announced as gzip but cannot be unpacked.'],
  ],
  [
    'half a body',
    gzipSync('x'.repeat(500)).subarray(0, 20),
    [400, 'The body is announced as gzip but cannot be unpacked.'],
  ],
])('%s is refused with its status', async (_, packed, expected) => {
  expect(facts(await gunzipWithin(packed, 1000).catch((error: unknown) => error))).toEqual(expected)
})
