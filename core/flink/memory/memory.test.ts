import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jobManagerMemory } from './jobmanager.ts'
import { buffersOf, connectionsOf } from './network.ts'
import { rocksDbMemory } from './rocksdb.ts'
import { fractionOf, humanMemorySize, parseMemorySize } from './size.ts'
import { taskManagerCores, taskManagerMemory } from './taskmanager.ts'

const MEBI = 2 ** 20
const tm = (name: string) => `taskmanager.memory.${name}`

test.each([
  ['1728m', 1728 * MEBI],
  ['30 gb', 30 * 1024 * MEBI],
  ['1024', 1024],
  ['64KB', 64 * 1024],
  ['9223372036854775807', Number.POSITIVE_INFINITY],
  ['1.5g', undefined],
  ['12 pounds', undefined],
  ['', undefined],
])('%s is read as Flink reads it', (text, bytes) => {
  expect(parseMemorySize(text)).toBe(bytes)
})

test.each([
  [1342177280, '1.250gb (1342177280 bytes)'],
  [2 ** 30, '1024.000mb (1073741824 bytes)'],
  [100, '100 bytes'],
  [Number.POSITIVE_INFINITY, '8388608.000tb (9223372036854775807 bytes)'],
])('%d bytes are printed as Flink prints them', (bytes, text) => {
  expect(humanMemorySize(bytes)).toBe(text)
})

test('a fraction is taken of every byte, also where doubles have lost the last ones', () => {
  expect(fractionOf(9007199254740991, 0.3)).toBe(2702159776422297)
  expect(fractionOf(1000, 1e-7)).toBe(0)
})

test('the distribution of Flink starts TaskManagers with these pools', () => {
  expect(taskManagerMemory({ [tm('process.size')]: '1728m' }, 2)).toEqual({
    kind: 'sizes',
    sizes: {
      frameworkHeapBytes: 134217728,
      taskHeapBytes: 402653174,
      frameworkOffHeapBytes: 134217728,
      taskOffHeapBytes: 0,
      managedBytes: 536870920,
      networkBytes: 134217730,
      metaspaceBytes: 268435456,
      overheadBytes: 201326592,
      flinkBytes: 1342177280,
      processBytes: 1811939328,
      heapBytes: 536870902,
      directBytes: 268435458,
    },
  })
})

test('the distribution of Flink starts its JobManager with these pools', () => {
  expect(jobManagerMemory({ 'jobmanager.memory.process.size': '1600m' }, 2)).toEqual({
    kind: 'sizes',
    sizes: {
      heapBytes: 1024 * MEBI,
      offHeapBytes: 128 * MEBI,
      metaspaceBytes: 256 * MEBI,
      overheadBytes: 192 * MEBI,
      flinkBytes: 1152 * MEBI,
      processBytes: 1600 * MEBI,
    },
  })
})

test.each([
  [
    'nothing is given',
    {},
    "Either required fine-grained memory (taskmanager.memory.task.heap.size and taskmanager.memory.managed.size), or Total Flink Memory size (Key: 'taskmanager.memory.flink.size' , default: null (fallback keys: [])), or Total Process Memory size (Key: 'taskmanager.memory.process.size' , default: null (fallback keys: [])) need to be configured explicitly.",
  ],
  [
    'metaspace and overhead leave nothing',
    { [tm('process.size')]: '400m' },
    'Sum of configured JVM Metaspace (256.000mb (268435456 bytes)) and JVM Overhead (192.000mb (201326592 bytes)) exceed configured Total Process Memory (400.000mb (419430400 bytes)).',
  ],
  [
    'the fractions leave nothing for the heap',
    { [tm('flink.size')]: '1g', [tm('managed.fraction')]: '0.6', [tm('network.fraction')]: '0.6' },
    'Sum of configured Framework Heap Memory (128.000mb (134217728 bytes)), Framework Off-Heap Memory (128.000mb (134217728 bytes)), Task Off-Heap Memory (0 bytes), Managed Memory (614.400mb (644245119 bytes)) and Network Memory (614.400mb (644245119 bytes)) exceed configured Total Flink Memory (1024.000mb (1073741824 bytes)).',
  ],
  [
    'the parts do not reach the whole',
    {
      [tm('process.size')]: '1000m',
      [tm('flink.size')]: '800m',
      [tm('jvm-metaspace.size')]: '100m',
    },
    'Derived JVM Overhead size (100.000mb (104857600 bytes)) is not in configured JVM Overhead range [192.000mb (201326592 bytes), 1024.000mb (1073741824 bytes)].',
  ],
  [
    'the parts are more than the whole',
    { [tm('process.size')]: '500m', [tm('flink.size')]: '800m' },
    'bytes must be >= 0',
  ],
  [
    'a fraction is all of it',
    { [tm('process.size')]: '2g', [tm('managed.fraction')]: '1' },
    "Inconsistently configured Key: 'taskmanager.memory.managed.fraction' , default: 0.4 (fallback keys: []) (1) and its min (0 bytes), max (8388608.000tb (9223372036854775807 bytes)) value",
  ],
  [
    'a size is not a size',
    { [tm('process.size')]: 'much' },
    "Cannot read memory size from config option 'taskmanager.memory.process.size'.",
  ],
])('Flink refuses when %s, and so do we, in its words', (_, config, reason) => {
  expect(taskManagerMemory(config, 2)).toEqual({
    kind: 'refused',
    reason: `TaskManager memory configuration failed: ${reason}`,
  })
})

test('keys that 2.0 removed count on 1.x only', () => {
  const legacy = {
    'taskmanager.heap.size': '1280m',
    'taskmanager.network.memory.min': '100m',
    'taskmanager.network.memory.max': '100m',
  }
  const old = taskManagerMemory(legacy, 1)
  expect(old.kind === 'sizes' && [old.sizes.flinkBytes, old.sizes.networkBytes]).toEqual([
    1280 * MEBI,
    100 * MEBI,
  ])
  expect(taskManagerMemory(legacy, 2).kind).toBe('refused')
})

/** One of two is left out. */
const SELDOM = { nil: undefined, freq: 2 }

/** Sizes that people give, in every combination; many of them contradict each other. */
const mebi = (min: number, max: number) =>
  fc.option(
    fc.integer({ min, max }).map((size) => `${size}m`),
    SELDOM,
  )
const fraction = fc.option(
  fc.double({ min: 0, max: 0.95, noNaN: true }).map((value) => String(value)),
  SELDOM,
)
const configuration = fc.record({
  [tm('process.size')]: mebi(300, 60_000),
  [tm('flink.size')]: mebi(200, 50_000),
  [tm('task.heap.size')]: mebi(0, 20_000),
  [tm('managed.size')]: mebi(0, 20_000),
  [tm('managed.fraction')]: fraction,
  [tm('network.fraction')]: fraction,
  [tm('network.max')]: mebi(64, 4000),
  [tm('jvm-overhead.fraction')]: fraction,
  [tm('framework.heap.size')]: mebi(0, 500),
  [tm('task.off-heap.size')]: mebi(0, 2000),
})

describe('whatever is configured', () => {
  test('pools add up to what is given, none is negative, and both lines agree', () => {
    let started = 0
    fc.assert(
      fc.property(configuration, (config) => {
        const outcome = taskManagerMemory(config, 2)
        expect(taskManagerMemory(config, 1)).toEqual(outcome)
        if (outcome.kind === 'refused') {
          expect(outcome.reason).toMatch(/^TaskManager memory configuration failed: ./)
          return
        }
        started++
        const { sizes } = outcome
        for (const bytes of Object.values(sizes)) expect(bytes).toBeGreaterThanOrEqual(0)
        expect(sizes.heapBytes + sizes.directBytes + sizes.managedBytes).toBe(sizes.flinkBytes)
        expect(sizes.flinkBytes + sizes.metaspaceBytes + sizes.overheadBytes).toBe(
          sizes.processBytes,
        )
        const given = (name: string) => parseMemorySize(config[tm(name)] ?? '')
        const process = given('process.size')
        if (process !== undefined) expect(sizes.processBytes).toBe(process)
        const heap = given('task.heap.size')
        if (heap !== undefined) expect(sizes.taskHeapBytes).toBe(heap)
      }),
      { numRuns: 600, seed: 7 },
    )
    expect(started).toBeGreaterThan(50)
  })
})

test('a TaskManager has a core per slot unless its cores are given', () => {
  expect(taskManagerCores({ 'taskmanager.numberOfTaskSlots': '3' })).toBe(3)
  expect(taskManagerCores({ 'taskmanager.cpu.cores': '1.5' })).toBe(1.5)
  expect(taskManagerCores({ 'taskmanager.cpu.cores': '-1' })).toBeUndefined()
})

test('the cache and the write buffers of RocksDB together stay within the managed memory', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (managed, ratio) => {
        const { cacheBytes, writeBufferManagerBytes } = rocksDbMemory(managed, ratio)
        // Write buffers may pass their limit by half of it, and are charged to the cache.
        expect(cacheBytes + writeBufferManagerBytes / 2).toBeLessThanOrEqual(managed * (1 + 1e-9))
      },
    ),
    { seed: 7 },
  )
})

test.each([
  ['FORWARD', 10, 10, 10, 10],
  ['FORWARD', 10, 15, 12, 15],
  ['RESCALE', 4, 2, 10, 4],
  ['REBALANCE', 10, 15, 38, 150],
  ['HASH', 200, 200, 408, 40_000],
] as const)(
  '%s from %d to %d: %d buffers at its sender, %d channels',
  (ship, from, to, buffers, channels) => {
    expect(buffersOf(from, to, ship)).toBe(buffers)
    expect(connectionsOf(from, to, ship)).toBe(channels)
  },
)
