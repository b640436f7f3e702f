import { expect, test } from 'vitest'
import { manualClock } from './clock.ts'
import { BusError, StoreError } from './errors.ts'
import { backoffMs, isRetriable, retry } from './retry.ts'

const busy = new StoreError('busy', { retriable: true })
const plan = (attempts: number) => ({
  clock: manualClock(0),
  signal: new AbortController().signal,
  attempts,
  minMs: 100,
  maxMs: 1000,
  random: () => 1,
})

test.each<[string, unknown, boolean]>([
  ['an error that says so', busy, true],
  ['an error that says no', new StoreError('gone'), false],
  ['an error of a library that says so', Object.assign(new Error('x'), { retriable: true }), true],
  ['an error that says nothing', new Error('x'), false],
  ['a bug that claims to be', Object.assign(new TypeError('x'), { retriable: true }), false],
  ['something that is no error', { retriable: true }, false],
])('%s is judged by its own word', (_, error, expected) => {
  expect(isRetriable(error)).toBe(expected)
})

test('a retriable failure is tried again after doubling waits until it succeeds', async () => {
  const calm = plan(5)
  const startedAt: number[] = []
  const result = retry(async (attempt) => {
    startedAt.push(calm.clock.now())
    if (attempt < 4) throw busy
    return 'done'
  }, calm)
  await calm.clock.advance(10_000)
  expect(await result).toBe('done')
  expect(startedAt).toEqual([0, 100, 300, 700])
})

test.each([
  [busy, 3, 3],
  [new BusError('no'), 3, 1],
  [new TypeError('bug'), 3, 1],
])('%o with %i attempts is tried %i times', async (error, attempts, expected) => {
  const calm = plan(attempts)
  let tries = 0
  const result = retry(async () => {
    tries++
    throw error
  }, calm).catch((thrown: unknown) => thrown)
  await calm.clock.advance(10_000)
  expect(await result).toBe(error)
  expect(tries).toBe(expected)
})

test('when the signal aborts, the last error is thrown at once', async () => {
  const stopping = new AbortController()
  const waits: number[] = []
  const result = retry(() => Promise.reject(busy), {
    ...plan(Number.POSITIVE_INFINITY),
    signal: stopping.signal,
    onRetry: (_, attempt, waitMs) => {
      waits.push(waitMs)
      if (attempt === 1) stopping.abort()
    },
  })
  await expect(result).rejects.toBe(busy)
  expect(waits).toEqual([100])
})

test.each([
  [1, 0, 0],
  [1, 1, 100],
  [2, 0.5, 100],
  [4, 1, 800],
  [5, 1, 1000],
  [5000, 1, 1000],
])('after attempt %i and a draw of %d the wait is %i ms', (attempt, draw, expected) => {
  expect(backoffMs(attempt, { minMs: 100, maxMs: 1000, random: () => draw })).toBe(expected)
})
