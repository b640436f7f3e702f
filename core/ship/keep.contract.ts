import { afterEach, describe, expect, test } from 'vitest'
import type { Identity, Keep } from './keep.ts'
import { exceptionsOf, samplesOf } from './payloads.fixture.ts'
import type { Part } from './split.ts'

export function partOf(payload: Part['payload']): Part {
  return { payload, bytes: Buffer.byteLength(JSON.stringify(payload)) }
}

/** What every place where payloads wait must do. */
export function keepContract(name: string, open: () => Keep): void {
  describe(`${name} as a keep`, () => {
    const opened: Keep[] = []
    const keep = () => {
      const made = open()
      opened.push(made)
      return made
    }
    afterEach(() => {
      for (const one of opened.splice(0)) one.close()
    })

    test('gives back what was pushed until it is done', () => {
      const { push, read, done, leftovers } = keep()
      expect(leftovers).toEqual([])
      const [samples, events] = [samplesOf(2, 1_000), exceptionsOf('héllo \u0000 世界')]
      const first = push(partOf(samples))
      const second = push(partOf(events))
      expect([read(first), read(second)]).toEqual([samples, events])
      done(first)
      expect([read(first), read(second)]).toEqual([undefined, events])
    })

    test('says of what waits how large it is and when it was measured', () => {
      const part = partOf(samplesOf(2, 1_000))
      const { id, ...waiting } = keep().push(part)
      expect(typeof id).toBe('number')
      expect(waiting).toEqual({ kind: 'samples', bytes: part.bytes, fromAt: 1_000, toAt: 1_000 })
    })

    test('takes names, and what is done twice, without a word', () => {
      const { push, read, name, done } = keep()
      const waiting = push(partOf(samplesOf(1)))
      const identity: Identity = { epoch: 7, lane: 'live', seq: 1 }
      name(waiting, identity)
      name(waiting, identity)
      expect(read(waiting)).toEqual(samplesOf(1))
      done(waiting)
      done(waiting)
      expect(read(waiting)).toBeUndefined()
    })

    test('keeps thousands apart', () => {
      const { push, read } = keep()
      const waiting = Array.from({ length: 3_000 }, (_, index) =>
        push(partOf(samplesOf(1, index + 1))),
      )
      expect(new Set(waiting.map(({ id }) => id)).size).toBe(3_000)
      for (const [index, one] of waiting.entries())
        expect(read(one)).toEqual(samplesOf(1, index + 1))
    })
  })
}
