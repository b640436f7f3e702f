import type { Clock } from '../../../core/kit/clock.ts'

/** What was last said of each thing, so that only news is told. */
export interface Words {
  /**
   * The word with its moment, unless it is what was said last of the same thing. Two words on one thing never
   * share a moment, as the moment is what orders them.
   */
  news<Word extends About>(word: Word): readonly (Word & { readonly at: number })[]
  /** The thing is no more: this is the last word on it. */
  last<Word extends About>(word: Word): readonly (Word & { readonly at: number })[]
}

interface About {
  readonly cluster: string
  readonly uid: string
}

export function createWords(clock: Clock): Words {
  const said = new Map<string, { readonly text: string; readonly at: number }>()
  const keyOf = ({ cluster, uid }: About) => `${uid} ${cluster}`

  const news: Words['news'] = (word) => {
    const key = keyOf(word)
    const text = JSON.stringify(word)
    const before = said.get(key)
    if (before?.text === text) return []
    const at = Math.max(clock.now(), (before?.at ?? 0) + 1)
    said.set(key, { text, at })
    return [{ ...word, at }]
  }
  return {
    news,
    last(word) {
      const told = news(word)
      said.delete(keyOf(word))
      return told
    },
  }
}
