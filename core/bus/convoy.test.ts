import { expect, test } from 'vitest'
import { manualClock } from '../kit/clock.ts'
import { createConvoy } from './convoy.ts'

const away = Object.assign(new Error('away'), { retriable: true })
const bad = new Error('bad')

/** A convoy of words whose loads take 10 ms and fail as soon as they hold a word of `trouble`. */
const make = (trouble: Record<string, Error> = {}, limits = {}) => {
  const clock = manualClock(0)
  const loads: string[] = []
  const convoy = createConvoy<string>({
    carry: async (words) => {
      await clock.sleep(10)
      loads.push(words.join(' '))
      for (const word of words) if (trouble[word]) throw trouble[word]
    },
    sizeOf: (word) => word.length,
    maxItems: 100,
    maxBytes: 1_000,
    ...limits,
  })
  const pushAll = async (...pushes: string[][]) => {
    const outcomes = pushes.map((words) =>
      convoy.push(words).then(
        () => 'ok',
        (error: Error) => error.message,
      ),
    )
    await clock.advance(1_000)
    return Promise.all(outcomes)
  }
  return { convoy, loads, pushAll }
}

test.each<[string, object, string[][], string[]]>([
  ['travel together', {}, [['a'], ['b'], ['c', 'd']], ['a', 'b c d']],
  [
    'are bounded by number',
    { maxItems: 2 },
    [['a'], ['b'], ['c', 'd'], ['e']],
    ['a', 'b', 'c d', 'e'],
  ],
  ['are bounded by bytes', { maxBytes: 3 }, [['a'], ['bb'], ['cc'], ['d']], ['a', 'bb', 'cc d']],
  [
    'may be larger alone',
    { maxBytes: 3 },
    [['a'], ['long', 'word'], ['b']],
    ['a', 'long word', 'b'],
  ],
])('waiting pushes %s', async (_, limits, pushes, expected) => {
  const { loads, pushAll } = make({}, limits)
  expect(await pushAll(...pushes)).toEqual(pushes.map(() => 'ok'))
  expect(loads).toEqual(expected)
})

test('a failure of somebody’s own is found by carrying one by one; the others go through', async () => {
  const { loads, pushAll } = make({ c: bad })
  expect(await pushAll(['a'], ['b'], ['c'], ['d'])).toEqual(['ok', 'ok', 'bad', 'ok'])
  expect(loads).toEqual(['a', 'b c d', 'b', 'c', 'd'])
})

test('a retriable failure takes all who wait behind it along', async () => {
  const { loads, pushAll } = make({ a: away })
  expect(await pushAll(['a'], ['b'], ['c'])).toEqual(['away', 'away', 'away'])
  expect(loads).toEqual(['a'])
  expect(await pushAll(['d'])).toEqual(['ok'])
})

test('also when it shows while carrying one by one', async () => {
  const { loads, pushAll } = make({ b: bad, c: away })
  expect(await pushAll(['a'], ['b'], ['c'], ['d'])).toEqual(['ok', 'bad', 'away', 'away'])
  expect(loads).toEqual(['a', 'b c d', 'b', 'c'])
})

test('closing rejects who waits and who comes later, not who travels', async () => {
  const { convoy, loads, pushAll } = make()
  const first = pushAll(['a'], ['b'])
  const closing = convoy.close(new Error('closed'))
  expect(await first).toEqual(['ok', 'closed'])
  await closing
  expect(await pushAll(['c'])).toEqual(['closed'])
  expect(loads).toEqual(['a'])
})
