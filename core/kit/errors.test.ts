import { expect, test } from 'vitest'
import {
  BusError,
  ConfigError,
  IntakeError,
  messageOf,
  SourceError,
  StoreError,
  UsageError,
  WeirError,
} from './errors.ts'

const facts = (error: WeirError) => ({
  name: error.name,
  code: error.code,
  retriable: error.retriable,
})

test.each([
  [new WeirError('x'), { name: 'WeirError', code: 'internal', retriable: false }],
  [new ConfigError('x'), { name: 'ConfigError', code: 'config', retriable: false }],
  [
    new SourceError('x', { retriable: true }),
    { name: 'SourceError', code: 'source', retriable: true },
  ],
  [
    new StoreError('x', { code: 'store-full' }),
    { name: 'StoreError', code: 'store-full', retriable: false },
  ],
  [new BusError('x'), { name: 'BusError', code: 'bus', retriable: false }],
  [new UsageError('x'), { name: 'UsageError', code: 'usage', retriable: false }],
  [
    new IntakeError('x', { status: 400 }),
    { name: 'IntakeError', code: 'intake', retriable: false },
  ],
  [new IntakeError('x', { status: 429 }), { name: 'IntakeError', code: 'intake', retriable: true }],
  [new IntakeError('x', { status: 503 }), { name: 'IntakeError', code: 'intake', retriable: true }],
])('%o is an Error that carries its code and whether to retry', (error, expected) => {
  expect(facts(error)).toEqual(expected)
  expect(error).toBeInstanceOf(Error)
})

test('an intake error keeps the status and the moment to come back', () => {
  const error = new IntakeError('Too fast.', { status: 429, retryAfterMs: 1500 })
  expect({ status: error.status, retryAfterMs: error.retryAfterMs }).toEqual({
    status: 429,
    retryAfterMs: 1500,
  })
})

const circular: Record<string, unknown> = {}
circular.self = circular

test.each<[string, unknown, string]>([
  ['an error', new Error('no'), 'no'],
  [
    'an error with a cause',
    new Error('Read failed', { cause: new Error('EIO') }),
    'Read failed: EIO',
  ],
  ['a cause that is already in the sentence', new Error('got EIO', { cause: 'EIO' }), 'got EIO'],
  ['an error without a message', new TypeError(), 'TypeError'],
  ['a refused localhost', new AggregateError([new Error('ECONNREFUSED ::1')]), 'ECONNREFUSED ::1'],
  ['a string', 'thrown by hand', 'thrown by hand'],
  ['an object', { code: 7 }, '{"code":7}'],
  ['undefined', undefined, 'undefined'],
  ['something circular', circular, '[object Object]'],
])('messageOf reads %s', (_, thrown, expected) => {
  expect(messageOf(thrown)).toBe(expected)
})
