import {
  indentOf,
  isJavaFrame,
  isUserFrame,
  isUserPythonFrame,
  javaFrameOf,
  pythonFrameOf,
} from './frames.ts'

/** What a stack trace says, and where in the lines of an event it begins. */
export interface Trace {
  readonly begin: number
  readonly exception?: string
  readonly rootCause?: string
  readonly frame?: string
}

/** One exception of a trace: the outermost, or one behind `Caused by:`. */
interface Section {
  readonly name: string | undefined
  frame?: string
}

const tracebackBegin = 'Traceback (most recent call last):'
const named =
  /^(?:\[[^\]]{1,20}\] ?)?((?:[a-zA-Z_$][\w$]{0,100}\.){1,20}[A-Z_$][\w$]{0,150})(?=:|\s*$)/
const pythonNamed = /^\s{0,40}((?:[a-zA-Z_]\w{0,100}\.){0,12}[A-Za-z_]\w{0,100})(?=: |:?\s*$)/
const threadPrefix = /^Exception in thread "[^"]{0,300}" /

/** Class of the exception that a line begins with, as `Throwable.toString` prints it. */
export function exceptionIn(line: string): string | undefined {
  return named.exec(line.replace(threadPrefix, ''))?.[1]
}

/**
 * Finds the stack trace or traceback among the lines of one event, whose line `from` is the first that may
 * belong to it. The frame is the first outside JDK and framework of the innermost exception that has one.
 */
export function traceOf(lines: readonly string[], from: number): Trace | undefined {
  const begin = beginOf(lines, from)
  if (begin === undefined) return undefined
  const { java, python } = sectionsOf(lines, begin)
  const exception = outermost(lines, begin, java, python)
  const innermost = innermostOf(java, python)
  const rootCause = innermost?.name ?? exception
  const frame = frameOf(java, python)
  return {
    begin,
    ...(exception && { exception }),
    ...(rootCause && { rootCause }),
    ...(frame && { frame }),
  }
}

/** The line that names the exception of the first frame, which may stand before a message of many lines. */
function beginOf(lines: readonly string[], from: number): number | undefined {
  for (let i = from; i < lines.length; i += 1) {
    const line = lines[i] ?? ''
    if (line.includes(tracebackBegin) || isJavaFrame(line)) return i
    if (threadPrefix.test(line)) return i
    const name = exceptionIn(line)
    if (name !== undefined && (isThrowableName(name) || hasFrames(lines, i + 1))) return i
    if (line.startsWith('Caused by: ')) return i
  }
  return undefined
}

/** Most throwables say so; of other classes a frame must follow, as prose may begin with a class too. */
function isThrowableName(name: string): boolean {
  return /(?:Exception|Error|Throwable|Failure|Fault|Timeout)$/.test(name)
}

function hasFrames(lines: readonly string[], from: number): boolean {
  const next = lines[from]
  return next !== undefined && isJavaFrame(next)
}

interface Sections {
  readonly java: readonly Section[]
  readonly python: readonly Section[]
}

function sectionsOf(lines: readonly string[], begin: number): Sections {
  const java: Section[] = [{ name: exceptionIn(lines[begin] ?? '') }]
  const python: Section[] = []
  let traceback: Section | undefined
  let suppressed = false
  for (const line of lines.slice(begin)) {
    const end = traceback === undefined ? '' : readTraceback(traceback, line)
    if (end === undefined) continue
    if (traceback !== undefined && end !== '') python.push({ ...traceback, name: end })
    traceback = line.includes(tracebackBegin) ? { name: undefined } : undefined
    suppressed = readJava(java, line, suppressed)
  }
  return { java, python }
}

/** Takes a line of a Java trace; returns whether the next belongs to a suppressed exception. */
function readJava(java: Section[], line: string, suppressed: boolean): boolean {
  const indent = indentOf(line)
  if (line.startsWith('Suppressed: ', indent)) return true
  const section = indent === 0 ? javaSection(line) : undefined
  if (section?.wraps) java.unshift({ name: section.name })
  else if (section !== undefined) java.push({ name: section.name })
  else if (suppressed) return true
  else if (isJavaFrame(line)) addFrame(java, line)
  return false
}

/** Takes a line of a traceback; returns the class at its end, '' where it ends without, undefined inside. */
function readTraceback(traceback: Section, line: string): string | undefined {
  const frame = pythonFrameOf(line)
  if (frame !== undefined) {
    // Python prints the innermost call last.
    if (isUserPythonFrame(frame)) traceback.frame = frame
    return undefined
  }
  if (isJavaFrame(line)) return ''
  if (indentOf(line) > 0 || line === '') return undefined
  return pythonNamed.exec(line)?.[1] ?? ''
}

/** Where a line begins a section; the innermost comes last, or first behind `Wrapped by:` of `%rEx`. */
function javaSection(line: string): { name: string | undefined; wraps: boolean } | undefined {
  const wraps = line.startsWith('Wrapped by: ')
  if (!wraps && !line.startsWith('Caused by: ')) return undefined
  const text = line.slice(wraps ? 12 : 11)
  const name = exceptionIn(text) ?? /^\[?CIRCULAR REFERENCE: ?\[?([\w.$]{1,300})/.exec(text)?.[1]
  return { name, wraps }
}

function addFrame(java: Section[], line: string): void {
  const section = java.at(-1)
  const frame = javaFrameOf(line)
  if (section === undefined || frame === undefined || section.frame !== undefined) return
  if (isUserFrame(frame)) section.frame = frame
}

function outermost(
  lines: readonly string[],
  begin: number,
  java: readonly Section[],
  python: readonly Section[],
): string | undefined {
  const name = java.find((section) => section.name !== undefined)?.name
  if (name !== undefined) return name
  // `… failed: java.io.IOException: x` with the frames right below.
  const inline =
    /(?:: |^)((?:[a-z_][\w$]{0,60}\.){1,15}[A-Z][\w$]{0,120}(?:Exception|Error))(?=:|\s*$)/.exec(
      (lines[begin - 1] ?? '').slice(0, 2_000),
    )?.[1]
  return inline ?? python.at(-1)?.name
}

/** A traceback inside a Java exception is what failed: the Python worker's error reached the JVM as text. */
function innermostOf(java: readonly Section[], python: readonly Section[]): Section | undefined {
  return python[0] ?? java.findLast(({ name }) => name !== undefined)
}

function frameOf(java: readonly Section[], python: readonly Section[]): string | undefined {
  const inPython = python.find(({ frame }) => frame !== undefined)?.frame
  return inPython ?? java.findLast(({ frame }) => frame !== undefined)?.frame
}
