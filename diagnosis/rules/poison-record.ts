import type { ExceptionEvent } from '../../core/model/events.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { faultKind, vertexOfException } from '../signals/failures.ts'
import { type Failure, failuresOf } from '../signals/logged.ts'
import { run } from './job-failed.ts'
import { at } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { firstLine, plural, seconds } from './words.ts'

const WINDOW_MS = 15 * 60_000
/** A job that has run this long since its last failure has got past it. */
const CALM_MS = 90_000

/** What reading a record throws: deserialisers of Flink's formats, parsers of the JDK and of Jackson, Avro and CSV. */
const UNREADABLE =
  /deserializ|SerializationException|NumberFormatException|DateTimeParseException|MalformedInputException|JsonParseException|JsonMappingException|AvroTypeException|AvroRuntimeException|CsvReadException|CsvMappingException|InvalidProtocolBufferException/i

/** What a schema registry or another remote throws in the same place. */
const REMOTE =
  /ConnectException|UnknownHostException|SocketTimeoutException|RestClientException|NoRouteToHost|SSLException|Connection refused/

const unreadable: Need<readonly Failure[]> = {
  missing: 'the exception history (REST), or logs',
  read: ({ facts, run: newest }) =>
    newest === undefined
      ? undefined
      : failuresOf(facts).filter(
          (one) =>
            facts.at - one.at <= WINDOW_MS &&
            faultKind(one) === 'task' &&
            UNREADABLE.test(textOf(one)) &&
            !REMOTE.test(textOf(one)),
        ),
}

export const poisonRecord = defineRule({
  id: 'poison-record',
  title: 'One record cannot be read, and is read again after each restart',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, unreadable }, toldApartBy: {} },
  levels: {
    times: {
      major: 2,
      crit: 3,
      help: 'Failures in a row at the same place with the very same words, in 15 minutes. A second one in other words would be another record.',
    },
  },
  impact: { major: 4, crit: 6 },
  messages: {
    found:
      '{vertex} has failed {times} in {span} on the same record: {fault}. Each restart reads it again.',
    skip: 'Let the format skip or set aside what it cannot read (json.ignore-parse-errors, a dead-letter topic), or catch it in the deserialiser.',
    move: 'To get past it now: start from an offset behind it, which loses what lies between.',
    producer:
      'Look at what was written there, and by whom: a schema that changed writes more of them.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 3,

  evaluate({ run: newest, unreadable: thrown }, { times }, asked, view) {
    const last = thrown.at(-1)
    if (!last) return []
    if (newest.state === 'RUNNING' && view.facts.at - last.at > CALM_MS) return []
    const same = thrown.filter((one) => wordsOf(one) === wordsOf(last))
    const reached = grade(same.length, times)
    const [first] = same
    if (!reached || !first) return []
    const id = vertexOfException(view.facts, last)
    const vertex = view.facts.topology?.vertices.find((one) => one.id === id)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: vertex?.name ?? asked.name,
          times: plural(same.length, 'time'),
          span: seconds(last.at - first.at),
          fault: `${last.root}: ${firstLine(last.message)}`,
        },
        ...(vertex && { subject: aboutVertex(view, vertex) }),
        evidence: [
          {
            label: 'failures with the same words',
            unit: 'count',
            observed: same.length,
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: `the words${last.task ? `, in ${last.task}` : ''}`,
            unit: 'text',
            observed: firstLine(last.message),
            ...at(last.line),
          },
        ],
        toldApart: [
          no('restart-loop', 'the same words each time: it is one record, not one kind of record'),
          no('broker-unreachable', 'the record arrived; it is its content that is refused'),
          unknown('position-lost', 'the offsets between two attempts are not known'),
        ],
        suggestions: [
          { message: 'skip', risk: 'restart' },
          { message: 'producer', risk: 'none' },
          { message: 'move', risk: 'state' },
        ],
        sureness: Math.min(1, 0.7 + 0.1 * same.length),
      },
    ]
  },
})

const textOf = ({ name, root, message, stack }: ExceptionEvent) =>
  `${name}\n${root}\n${message}\n${stack.slice(0, 20_000)}`

/** The place without its attempt, and what was said. */
const wordsOf = ({ root, message, task = '' }: ExceptionEvent) =>
  `${task.replace(/ - execution #\d+|#\d+$/, '')}\n${root}\n${message}`
