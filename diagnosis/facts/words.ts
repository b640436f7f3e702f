import type { FlinkEvent } from '../../core/model/events.ts'
import { aboutOf, isGone, isLasting, subjectOfEvent } from '../../core/store/event-key.ts'

/** Of each type this many words count within the window: a job that restarts without end tells thousands. */
export const WORDS_PER_TYPE = 200

/** Oldest first; of two at one moment the order does not depend on which came in first. */
export function inOrder<T extends FlinkEvent>(words: readonly T[]): readonly T[] {
  return words
    .map((word) => ({ word, about: aboutOf(word) }))
    .sort((a, b) => a.word.at - b.word.at || (a.about < b.about ? -1 : Number(a.about > b.about)))
    .map(({ word }) => word)
}

/**
 * What is known of words of one type: those since `from`, at most the newest two hundred and the last on
 * each thing, and before `from` the last word on each thing that lasts. Takes and returns them in order.
 */
export function known<T extends FlinkEvent>(words: readonly T[], from: number): readonly T[] {
  const recent = words.filter((word) => word.at >= from)
  const capped = recent.slice(-WORDS_PER_TYPE)
  const [first] = words
  if (!first || !isLasting(first)) return capped
  const kept = new Set([
    ...lastWords(words.filter((word) => word.at < from)).filter((word) => !isGone(word)),
    ...lastWords(recent),
    ...capped,
  ])
  return words.filter((word) => kept.has(word))
}

function lastWords<T extends FlinkEvent>(words: readonly T[]): readonly T[] {
  return [...new Map(words.map((word) => [subjectOfEvent(word), word])).values()]
}
