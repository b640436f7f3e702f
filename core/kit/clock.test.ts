import { expect, test } from 'vitest'
import { every, manualClock, systemClock } from './clock.ts'

test('a manual clock stands still until it is moved', async () => {
  const clock = manualClock(1000)
  expect(clock.now()).toBe(1000)
  await clock.advance(250)
  expect(clock.now()).toBe(1250)
  await clock.set(5000)
  expect(clock.now()).toBe(5000)
  await clock.set(4000)
  expect(clock.now()).toBe(4000)
})

test('sleepers wake in the order of their time, each at its own moment, also when they sleep again', async () => {
  const clock = manualClock(0)
  const seen: [string, number][] = []
  const sleeper = async (name: string, ...naps: number[]) => {
    for (const ms of naps) {
      await clock.sleep(ms)
      seen.push([name, clock.now()])
    }
  }
  const all = Promise.all([sleeper('late', 30), sleeper('twice', 10, 10), sleeper('later', 100)])
  await clock.advance(50)
  expect(seen).toEqual([
    ['twice', 10],
    ['twice', 20],
    ['late', 30],
  ])
  expect(clock.sleepers()).toBe(1)
  await clock.advance(50)
  await all
  expect(seen.at(-1)).toEqual(['later', 100])
})

for (const [name, clock] of [
  ['system', systemClock],
  ['manual', manualClock(0)],
] as const) {
  test(`a ${name} sleep ends with the signal's reason`, async () => {
    const stopping = new AbortController()
    const sleep = clock.sleep(1_000_000, stopping.signal)
    stopping.abort(new Error('closing'))
    await expect(sleep).rejects.toThrow('closing')
    await expect(clock.sleep(1, stopping.signal)).rejects.toThrow('closing')
  })
}

test('a system sleep longer than setTimeout can count does not end at once', async () => {
  const stopping = new AbortController()
  const sleep = systemClock.sleep(2 ** 40, stopping.signal).then(
    () => 'woke',
    () => 'stopped',
  )
  await systemClock.sleep(20)
  stopping.abort()
  expect(await sleep).toBe('stopped')
})

test.each<[string, number[], number[]]>([
  ['beats at once and then on the grid', [0, 0, 0], [0, 100, 200]],
  ['skips the beats that slow work missed', [250, 0, 0], [0, 300, 400]],
  ['keeps the grid after work that took a part of the interval', [30, 30, 30], [0, 100, 200]],
])('every %s', async (_, workMs, expected) => {
  const clock = manualClock(0)
  const stopping = new AbortController()
  const beats: number[] = []
  const running = (async () => {
    for await (const at of every(100, clock, stopping.signal)) {
      beats.push(at)
      const ms = workMs[beats.length - 1]
      if (ms) await clock.sleep(ms)
      if (beats.length === workMs.length) stopping.abort()
    }
  })()
  await clock.advance(1000)
  await running
  expect(beats).toEqual(expected)
})

test('every ends quietly when it is stopped while waiting', async () => {
  const stopping = new AbortController()
  const beats = every(100, manualClock(7), stopping.signal)
  expect(await beats.next()).toEqual({ done: false, value: 7 })
  const next = beats.next()
  stopping.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})

test('every waits at most one interval when the clock is set back', async () => {
  const clock = manualClock(1_000_000)
  const stopping = new AbortController()
  const beats = every(100, clock, stopping.signal)
  await beats.next()
  await clock.set(0)
  const next = beats.next()
  await clock.advance(100)
  expect(await next).toEqual({ done: false, value: 100 })
  stopping.abort()
})
