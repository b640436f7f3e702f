import { expect, test } from 'vitest'
import { jsonReader } from './json.ts'
import { zoneOf } from './zone.ts'

const read = jsonReader(zoneOf('UTC'))
const at = Date.parse('2026-01-05T10:11:12.345Z')
const stack = 'java.lang.RuntimeException: x\n\tat a.B.c(B.java:1)'

test.each<[string, unknown, object | undefined]>([
  [
    'ECS with dots',
    {
      '@timestamp': '2026-01-05T10:11:12.345Z',
      'ecs.version': '1.2.0',
      'log.level': 'WARN',
      message: 'm',
      'process.thread.name': 'main',
      'log.logger': 'a.B',
      'error.type': 'java.lang.RuntimeException',
      'error.message': 'x',
      'error.stack_trace': stack,
    },
    { at, level: 'WARN', logger: 'a.B', thread: 'main', message: 'm', stack },
  ],
  [
    'ECS with objects',
    {
      '@timestamp': '2026-01-05T11:11:12.345+01:00',
      log: { level: 'INFO', logger: 'a.B' },
      process: { thread: { name: 'main' } },
      message: 'm',
    },
    { at, level: 'INFO', logger: 'a.B', thread: 'main', message: 'm' },
  ],
  [
    'logstash',
    {
      '@timestamp': '2026-01-05T10:11:12.345Z',
      level: 'ERROR',
      level_value: 40000,
      logger_name: 'a.B',
      thread_name: 't',
      message: 'm',
      stack_trace: stack,
    },
    { at, level: 'ERROR', logger: 'a.B', thread: 't', message: 'm', stack },
  ],
  [
    'JsonLayout of log4j2',
    {
      instant: { epochSecond: 1767607872, nanoOfSecond: 345678901 },
      thread: 't',
      level: 'INFO',
      loggerName: 'a.B',
      message: 'm',
      thrown: { name: 'java.lang.RuntimeException', message: 'x' },
    },
    {
      at,
      level: 'INFO',
      logger: 'a.B',
      thread: 't',
      message: 'm',
      stack: 'java.lang.RuntimeException: x',
    },
  ],
  [
    'GELF',
    {
      version: '1.1',
      short_message: 'm',
      full_message: 'm',
      timestamp: 1767607872.345,
      level: 4,
      _logger: 'a.B',
      _thread: 't',
    },
    { at, level: 'WARN', logger: 'a.B', thread: 't', message: 'm' },
  ],
  [
    'Python',
    { asctime: '2026-01-05 10:11:12,345', levelname: 'WARNING', name: 'worker', message: 'm' },
    { at, level: 'WARN', logger: 'worker', message: 'm' },
  ],
  ['an object without level and time', { message: 'm', a: 1 }, undefined],
  ['an object without a message', { level: 'INFO' }, undefined],
  ['a list', [1], undefined],
])('%s', (_, value, expected) => {
  expect(read(JSON.stringify(value), 0)).toEqual(expected && { ...expected, closed: true })
})

test.each(['{"message": "cut off', '{', '{}', '{"__proto__": {"message": "m", "level": "INFO"}}'])(
  '%s is no head',
  (line) => {
    expect(read(line, 0)).toBeUndefined()
  },
)
