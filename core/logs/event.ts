import type { LogLine, LogStream } from '../model/logs.ts'
import type { Head } from './heads/head.ts'
import type { Redactor } from './redact.ts'
import type { SignatureMatcher } from './signatures/match.ts'
import type { Templates } from './templates.ts'
import { type Trace, traceOf } from './trace.ts'

/** What reads an event's text closer once all of its lines are there. */
export interface EventReaders {
  readonly redactor: Redactor
  readonly templates: Templates
  readonly signatures: SignatureMatcher
}

/** An event whose lines are all there. */
export interface WholeEvent {
  readonly stream: LogStream
  readonly offset: number
  readonly bytes: number
  readonly at: number
  readonly timed: LogLine['timed']
  readonly head: Head | undefined
  /** The message's first line, and the lines that were folded under it. */
  readonly lines: readonly string[]
  readonly cutBytes: number
}

/** Text of an event, taken apart. */
interface Parts {
  readonly message: string
  readonly stack?: string
  readonly trace?: Trace
  readonly logger?: string
  readonly thread?: string
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Makes a line of a whole event: stack apart from message, secrets out, template and signature in. */
export function lineOf(event: WholeEvent, readers: EventReaders): LogLine {
  const { head, cutBytes } = event
  const parts = partsOf(event)
  const { trace } = parts
  const message = readers.redactor.redact(parts.message)
  const stack = parts.stack === undefined ? undefined : readers.redactor.redact(parts.stack)
  const secrets = (message?.count ?? 0) + (stack?.count ?? 0)
  const text = message?.text ?? parts.message
  const stackText = stack?.text ?? parts.stack
  const logger = nameWithout(readers.redactor, head?.logger ?? parts.logger)
  const thread = nameWithout(readers.redactor, head?.thread ?? parts.thread)
  const signature = readers.signatures.find(text, stackText, trace?.frame)
  const line: Mutable<LogLine> = {
    stream: event.stream,
    offset: event.offset,
    bytes: event.bytes,
    at: event.at,
    timed: event.timed,
    message: text,
    template: readers.templates.idOf(logger, text === '' ? (stackText ?? '') : text),
  }
  if (head?.level !== undefined) line.level = head.level
  if (logger !== undefined) line.logger = logger
  if (thread !== undefined) line.thread = thread
  if (stackText !== undefined) line.stack = stackText
  if (trace?.exception !== undefined) line.exception = trace.exception
  if (trace?.rootCause !== undefined) line.rootCause = trace.rootCause
  if (trace?.frame !== undefined) line.frame = trace.frame
  if (signature !== undefined) line.signature = signature
  if (cutBytes > 0) line.cutBytes = cutBytes
  if (secrets > 0) line.redacted = secrets
  return line
}

const plainName = /^[\w.$]+$/

/** A pattern may take any text for a name; what is no plain name is looked at as text is. */
function nameWithout(redactor: Redactor, name: string | undefined): string | undefined {
  if (name === undefined || plainName.test(name)) return name
  return redactor.redact(name)?.text ?? name
}

function partsOf({ head, lines }: WholeEvent): Parts {
  if (head?.stack !== undefined) return partsWithStack(head.message, head.stack)
  if (lines.length === 1) return partsOfOne(lines[0] ?? '', head !== undefined)
  const own = withoutBlanksAtEnd(lines)
  const tail = head?.tail?.(own.at(-1) ?? '')
  const text = tail === undefined ? own : [...own.slice(0, -1), tail.message]
  const trace = traceOf(text, head === undefined ? 0 : 1)
  const messageEnd = trace === undefined ? text.length : trace.begin
  return {
    message: trace?.begin === 0 ? firstLine(text) : joined(text.slice(0, messageEnd)),
    ...(trace !== undefined && text.length > 1 && { stack: joined(text.slice(messageEnd)), trace }),
    ...(tail?.logger && { logger: tail.logger }),
    ...(tail?.thread && { thread: tail.thread }),
  }
}

/** One line without a head may name an exception all the same: `java.lang.OutOfMemoryError: …`. */
function partsOfOne(line: string, headed: boolean): Parts {
  if (headed) return { message: line.trimEnd() }
  const trace = /Exception|Error|Throwable/.test(line) ? traceOf([line], 0) : undefined
  return { message: line.trimEnd(), ...(trace && { trace }) }
}

function partsWithStack(message: string, stack: string): Parts {
  const trace = traceOf(stack.split('\n'), 0)
  return { message: message.trimEnd(), stack: stack.trimEnd(), ...(trace && { trace }) }
}

/** Of a traceback its last line says what happened; of a Java trace the first. */
function firstLine(lines: readonly string[]): string {
  const first = lines[0] ?? ''
  const named = first.startsWith('Traceback ') ? lines.findLast((line) => /^\S/.test(line)) : first
  return (named ?? first).trimEnd()
}

function withoutBlanksAtEnd(lines: readonly string[]): readonly string[] {
  let end = lines.length
  while (end > 1 && lines[end - 1] === '') end -= 1
  return end === lines.length ? lines : lines.slice(0, end)
}

function joined(lines: readonly string[]): string {
  return lines.join('\n').trimEnd()
}
