import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type ManualClock, manualClock } from '../../core/kit/clock.ts'
import { type Archive, openArchive } from '../archive/archive.ts'
import type { Chunk } from '../chunk.ts'
import { type Ends, noEnds, type Reached } from '../ends.ts'
import { bornAt, chunkOf, countedEvents } from '../lines.fixture.ts'
import { createDelivery, type Delivery, type DeliveryLimits, type Ship } from './delivery.ts'

const root = await mkdtemp(join(tmpdir(), 'weir-delivery-'))
afterAll(() => rm(root, { recursive: true, force: true }))
let runs = 0
let archive: Archive
let clock: ManualClock
let stopping: AbortController
let acknowledged: Map<string, Reached>
let roomFor: string[]
/** Each shipment as `file:from-to`, in the order they came. */
let shipments: string[][]
let gateway: 'up' | 'down' | 'silent'
let isDiskFull: boolean

beforeEach(async () => {
  clock = manualClock(bornAt)
  stopping = new AbortController()
  acknowledged = new Map()
  roomFor = []
  shipments = []
  gateway = 'up'
  isDiskFull = false
  archive = await openArchive({
    ...{ folder: join(root, String(++runs)), maxBytes: 1e9, segmentBytes: 600 },
    ...{ sealAfterMs: 3_600_000, clock, events: countedEvents().events },
    async write(file, bytes, at) {
      if (isDiskFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      return (await file.write(bytes, 0, bytes.length, at)).bytesWritten
    },
  })
})
afterEach(async () => {
  stopping.abort()
  await archive.close()
})

const ship: Ship = async (events) => {
  if (gateway === 'down') throw new Error('down')
  const told = events.map(({ origin, lines }) => {
    const offsets = lines.map(({ offset }) => offset / 100)
    return `${origin.file}:${offsets[0]}-${offsets.at(-1)}`
  })
  shipments.push(told)
  if (gateway === 'silent') await new Promise(() => {})
}

function start(limits: Partial<DeliveryLimits> = {}): Delivery {
  const delivery = createDelivery({
    ...{ archive, ship, clock, limits, events: countedEvents().events },
    acknowledged: (file) => acknowledged.get(file),
    onAcknowledged: (file, reached) => acknowledged.set(file, reached),
    onRoom: (file) => roomFor.push(file),
  })
  void delivery.run(stopping.signal)
  return delivery
}

async function settle(delivery: Delivery, isDone = () => delivery.idle()): Promise<void> {
  for (let look = 0; look < 5_000 && !isDone(); look++) await setTimeout(1)
  expect(isDone()).toBe(true)
}

const fileEnds = (file: number): Ends => ({ ...noEnds, file })

test('what is taken is kept, sent once in its order, and acknowledged', async () => {
  const delivery = start()
  for (let at = 0; at < 10; at++) delivery.take(chunkOf('a', at, at + 1))
  await delivery.placed()
  await settle(delivery)
  expect(shipments.flat()).toEqual(Array.from({ length: 10 }, (_, at) => `a:${at}-${at}`))
  expect(acknowledged.get('a')).toEqual({ position: 1_000, ends: fileEnds(1_000) })
  expect(archive.reached('a').ends).toEqual(fileEnds(1_000))
  expect(delivery.bytes()).toBe(0)
})

test('a flood in one log does not hold up another', async () => {
  gateway = 'down'
  const delivery = start({ laneShareBytes: 2_000, shipmentBytes: 4_000, shipmentsAtOnce: 1 })
  for (let at = 0; at < 1_000; at += 10) delivery.take(chunkOf('flood', at, at + 10))
  delivery.take(chunkOf('quiet', 0, 1))
  await delivery.placed()
  gateway = 'up'
  await clock.advance(60_000)
  await settle(delivery)
  const place = shipments.findIndex((told) => told.includes('quiet:0-0'))
  // The first was under way before the quiet one wrote.
  expect(place).toBeLessThanOrEqual(1)
  expect(shipments.length).toBeGreaterThan(50)
})

test('what does not fit into memory comes from the archive, each once and in order', async () => {
  gateway = 'down'
  const delivery = start({ maxBytes: 5_000, maxLaneBytes: 2_000, laneShareBytes: 600 })
  const files = ['a', 'b', 'c', 'd']
  for (let at = 0; at < 200; at += 5) {
    for (const file of files) delivery.take(chunkOf(file, at, at + 5))
    await delivery.placed()
    if (at % 50 === 0) await archive.tend()
  }
  // And a group for each of the two lanes that are read from the archive at a time.
  expect(delivery.bytes()).toBeLessThanOrEqual(5_000 + 2 * 12_000)
  gateway = 'up'
  for (let round = 0; round < 40 && !delivery.idle(); round++) {
    // More comes while the backlog is read.
    delivery.take(chunkOf('a', 200 + round, 201 + round))
    await delivery.placed()
    await clock.advance(31_000)
  }
  await settle(delivery)
  for (const file of files) {
    const sent = shipments.flat().flatMap((told) => {
      const [name, from, to] = told.split(/[:-]/)
      const first = Number(from)
      const rows = Number(to) - first + 1
      return name === file ? Array.from({ length: rows }, (_, index) => first + index) : []
    })
    expect(sent).toEqual(sent.map((_, index) => index))
    expect(sent.length).toBeGreaterThanOrEqual(200)
  }
})

test('what is read back from the archive while it is still being put there is sent once', async () => {
  const delivery = start({ maxBytes: 1_000, maxLaneBytes: 1_000, laneShareBytes: 300 })
  // Each chunk fills a segment, and the next one is opened before its taker hears of it.
  for (let at = 0; at < 400; at += 4) {
    delivery.take(chunkOf('a', at, at + 4))
    delivery.take(chunkOf('b', at, at + 4))
    if (at % 40 === 0) await delivery.placed()
    await nextTurn()
  }
  await delivery.placed()
  await settle(delivery)
  const sent = shipments.flat().filter((told) => told.startsWith('a'))
  expect(sent).toEqual(Array.from({ length: 100 }, (_, at) => `a:${4 * at}-${4 * at + 3}`))
})

test('a start begins with what the archive holds and no gateway has', async () => {
  for (let at = 0; at < 6; at++) await archive.append(chunkOf('a', at, at + 1))
  await archive.append(chunkOf('b', 0, 3))
  acknowledged.set('a', { position: 400, ends: fileEnds(400) })
  acknowledged.set('b', { position: 300, ends: fileEnds(300) })
  const delivery = start()
  await settle(delivery)
  expect(shipments.flat()).toEqual(['a:4-4', 'a:5-5'])
})

test('two shipments at most wait for their answer, and never two of one log', async () => {
  gateway = 'silent'
  const delivery = start({ shipmentsAtOnce: 2, laneShareBytes: 300, shipmentBytes: 300 })
  for (const file of ['a', 'b', 'c']) {
    delivery.take(chunkOf(file, 0, 2))
    delivery.take(chunkOf(file, 2, 4))
  }
  await delivery.placed()
  await settle(delivery, () => shipments.length === 2)
  for (let turn = 0; turn < 50; turn++) await nextTurn()
  expect(shipments).toEqual([['a:0-1'], ['b:0-1']])
})

test('what the disk refuses goes on from memory; what has no room there is held until it has', async () => {
  isDiskFull = true
  gateway = 'down'
  const delivery = start({ maxBytes: 1_500, maxLaneBytes: 1_500 })
  const taken: Chunk[] = []
  for (let at = 0; delivery.hasRoom('a'); at++) {
    const chunk = chunkOf('a', at, at + 1)
    taken.push(chunk)
    delivery.take(chunk)
    await delivery.placed()
  }
  expect(taken.length).toBeLessThan(12)
  expect(delivery.idle()).toBe(false)
  roomFor = []
  gateway = 'up'
  await clock.advance(60_000)
  await settle(delivery)
  expect(roomFor).toContain('a')
  expect(delivery.hasRoom('a')).toBe(true)
  expect(shipments.flat()).toEqual(taken.map((_, at) => `a:${at}-${at}`))
  expect(archive.gaps()).toMatchObject([{ reason: 'disk', acknowledged: true, rows: taken.length }])
  isDiskFull = false
  delivery.take(chunkOf('a', taken.length, taken.length + 1))
  await delivery.placed()
  await settle(delivery)
  expect(archive.files()).toMatchObject([{ rows: 1 }])
})

test('what was cut from the archive is not waited for', async () => {
  gateway = 'down'
  const delivery = start({ maxBytes: 600, maxLaneBytes: 600 })
  for (let at = 0; at < 20; at++) delivery.take(chunkOf('a', at, at + 1))
  await delivery.placed()
  const [part] = archive.files()
  if (part) delivery.cut({ ...part, reached: { position: 1_500, ends: fileEnds(1_500) } })
  gateway = 'up'
  await clock.advance(60_000)
  await settle(delivery)
  expect(shipments.flat().at(-1)).toBe('a:19-19')
  expect(shipments.flat()).not.toContain('a:10-10')
})
