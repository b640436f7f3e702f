import { expect, test } from 'vitest'
import { patternReader } from './pattern.ts'
import { zoneOf } from './zone.ts'

const near = Date.parse('2026-01-05T10:00:00Z')

function read(pattern: string, line: string, zone = 'UTC') {
  const head = patternReader(pattern, zoneOf(zone))(line, near)
  if (head === undefined) return undefined
  const { at, tail, ...rest } = head
  return {
    ...rest,
    ...(at !== undefined && { at: new Date(at).toISOString() }),
    ...(tail && { tail: true }),
  }
}

const flink = '%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n'
const at = '2026-01-05T10:11:12.345Z'

test.each<[string, string, object | undefined]>([
  [
    flink,
    '2026-01-05 10:11:12,345 INFO  org.apache.flink.runtime.taskmanager.Task                    [] - Freeing task',
    {
      at,
      level: 'INFO',
      logger: 'org.apache.flink.runtime.taskmanager.Task',
      message: 'Freeing task',
    },
  ],
  [
    flink,
    '2026-01-05 10:11:12,345 ERROR org.apache.flink.runtime.rest.handler.job.JobVertexBackPressureHandler [] - ',
    {
      at,
      level: 'ERROR',
      logger: 'org.apache.flink.runtime.rest.handler.job.JobVertexBackPressureHandler',
      message: '',
    },
  ],
  [
    flink,
    '2026-01-05 10:11:12,345 WARN  a.B                                                          [x, y] - a - b',
    { at, level: 'WARN', logger: 'a.B', message: 'a - b' },
  ],
  [flink, '2026-01-05 10:11:12,345 INFORM a.B [] - x', undefined],
  [flink, '2026-01-05 10:11:12,345 INFO  a.B and more', undefined],
  [flink, 'java.lang.RuntimeException: x', undefined],
  [flink, '', undefined],
  [
    '%d{yyyy-MM-dd HH:mm:ss.SSS} [%thread] %-5level %logger{60} %X{sourceThread} - %msg%n',
    '2026-01-05 10:11:12.345 [Source: a (1/2)#0] WARN  o.a.f.r.Task  - hello',
    { at, level: 'WARN', logger: 'o.a.f.r.Task', thread: 'Source: a (1/2)#0', message: 'hello' },
  ],
  [
    '%style{%d}{yellow} %style{%-30c{1.}}{cyan} %highlight{[%-5level]%notEmpty{[%X{ns}/}%notEmpty{%X{name}]} %msg%n%throwable}',
    '2026-01-05 10:11:12,345 o.a.f.k.o.l.AuditUtils         [INFO ][default/basic] >>> Status',
    { at, level: 'INFO', logger: 'o.a.f.k.o.l.AuditUtils', message: '>>> Status' },
  ],
  [
    '[%d] %p %m (%c)%n',
    '[2026-01-05 10:11:12,345] INFO [Broker id=1] Leader (x) starts (state.change.logger)',
    {
      at,
      level: 'INFO',
      logger: 'state.change.logger',
      message: '[Broker id=1] Leader (x) starts',
    },
  ],
  [
    '[%d] %p %m (%c)%n',
    '[2026-01-05 10:11:12,345] INFO KafkaConfig values:',
    { at, level: 'INFO', message: 'KafkaConfig values:', tail: true },
  ],
  [
    '%d{ISO8601} %5p --- [%15.15t] %-40.40logger{39} : %m%n%wEx',
    '2026-01-05T10:11:12.345+01:00  INFO --- [           main] c.e.Application                          : Started',
    {
      at: '2026-01-05T09:11:12.345Z',
      level: 'INFO',
      thread: 'main',
      logger: 'c.e.Application',
      message: 'Started',
    },
  ],
  [
    '%clr(%d{HH:mm:ss.SSS}){faint} %p{length=1} %C{1}:%L %m%n',
    '10:11:12.345 W Task:42 slow',
    { at, level: 'WARN', logger: 'Task', message: 'slow' },
  ],
  ['%-5p %c{1}%% %m%n', 'INFO  Task% 5', { level: 'INFO', logger: 'Task', message: '5' }],
  [
    '%d{dd.MM.yyyy HH:mm:ss}\t%p\t%m',
    '05.01.2026 10:11:12\tINFO\tx',
    { at: '2026-01-05T10:11:12.000Z', level: 'INFO', message: 'x' },
  ],
])('%j reads %j', (pattern, line, expected) => {
  expect(read(pattern, line)).toEqual(expected)
})

test('times are of the zone that was configured', () => {
  expect(read('%d %m', '2026-01-05 10:11:12,345 x', 'Asia/Shanghai')).toEqual({
    at: '2026-01-05T02:11:12.345Z',
    message: 'x',
  })
})

test.each([
  ['23:59:59', '2026-01-04T23:59:59.000Z', '2026-01-05T00:00:01Z'],
  ['00:00:01', '2026-01-06T00:00:01.000Z', '2026-01-05T23:59:59Z'],
])('%s is of the day that is closest: %s', (time, expected, closeTo) => {
  const head = patternReader('%d{HH:mm:ss} %m', zoneOf('UTC'))(`${time} x`, Date.parse(closeTo))
  expect(new Date(head?.at ?? 0).toISOString()).toBe(expected)
})

test('a tail that comes lines later is read there', () => {
  const head = patternReader('[%d] %p %m (%c)%n', zoneOf('UTC'))(
    '[2026-01-05 10:11:12,345] INFO values:',
    near,
  )
  expect(head?.tail?.('\t (kafka.server.KafkaConfig)')).toEqual({
    message: '\t',
    logger: 'kafka.server.KafkaConfig',
  })
  expect(head?.tail?.('\ta = 1')).toBeUndefined()
})

test.each([
  ['%d %p', "the log pattern '%d %p' prints no message; it needs %m."],
  ['%t %m%n', 'prints neither time nor level'],
  ['%d %qq %m', "has '%qq %m', which is no conversion of log4j2 or logback"],
  ['%d{yyyy %m', "has a '{' that is not closed"],
])('the pattern %j is refused', (pattern, message) => {
  expect(() => patternReader(pattern, zoneOf('UTC'))).toThrow(message)
})
