import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ended,
  type MadeObject,
  madePod,
  podStatus,
  running,
} from '../../../core/flink/kubernetes/objects.fixture.ts'
import type { PodEvent } from '../../../core/model/kubernetes.ts'
import { lookAt } from './world.fixture.ts'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: fc.nat(2), state: fc.constantFrom(0, 1, 2) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.constantFrom('drop', 'end', 'bookmark') },
  { weight: 4, arbitrary: fc.constant('read') },
  { weight: 1, arbitrary: fc.constantFrom('by status', 'by event') },
)
type PodStep = { readonly put: number; readonly state: 0 | 1 | 2 } | { readonly remove: number }
const states = [
  { phase: 'Running', container: { state: running } },
  { phase: 'Failed', container: { state: ended(137, 'OOMKilled') } },
  { phase: 'Running', container: { state: running, restarts: 1 } },
] as const

const asOne = ({ uid, phase }: { readonly uid: string; readonly phase: string }) =>
  `${uid} ${phase}`

/** Words that say what the one before them on the same pod has said. */
function repeatsOf(words: readonly PodEvent[]): readonly string[] {
  const last = new Map<string, string>()
  return words.flatMap(({ at: _, ...word }) => {
    const text = JSON.stringify(word)
    const isRepeat = last.get(word.uid) === text
    last.set(word.uid, text)
    return isRepeat ? [text] : []
  })
}

test('whatever happens to the watch, the last word on each pod is what became of it, and none is said twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { server, tidings } = await lookAt([], { kinds: ['pods'] })
      const there = new Map<
        number,
        { readonly uid: string; readonly phase: string; readonly pod: MadeObject }
      >()
      const told: PodEvent[] = []
      const read = async () => {
        for (const event of await tidings()) if (event.type === 'pod') told.push(event)
      }
      let uids = 0

      const apply = (what: PodStep) => {
        if ('remove' in what) {
          const last = there.get(what.remove)
          there.delete(what.remove)
          if (last) server.remove(last.pod)
          return
        }
        const uid = there.get(what.put)?.uid ?? `uid-${++uids}`
        const { phase, container } = states[what.state]
        const pod = madePod(`p${what.put}`, podStatus(phase, container), { metadata: { uid } })
        there.set(what.put, { uid, phase, pod })
        server.put(pod)
      }
      for (const what of steps) {
        if (what === 'read') await read()
        else if (what === 'drop' || what === 'end' || what === 'bookmark') server[what]('pods')
        else if (typeof what === 'string') server.forget(what)
        else apply(what)
      }
      await read()

      expect(repeatsOf(told)).toEqual([])
      const last = new Map(told.map((word) => [word.uid, word]))
      expect(
        [...last.values()]
          .filter(({ phase }) => phase !== 'gone')
          .map(asOne)
          .sort(),
      ).toEqual([...there.values()].map(asOne).sort())
    }),
    { numRuns: 100 },
  )
})
