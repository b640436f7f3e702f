import { expect, test } from 'vitest'
import { headReader } from './known.ts'
import { zoneOf } from './zone.ts'

const near = Date.parse('2026-01-05T10:00:00Z')
const at = Date.parse('2026-01-05T10:11:12.345Z')
const time = '2026-01-05 10:11:12,345'

const lines: [string, string, object | undefined][] = [
  [
    "Flink's default",
    `${time} INFO  a.b.Task                    [] - x - y`,
    { level: 'INFO', logger: 'a.b.Task', message: 'x - y' },
  ],
  [
    'a thread in its brackets',
    `${time} WARN  a.b.Task [Source: a (1/2)#0] - m`,
    { level: 'WARN', logger: 'a.b.Task', thread: 'Source: a (1/2)#0', message: 'm' },
  ],
  [
    "Flink's logback",
    '2026-01-05 10:11:12.345 [main] INFO  a.b.Task  - m',
    { level: 'INFO', logger: 'a.b.Task', thread: 'main', message: 'm' },
  ],
  [
    'logback with a source thread',
    '2026-01-05 10:11:12.345 [main] INFO  a.b.Task flink-1 - m',
    { level: 'INFO', logger: 'a.b.Task', thread: 'main', message: 'm' },
  ],
  [
    'thread before logger',
    `${time} ERROR [main] a.b.Task - m`,
    { level: 'ERROR', logger: 'a.b.Task', thread: 'main', message: 'm' },
  ],
  [
    'no thread at all',
    `${time} DEBUG a.b.Task - m`,
    { level: 'DEBUG', logger: 'a.b.Task', message: 'm' },
  ],
  ['Hadoop', `${time} INFO a.b.Task: m: n`, { level: 'INFO', logger: 'a.b.Task', message: 'm: n' }],
  [
    'Spring Boot',
    '2026-01-05T10:11:12.345Z  INFO 1 --- [           main] c.e.App                                  : m',
    { level: 'INFO', logger: 'c.e.App', thread: 'main', message: 'm' },
  ],
  [
    'the Flink operator',
    `${time} o.a.f.k.o.Foo            [INFO ] m`,
    { level: 'INFO', logger: 'o.a.f.k.o.Foo', message: 'm' },
  ],
  [
    'Kafka',
    `[${time}] INFO [Broker id=1] m (kafka.server.X)`,
    { level: 'INFO', logger: 'kafka.server.X', message: '[Broker id=1] m' },
  ],
  [
    'Python',
    `${time} - apache_beam.runners - WARNING - m`,
    { level: 'WARN', logger: 'apache_beam.runners', message: 'm' },
  ],
  ['level and message', `${time} WARN something odd`, { level: 'WARN', message: 'something odd' }],
  ['a time and no level', `${time} something odd`, { message: 'something odd' }],
  [
    'Dropwizard',
    `INFO  [${time}] a.b.Task: m`,
    { level: 'INFO', logger: 'a.b.Task', message: 'm' },
  ],
  [
    'a GC line',
    '[2026-01-05T10:11:12.345+0000][info][gc] m',
    { level: 'INFO', logger: 'gc', message: 'm', closed: true },
  ],
  [
    'a JSON line',
    '{"@timestamp":"2026-01-05T10:11:12.345Z","level":"INFO","message":"m"}',
    { level: 'INFO', message: 'm', closed: true },
  ],
  ['an exception', 'java.lang.RuntimeException: x', undefined],
  ['a frame', '\tat a.b.C.d(C.java:1)', undefined],
  ['a print', '3> (a, 1)', undefined],
  ['a date alone', '2026-01-05', undefined],
  ['an empty line', '', undefined],
]

test.each(lines)('%s is recognised', (_, line, expected) => {
  const { tail: _tail, ...head } = headReader(undefined, zoneOf('UTC'))(line, near) ?? {}
  expect(head).toEqual(expected === undefined ? {} : { at, ...expected })
})

test('a configured pattern comes first, the known ones still work', () => {
  const read = headReader('%d | %m', zoneOf('UTC'))
  expect(read(`${time} | INFO a [] - x`, near)).toEqual({ at, message: 'INFO a [] - x' })
  expect(read(`${time} INFO  a.B [] - x`, near)).toEqual({
    at,
    level: 'INFO',
    logger: 'a.B',
    message: 'x',
  })
})
