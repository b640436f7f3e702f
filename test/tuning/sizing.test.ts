import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aligned, imbalance } from '../../diagnosis/tuning/align.ts'
import { DEFAULT_POLICY } from '../../diagnosis/tuning/history.ts'
import { resourcesOf } from '../../diagnosis/tuning/resources.ts'
import { drainMs } from '../../diagnosis/tuning/restarts.ts'
import { efficiency, scalabilityOf } from '../../diagnosis/tuning/scalability.ts'
import { type SizeQuestion, sizeFor } from '../../diagnosis/tuning/size.ts'

test.each([
  [24, 128, 26],
  [96, 199, 100],
  [25, 128, 26],
  [21.5, 128, 22],
  [5, 128, 5],
  [7, 720, 7],
  [128, 128, 128],
  [400, 128, 128],
  [1, 128, 1],
])('%d subtasks of %d groups become %d, not the next divisor', (wanted, groups, subtasks) => {
  expect(aligned(wanted, groups)).toBe(subtasks)
})

test('an aligned size is the fewest whose busiest subtask is at most a little above an even share', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 400, noNaN: true }),
      fc.integer({ min: 1, max: 2000 }),
      (wanted, groups) => {
        fc.pre(wanted < groups - 1)
        const most = (1.03 * groups) / wanted
        const subtasks = aligned(wanted, groups)
        expect(subtasks).toBeGreaterThanOrEqual(wanted)
        expect(Math.ceil(groups / subtasks)).toBeLessThanOrEqual(most)
        const fewer = subtasks - 1
        expect(fewer < wanted || Math.ceil(groups / fewer) > most).toBe(true)
        expect(imbalance(subtasks, groups)).toBeGreaterThanOrEqual(1)
      },
    ),
    { seed: 7 },
  )
})

const exact = (value: number) => ({ value, low: value, high: value })
const question: SizeQuestion = {
  demandPerSecond: 1000,
  capacity: exact(250),
  from: 2,
  groups: undefined,
  limit: undefined,
  scalability: { sigma: 0.03, kind: 'prior' },
  restartMs: undefined,
  policy: DEFAULT_POLICY,
}

test.each<[string, Partial<SizeQuestion>, readonly [number, number, number]]>([
  ['an exact capacity leaves only what growth may lose', {}, [6, 6, 7]],
  [
    'a spread of the capacity is a spread of the size',
    { capacity: { value: 250, low: 200, high: 300 } },
    [6, 5, 9],
  ],
  ['a measured restart asks for room to catch up', { restartMs: 300_000 }, [7, 7, 8]],
  [
    'growth that was measured counts in the size itself',
    { scalability: { sigma: 0.05, kind: 'measured' } },
    [7, 6, 7],
  ],
  ['partitions bound it', { limit: { subtasks: 4, because: 'it reads 4 partitions' } }, [4, 4, 4]],
  ['a policy bounds it', { policy: { ...DEFAULT_POLICY, maxParallelism: 5 } }, [5, 5, 5]],
  ['key groups round it', { demandPerSecond: 4200, groups: 128 }, [26, 26, 128]],
  [
    'a capacity that may be anything leaves the upper end open',
    { capacity: { value: 250, low: 0, high: 500 } },
    [6, 3, 6],
  ],
])('%s', (_, change, [subtasks, low, high]) => {
  const size = sizeFor({ ...question, ...change })
  expect([size.subtasks, size.low, size.high]).toEqual([subtasks, low, high])
})

const anyQuestion = fc
  .record({
    demand: fc.double({ min: 0, max: 1e6, noNaN: true }),
    value: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
    spread: fc.double({ min: 0, max: 0.4, noNaN: true }),
    from: fc.integer({ min: 1, max: 50 }),
    groups: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
    most: fc.integer({ min: 1, max: 300 }),
    restartMs: fc.option(fc.integer({ min: 0, max: 900_000 }), { nil: undefined }),
  })
  .map(
    ({ demand, value, spread, from, groups, most, restartMs }): SizeQuestion => ({
      ...question,
      ...{ demandPerSecond: demand, from, groups, restartMs },
      capacity: { value, low: value * (1 - spread), high: value * (1 + spread) },
      limit: { subtasks: most, because: 'so many' },
    }),
  )

describe('whatever is asked', () => {
  test('a size lies inside its interval and its bounds', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { subtasks, low, high, limitedBy, unlimited } = sizeFor(asked)
        expect(low).toBeLessThanOrEqual(subtasks)
        expect(subtasks).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(1)
        expect(high).toBeLessThanOrEqual(asked.limit?.subtasks ?? 0)
        expect(limitedBy !== undefined).toBe(unlimited > (asked.limit?.subtasks ?? 0))
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('more demand never gets fewer subtasks, and more capacity never more', () => {
    fc.assert(
      fc.property(anyQuestion, fc.double({ min: 1, max: 20, noNaN: true }), (asked, times) => {
        const { value, low, high } = asked.capacity
        const more = { ...asked, demandPerSecond: asked.demandPerSecond * times }
        const faster = {
          ...asked,
          capacity: { value: value * times, low: low * times, high: high * times },
        }
        const now = sizeFor(asked)
        expect(sizeFor(more).subtasks).toBeGreaterThanOrEqual(now.subtasks)
        expect(sizeFor(faster).subtasks).toBeLessThanOrEqual(now.subtasks)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('applied, it asks for nothing more: the size does not depend on the present one', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { subtasks } = sizeFor(asked)
        expect(sizeFor({ ...asked, from: subtasks }).subtasks).toBe(subtasks)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('unless something bounds it, its subtasks carry the demand at the busy share aimed at', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { subtasks, limitedBy } = sizeFor(asked)
        fc.pre(limitedBy === undefined && subtasks < (asked.groups ?? Number.POSITIVE_INFINITY))
        const busy = asked.demandPerSecond / (subtasks * asked.capacity.value)
        expect(busy).toBeLessThanOrEqual(0.73 + 1e-9)
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

test('three sizes tell how much growth loses; two do not', () => {
  const curve = (sigma: number) =>
    [1, 4, 9, 16].map((parallelism) => ({
      parallelism,
      perSecond: (1000 * parallelism) / (1 + sigma * (parallelism - 1)),
    }))
  expect(scalabilityOf(curve(0.05)).sigma).toBeCloseTo(0.05, 10)
  expect(scalabilityOf(curve(0.05)).kind).toBe('measured')
  expect(scalabilityOf(curve(0)).sigma).toBeCloseTo(0, 10)
  expect(scalabilityOf(curve(0.05).slice(0, 2)).kind).toBe('prior')
  expect(efficiency(1, 21, { sigma: 0.05, kind: 'measured' })).toBeCloseTo(0.5, 10)
})

test('slots are the largest vertex of each sharing group, TaskManagers come whole', () => {
  const vertices = [
    { parallelism: 4 },
    { parallelism: 7 },
    { parallelism: 3, slotSharingGroup: 'own' },
  ]
  expect(resourcesOf(vertices, { slots: 4, cores: 2 })).toEqual({
    slots: 10,
    taskManagers: 3,
    cores: 6,
  })
  expect(resourcesOf(vertices, { slots: 4, cores: undefined }).cores).toBeUndefined()
})

test('a stop is caught up by what capacity has to spare; without spare it never is', () => {
  expect(drainMs(30_000, 0, 700, 1000)).toBe(70_000)
  expect(drainMs(30_000, 9000, 700, 1000)).toBe(100_000)
  expect(drainMs(30_000, 0, 1000, 1000)).toBeUndefined()
})
