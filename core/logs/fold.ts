import { isJavaFrame } from './frames.ts'

/** What the lines of an event so far let expect. */
export interface Fold {
  /** It began with a head, so that lines without one are its own. */
  readonly headed: boolean
  /** It began with `#`: the JVM reports its own crash. */
  readonly crash: boolean
  /** Inside `-----BEGIN …-----`, which ends with `-----END …-----`. */
  armoured: boolean
  /** Frames of a Python traceback; the line that names the exception ends them. */
  traceback: 'none' | 'frames' | 'named' | 'chained'
}

const tracebackBegin = 'Traceback (most recent call last):'

/** What Python prints between two tracebacks that belong together. */
const chains = [
  'During handling of the above exception, another exception occurred:',
  'The above exception was the direct cause of the following exception:',
]

/**
 * Lines that begin an event although they have no head: the JVM's own words, and what Flink's print sink
 * writes (`3> …`, `name:3> …`).
 */
const standsAlone =
  /^(?:Exception in thread "|(?:OpenJDK|Java HotSpot)[^:]{0,40} warning|(?:Terminating|Aborting) due to java\.|Dumping heap to |#|[^\s>]{0,80}:?\d{1,5}> )/

/** The state after the first line of an event. */
export function foldOf(headed: boolean, text: string): Fold {
  const fold: Fold = { headed, crash: text.startsWith('#'), armoured: false, traceback: 'none' }
  note(fold, text)
  return fold
}

/** The state after another line. */
export function note(fold: Fold, text: string): void {
  if (text.includes('-----BEGIN ')) fold.armoured = true
  if (fold.armoured && text.includes('-----END ')) fold.armoured = false
  if (text.includes(tracebackBegin)) fold.traceback = 'frames'
  else if (chains.includes(text)) fold.traceback = 'chained'
  else if (fold.traceback === 'frames' && text !== '' && !isIndented(text)) fold.traceback = 'named'
}

/** Why a line without a head belongs to the event before it: by its own form, or as nothing else begins. */
export type Continuation = 'form' | 'head' | 'no'

export function continuationOf(fold: Fold, text: string): Continuation {
  if (text === '' || fold.armoured) return 'form'
  if (fold.crash) return text.startsWith('#') ? 'form' : 'no'
  if (isIndented(text) || fold.traceback === 'frames') return 'form'
  if (/^(?:Caused by: |Suppressed: |Wrapped by: |\.\.\. \d)/.test(text) || isJavaFrame(text))
    return 'form'
  if (fold.traceback !== 'none' && chains.includes(text)) return 'form'
  if (fold.traceback === 'chained') return 'form'
  return fold.headed && !standsAlone.test(text) ? 'head' : 'no'
}

function isIndented(text: string): boolean {
  const first = text.charCodeAt(0)
  return first === 32 || first === 9
}
