import { knownSignatures, signatureOf, signatures } from '../../../core/logs/signatures/known.ts'
import type { LogLine } from '../../../core/model/logs.ts'
import { eventsOf, filesOf } from '../recorded.ts'

/** How many of so many. */
export interface Share {
  readonly right: number
  readonly of: number
}

/** What the reader made of the logs of one recording, beside what stands in their text. */
export interface JudgedLogs {
  readonly recording: string
  readonly lines: number
  readonly events: number
  /** Lines that begin with a time and begin an event; all others that lie inside one. */
  readonly heads: Share
  readonly folded: Share
  /** Heads whose level and logger are read as they stand there, and whose time is the line's own. */
  readonly level: Share
  readonly logger: Share
  readonly time: Share
  /** Traces whose exception is named. */
  readonly exceptions: Share
  /** Signatures of any event whose text stands there, and those among them that were found; none is made up. */
  readonly signatures: Share
  readonly madeUp: number
  /** Ids of those that are graver than information, as the lines show them. */
  readonly told: readonly string[]
}

/** `2026-01-05 10:11:12,345 INFO  org.x.Y [] - …` of Flink; `[2026-01-05 10:11:12,345] INFO …` of Kafka. */
const HEAD = /^\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]?/
const LEVEL = /^\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]? ([A-Z]{4,5}) /
const FLINK = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]{4,5} {1,2}(\S+) /
/** Kafka writes the logger last, of a message of several lines below the head. */
const KAFKA = /^\[.{23}\] .*\(([\w.$-]+)\)$/
const FRAME = /^\s+at [\w$.]+[./]/m

export function judgeLogs(recording: string, file: string): JudgedLogs {
  const texts = [...filesOf(file).values()]
  const judged = texts.map((text) => ({ text, events: eventsOf(text) }))
  const events = judged.flatMap((one) => one.events)
  const begun = judged.map(({ text, events: own }) => beginnings(text, own))
  const heads = begun.flatMap((one) => one.heads)
  const traces = events.filter(({ message, stack }) => FRAME.test(stack ?? message))
  const standing = events.map((event) => ({ event, ids: standingIn(event) }))
  const found = standing.map(({ event: { message, stack, frame }, ids }) => ({
    ids,
    found: knownSignatures.findAll(message, stack, frame),
  }))
  return {
    recording,
    lines: texts.reduce((sum, text) => sum + linesOf(text).length, 0),
    events: events.length,
    heads: { right: heads.filter(({ event }) => event !== undefined).length, of: heads.length },
    folded: {
      right: begun.reduce((sum, { inside }) => sum + inside, 0),
      of: begun.reduce((sum, { others }) => sum + others, 0),
    },
    level: share(heads, ({ event, level }) => event?.level === level),
    logger: share(
      heads.filter(({ logger }) => logger !== undefined),
      ({ event, logger }) => event?.logger === logger,
    ),
    time: share(heads, ({ event }) => event?.timed === 'line'),
    exceptions: share(traces, ({ exception }) => exception !== undefined),
    signatures: {
      right: found.reduce(
        (sum, one) => sum + one.ids.filter((id) => one.found.includes(id)).length,
        0,
      ),
      of: found.reduce((sum, { ids }) => sum + ids.length, 0),
    },
    madeUp: found.reduce(
      (sum, one) => sum + one.found.filter((id) => !one.ids.includes(id)).length,
      0,
    ),
    told: [...new Set(events.flatMap(({ signature }) => signature ?? []))]
      .filter((id) => signatureOf(id)?.severity !== 'information')
      .sort(),
  }
}

function share<T>(list: readonly T[], isRight: (one: T) => boolean): Share {
  return { right: list.filter(isRight).length, of: list.length }
}

const linesOf = (text: string) => text.split('\n').slice(0, -1)

interface Head {
  /** The event that it begins, if it begins one. */
  readonly event: LogLine | undefined
  readonly level: string | undefined
  readonly logger: string | undefined
}

/** Of each line whether it begins an event; a recording begins wherever a log stood, so its first line may be any. */
function beginnings(text: string, events: readonly LogLine[]) {
  const byOffset = new Map(events.map((event) => [event.offset, event]))
  const heads: Head[] = []
  let offset = 0
  let [inside, others] = [0, 0]
  for (const line of linesOf(text)) {
    const event = byOffset.get(offset)
    if (HEAD.test(line)) {
      const logger = (FLINK.exec(line) ?? KAFKA.exec(line))?.[1]
      heads.push({ event, level: LEVEL.exec(line)?.[1], logger })
    } else if (offset > 0) {
      others++
      if (event === undefined) inside++
    }
    offset += Buffer.byteLength(line) + 1
  }
  return { heads, inside, others }
}

/** Signatures whose text stands in an event, looked for one by one. */
function standingIn({ message, stack, frame }: LogLine): readonly string[] {
  const text = stack === undefined ? message : `${message}\n${stack}`
  return signatures.flatMap(({ id, inUserCode, texts }) =>
    (!inUserCode || frame !== undefined) && texts.some(([, pattern]) => pattern.test(text))
      ? id
      : [],
  )
}
