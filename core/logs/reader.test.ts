import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogLine } from '../model/logs.ts'
import type { LineFormat } from './line-reader.ts'
import { createLineReader, type LineLimits } from './reader.ts'
import { createRedactor } from './redact.ts'
import { createTemplates } from './templates.ts'

const redactor = createRedactor()
const templates = createTemplates()
const readAt = Date.parse('2026-01-05T12:00:00Z')
const file: LineFormat = { container: 'none' }
const cri: LineFormat = { container: 'cri' }

function reader(format: LineFormat, limits: Partial<LineLimits> = {}, startAt = 0) {
  return createLineReader({ format, startAt, limits, redactor, templates, readAt: () => readAt })
}

/** What a reader makes of a text; templates and signatures have tests of their own. */
function read(text: string, format: LineFormat = file, limits: Partial<LineLimits> = {}) {
  const lines = reader(format, limits)
  const bytes = new TextEncoder().encode(text)
  return [...lines.push(bytes), ...lines.flush()].map(brief)
}

function brief({ template: _, signature: __, at, ...line }: LogLine) {
  return { ...line, at: new Date(at).toISOString().slice(11, 23) }
}

const head = (second: string, text: string, level = 'INFO ') =>
  `2026-01-05 10:11:${second} ${level} a.b.C                    [] - ${text}\n`

const headed = { stream: 'file', timed: 'line', level: 'INFO', logger: 'a.b.C' }

describe('a file of log4j', () => {
  test('gives an event for each head, with offsets and sizes in bytes', () => {
    const text = `${head('12,001', 'eins')}${head('12,002', '作业').replace('\n', '\r\n')}`
    expect(read(text)).toEqual([
      { ...headed, offset: 0, bytes: 65, at: '10:11:12.001', message: 'eins' },
      { ...headed, offset: 65, bytes: 68, at: '10:11:12.002', message: '作业' },
    ])
  })

  test('folds a stack under its line and takes it apart', () => {
    const stack = [
      'java.lang.RuntimeException: out',
      '\tat org.apache.flink.Task.run(Task.java:1) [flink.jar:1]',
      'Caused by: java.io.IOException: in',
      '\tat shop.Sink.write(Sink.java:5) ~[job.jar:?]',
      '\t... 3 more',
    ].join('\n')
    const text = `${head('12,001', 'Task failed', 'ERROR')}${stack}\n${head('13,000', 'next')}`
    expect(read(text)).toMatchObject([
      {
        offset: 0,
        level: 'ERROR',
        message: 'Task failed',
        stack,
        exception: 'java.lang.RuntimeException',
        rootCause: 'java.io.IOException',
        frame: 'shop.Sink.write(Sink.java:5)',
      },
      { message: 'next' },
    ])
  })

  test('keeps messages of many lines together, blank ones inside too', () => {
    const text = `${head('12,001', 'Resources.')}Missing:\n\t Job 5\n\nCurrent:\n\n${head('13,000', 'next')}`
    expect(read(text)).toMatchObject([
      { message: 'Resources.\nMissing:\n\t Job 5\n\nCurrent:', bytes: 99 },
      { message: 'next', offset: 99 },
    ])
  })

  test('takes the logger from behind a message of many lines, as Kafka prints it', () => {
    const text = '[2026-01-05 10:11:12,001] INFO values:\n\ta = 1\n (kafka.server.KafkaConfig)\n'
    expect(read(text)).toMatchObject([
      { logger: 'kafka.server.KafkaConfig', message: 'values:\n\ta = 1' },
    ])
  })

  test('does not fold what Flink prints or the JVM says under the line before', () => {
    const text = `${head('12,001', 'x')}3> (a, 1)\nout:12> +I[1]\nException in thread "main" java.lang.Error: no\n\tat a.B.c(B.java:1)\nDumping heap to /tmp/x\n`
    expect(read(text)).toMatchObject([
      { message: 'x', timed: 'line' },
      { message: '3> (a, 1)', timed: 'before', at: '10:11:12.001' },
      { message: 'out:12> +I[1]' },
      {
        message: 'Exception in thread "main" java.lang.Error: no',
        exception: 'java.lang.Error',
        frame: 'a.B.c(B.java:1)',
      },
      { message: 'Dumping heap to /tmp/x' },
    ])
  })

  test('is read without colours, a byte order mark and the zeros that a truncation leaves', () => {
    const text = `\ufeff${head('12,001', 'x')}\0\0\0${head('12,002', 'y').replace('INFO ', '\u001b[32mINFO \u001b[m')}`
    expect(read(text)).toMatchObject([
      { ...headed, message: 'x' },
      { ...headed, message: 'y' },
    ])
  })

  test('has the times of its zone', () => {
    expect(read(head('12,001', 'x'), { container: 'none', zone: 'Asia/Shanghai' })).toMatchObject([
      { at: '02:11:12.001' },
    ])
  })
})

describe('text without a pattern', () => {
  test('is a line an event, timed by when it was read', () => {
    expect(read('one\ntwo\n\nthree')).toEqual([
      { stream: 'file', offset: 0, bytes: 4, timed: 'read', at: '12:00:00.000', message: 'one' },
      { stream: 'file', offset: 4, bytes: 5, timed: 'before', at: '12:00:00.000', message: 'two' },
      {
        stream: 'file',
        offset: 9,
        bytes: 5,
        timed: 'before',
        at: '12:00:00.000',
        message: 'three',
      },
    ])
  })

  test('has tracebacks folded, chained ones too', () => {
    const traceback = (name: string) =>
      `Traceback (most recent call last):\n  File "/opt/job.py", line 1, in f\n    x()\n${name}\n`
    const text = `start\n${traceback('KeyError: 1')}\nDuring handling of the above exception, another exception occurred:\n\n${traceback('ValueError: 2')}after\n`
    expect(read(text)).toMatchObject([
      { message: 'start' },
      {
        message: 'ValueError: 2',
        exception: 'ValueError',
        rootCause: 'KeyError',
        frame: 'f (/opt/job.py:1)',
      },
      { message: 'after' },
    ])
  })

  test('has the report of a crashed JVM as one event', () => {
    const text =
      '#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb)\nbye\n'
    expect(read(text)).toMatchObject([
      {
        message:
          '#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb)',
      },
      { message: 'bye' },
    ])
  })
})

test('JSON lines bring their stack along and are complete at once', () => {
  const lines = reader(file)
  const event = {
    '@timestamp': '2026-01-05T10:11:12.345Z',
    level: 'ERROR',
    message: 'm',
    stack_trace: 'java.lang.Error: x\n\tat a.B.c(B.java:1)\n',
  }
  expect(
    lines.push(new TextEncoder().encode(`${JSON.stringify(event)}\n`)).map(brief),
  ).toMatchObject([
    {
      at: '10:11:12.345',
      level: 'ERROR',
      message: 'm',
      stack: 'java.lang.Error: x\n\tat a.B.c(B.java:1)',
      exception: 'java.lang.Error',
      frame: 'a.B.c(B.java:1)',
    },
  ])
})

test('GC lines are events of their own; an uptime takes the time before', () => {
  const text = '[2026-01-05T10:11:12.345+0000][1.0s][info][gc] a\n[2.0s][warning][gc,heap] b\n'
  expect(read(text)).toMatchObject([
    { at: '10:11:12.345', timed: 'line', logger: 'gc', message: 'a' },
    { at: '10:11:12.345', timed: 'before', logger: 'gc,heap', level: 'WARN', message: 'b' },
  ])
})

describe('files of a container runtime', () => {
  const at = (second: string, stream: string, tag: string, text: string) =>
    `2026-01-05T10:11:${second}Z ${stream} ${tag} ${text}\n`

  test('have the parts of long lines joined, each stream for itself', () => {
    const text = [
      at('01.000', 'stdout', 'P', 'one '),
      at('01.001', 'stderr', 'P', 'eins '),
      at('01.002', 'stdout', 'P', 'two '),
      at('01.003', 'stderr', 'F', 'zwei'),
      at('01.004', 'stdout', 'F', 'three'),
    ].join('')
    expect(read(text, cri)).toMatchObject([
      {
        stream: 'stdout',
        message: 'one two three',
        at: '10:11:01.000',
        timed: 'runtime',
        offset: 0,
      },
      { stream: 'stderr', message: 'eins zwei', at: '10:11:01.001', timed: 'runtime', offset: 39 },
    ])
  })

  test('have stacks of two streams folded apart', () => {
    const text = [
      at('01.000', 'stdout', 'F', head('00,500', 'failed').trimEnd()),
      at('01.000', 'stderr', 'F', 'java.lang.Error: err'),
      at('01.000', 'stdout', 'F', 'java.lang.RuntimeException: out'),
      at('01.000', 'stderr', 'F', '\tat e.R.r(R.java:1)'),
      at('01.000', 'stdout', 'F', '\tat o.U.t(U.java:1)'),
    ].join('')
    expect(read(text, cri)).toMatchObject([
      {
        stream: 'stdout',
        message: 'failed',
        timed: 'line',
        at: '10:11:00.500',
        frame: 'o.U.t(U.java:1)',
      },
      { stream: 'stderr', message: 'java.lang.Error: err', frame: 'e.R.r(R.java:1)' },
    ])
  })

  test('do not fold a print that came a second later, but a frame', () => {
    const text = [
      at('01.000', 'stdout', 'F', head('00,500', 'slow').trimEnd()),
      at('03.000', 'stdout', 'F', '\tat o.U.t(U.java:1)'),
      at('03.500', 'stdout', 'F', 'and more'),
      at('05.000', 'stdout', 'F', 'a print'),
    ].join('')
    expect(read(text, cri)).toMatchObject([
      { message: 'slow', stack: '\tat o.U.t(U.java:1)\nand more' },
      { message: 'a print', timed: 'runtime', at: '10:11:05.000' },
    ])
  })

  test('give out the last event of a silent stream while the other writes', () => {
    const lines = reader(cri)
    const push = (text: string) =>
      lines.push(new TextEncoder().encode(text)).map(({ message }) => message)
    expect(push(at('01.000', 'stderr', 'F', 'last words'))).toEqual([])
    expect(push(at('01.900', 'stdout', 'F', 'a'))).toEqual([])
    expect(push(at('02.100', 'stdout', 'F', 'b'))).toEqual(['last words', 'a'])
    expect(lines.position()).toBe(81)
  })

  test('have lines without a prefix too', () => {
    expect(read('broken line\n', cri)).toMatchObject([
      { stream: 'stdout', message: 'broken line', timed: 'read' },
    ])
  })
})

describe('what is too long', () => {
  test('is cut, marked and counted, as a line', () => {
    const lines = reader(file, { lineBytes: 60 })
    const text = `${head('12,001', 'x'.repeat(1_000))}${head('12,002', 'y')}`
    const events = [...lines.push(new TextEncoder().encode(text)), ...lines.flush()]
    expect(events.map(brief)).toMatchObject([
      { offset: 0, bytes: 1_061, cutBytes: 1_000, message: '' },
      { offset: 1_061, bytes: 62, cutBytes: 1 },
    ])
    expect(lines.counts).toMatchObject({ lines: 2, events: 2, cutLines: 2, cutBytes: 1_001 })
  })

  test('is cut as a stack, but not as text that only follows', () => {
    const frames = '\tat a.B.c(B.java:1)\n'.repeat(10)
    const events = read(
      `${head('12,001', 'x')}${frames}${head('13,000', 'y')}${'text\n'.repeat(20)}`,
      file,
      { eventBytes: 60 },
    )
    expect(events.map(({ message, cutBytes, bytes }) => ({ message, cutBytes, bytes }))).toEqual([
      { message: 'x', cutBytes: 140, bytes: 262 },
      { message: `y\n${Array(12).fill('text').join('\n')}`, bytes: 122, cutBytes: undefined },
      ...Array.from({ length: 8 }, () => ({ message: 'text', bytes: 5, cutBytes: undefined })),
    ])
  })

  test('costs no memory while its end does not come', () => {
    const lines = reader(file, { lineBytes: 1_000 })
    for (let i = 0; i < 2_000; i += 1)
      expect(lines.push(new Uint8Array(10_000).fill(97))).toEqual([])
    expect(lines.position()).toBe(0)
    expect(lines.flush()).toMatchObject([{ bytes: 20_000_000, cutBytes: 19_999_000 }])
    expect(lines.position()).toBe(20_000_000)
  })
})

describe('secrets', () => {
  test('are taken out of message and stack, and counted', () => {
    const lines = reader(file)
    const text = `${head('12,001', 'login password=hunter2')}java.lang.Error: url jdbc:x://a:b@c\n\tat a.B.c(B.java:1)\n`
    lines.push(new TextEncoder().encode(text))
    expect(lines.flush()).toMatchObject([
      {
        message: 'login password=[redacted]',
        stack: 'java.lang.Error: url jdbc:x://a:[redacted]@c\n\tat a.B.c(B.java:1)',
        redacted: 2,
      },
    ])
    expect(lines.counts.redactions).toBe(2)
  })

  test('are taken out of what a pattern takes for a thread', () => {
    const text = '2026-01-05 10:11:12,001 INFO  a.B [token=abc123] - x\n'
    expect(read(text)).toMatchObject([{ thread: 'token=[redacted]', message: 'x' }])
  })

  test('are not seen when a key is cut in two by silence', () => {
    const lines = reader(file)
    const push = (text: string) =>
      lines.push(new TextEncoder().encode(text)).map(({ message }) => message)
    push('-----BEGIN PRIVATE KEY-----\nMIIEsecret1\n')
    expect(lines.flush('silent').map(({ message }) => message)).toEqual([
      '-----BEGIN PRIVATE KEY-----[redacted]',
    ])
    expect(push('MIIEsecret2\n-----END PRIVATE KEY-----\nafter\nlast\n')).toEqual([
      '[redacted]',
      '[redacted]',
      'after',
    ])
    expect(lines.counts.redactions).toBe(3)
  })
})

describe('silence', () => {
  test('completes an event, but not while half a line waits', () => {
    const lines = reader(file)
    const push = (text: string) => lines.push(new TextEncoder().encode(text))
    push(`${head('12,001', 'x')}java.la`)
    expect(lines.flush('silent')).toEqual([])
    push('ng.Error: y\n')
    expect(lines.flush('silent')).toMatchObject([{ message: 'x', exception: 'java.lang.Error' }])
    push('half')
    expect(lines.flush('end')).toMatchObject([{ message: 'half', offset: 81, bytes: 4 }])
  })
})

test('undecodable lines are shown and counted', () => {
  const lines = reader(file)
  lines.push(Uint8Array.of(0x61, 0xff, 10, 0x62, 10))
  expect(lines.flush()).toMatchObject([{ message: 'b' }])
  expect(lines.counts).toEqual({
    lines: 2,
    events: 2,
    cutLines: 0,
    cutBytes: 0,
    redactions: 0,
    undecodable: 1,
  })
})

test('any bytes are read, and each is accounted for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(file, cri), (bytes, format) => {
      const lines = reader(format, { lineBytes: 40, eventBytes: 80 })
      const events = [...lines.push(bytes), ...lines.flush()]
      expect(lines.position()).toBe(bytes.length)
      expect(events.reduce((sum, event) => sum + event.bytes, 0)).toBeLessThanOrEqual(bytes.length)
      expect(lines.counts.events).toBe(events.length)
    }),
    { numRuns: 1_000, seed: 3 },
  )
})

describe('reading again from position()', () => {
  const piece = fc.constantFrom(
    head('12,001', 'x'),
    head('13,000', 'failed'),
    'java.lang.Error: y\n',
    '\tat a.B.c(B.java:1)\n',
    '\n',
    'text\n',
    '3> print\n',
    'half',
    '\r\n',
    '[1.0s][info][gc] g\n',
  )
  const runtimePiece = fc
    .tuple(
      fc.constantFrom('01.000', '01.500', '03.000'),
      fc.constantFrom('stdout', 'stderr'),
      fc.constantFrom('P', 'F', 'F', 'F'),
      piece,
    )
    .map(
      ([second, stream, tag, text]) =>
        `2026-01-05T10:11:${second}Z ${stream} ${tag} ${text.trimEnd()}\n`,
    )

  test.each([
    ['of a file', file, piece],
    ['of a runtime', cri, runtimePiece],
  ])(
    'gives every event %s that was not given out, and none of another shape',
    (_, format, pieces) => {
      fc.assert(
        fc.property(fc.array(pieces, { maxLength: 25 }), fc.nat(1_200), (texts, at) => {
          const bytes = new TextEncoder().encode(texts.join(''))
          const cut = Math.min(at, bytes.length)
          const whole = reader(format)
          const expected = [...whole.push(bytes), ...whole.flush()].map(brief)
          const before = reader(format)
          const first = before.push(bytes.slice(0, cut)).map(brief)
          const from = before.position()
          const again = reader(format, {}, from)
          const second = [...again.push(bytes.slice(from)), ...again.flush()].map(brief)
          const timeless = (events: readonly ReturnType<typeof brief>[]) =>
            new Map(events.map(({ at: _at, timed: _timed, ...event }) => [event.offset, event]))
          expect(new Map([...timeless(first), ...timeless(second)])).toEqual(timeless(expected))
        }),
        { numRuns: 1_000, seed: 11 },
      )
    },
  )
})
