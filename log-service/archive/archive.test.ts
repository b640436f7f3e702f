import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { bornAt, chunkOf, countedEvents, eventAt } from '../lines.fixture.ts'
import { type Archive, type ArchiveOptions, openArchive } from './archive.ts'
import { readMerged } from './read.ts'
import { readFile as readLogFile } from './read-file.ts'

const root = await mkdtemp(join(tmpdir(), 'weir-archive-'))
afterAll(() => rm(root, { recursive: true, force: true }))
let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, String(++count))
})

const counted = countedEvents()
const open = (more: Partial<ArchiveOptions> = {}) =>
  openArchive({
    ...{ folder, maxBytes: 1e9, segmentBytes: 1e6, sealAfterMs: 3_600_000 },
    ...{ clock: manualClock(bornAt), events: counted.events },
    ...more,
  })

async function offsetsOf(archive: Archive, file: string): Promise<number[]> {
  const offsets: number[] = []
  for await (const lines of readLogFile(archive, file, { direction: 'forward' })) {
    offsets.push(...lines.map(({ offset }) => offset / 100))
  }
  return offsets
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)
const names = async () => (await readdir(folder)).filter((name) => name !== 'gaps.json')

test('what was put in comes out, open, sealed and after a restart', async () => {
  const archive = await open({ segmentBytes: 1_500 })
  for (let at = 0; at < 60; at += 3) await archive.append(chunkOf('a', at, at + 3))
  expect(await offsetsOf(archive, 'a')).toEqual(upTo(60))
  await archive.tend()
  expect(await offsetsOf(archive, 'a')).toEqual(upTo(60))
  expect((await names()).filter((name) => name.endsWith('.sealed')).length).toBeGreaterThan(2)
  await archive.close()

  const again = await open()
  expect(await offsetsOf(again, 'a')).toEqual(upTo(60))
  expect(again.reached('a')).toEqual({
    position: 6_000,
    ends: { stdout: 0, stderr: 0, file: 6_000 },
  })
  expect(again.files()).toMatchObject([
    { rows: 60, bytes: 6_000, firstAt: bornAt, lastAt: bornAt + 59_000 },
  ])
  await again.close()
})

test('a death at any byte of the open segment loses only the torn end', async () => {
  const archive = await open()
  for (let at = 0; at < 4; at++) await archive.append(chunkOf('a', at, at + 1))
  await archive.close()
  const [name = ''] = await names()
  const whole = join(folder, name)
  const { length } = await readFile(whole)
  const survivors = new Set<number>()
  let last = 0
  for (let bytes = 0; bytes <= length; bytes += 7) {
    folder = join(root, `torn-${bytes}`)
    await mkdir(folder)
    await copyFile(whole, join(folder, name))
    await truncate(join(folder, name), bytes)
    const torn = await open()
    const offsets = await offsetsOf(torn, 'a')
    expect(offsets).toEqual(upTo(offsets.length))
    expect(offsets.length).toBeGreaterThanOrEqual(last)
    last = offsets.length
    survivors.add(last)
    // It goes on behind what was whole.
    await torn.append(chunkOf('a', last, last + 1))
    expect(await offsetsOf(torn, 'a')).toEqual(upTo(last + 1))
    await torn.close()
  }
  expect([...survivors]).toEqual([0, 1, 2, 3])
})

test('a death while a segment is sealed leaves the open one', async () => {
  const archive = await open()
  await archive.append(chunkOf('a', 0, 5))
  await archive.close()
  await writeFile(join(folder, '000000000001.sealing'), 'half a segment')
  const again = await open()
  expect(await offsetsOf(again, 'a')).toEqual(upTo(5))
  expect(await names()).toEqual(['000000000001.open'])
  await again.close()
})

test('beyond the quota the oldest that is acknowledged goes first, then the oldest, counted and said', async () => {
  const cut: string[] = []
  const archive = await open({
    maxBytes: 2_200,
    segmentBytes: 400,
    onCut: ({ origin, rows }) => cut.push(`${origin.file} ${rows}`),
  })
  // Each chunk fills a segment; sealed ones take a few hundred bytes.
  await archive.append(chunkOf('a', 0, 20))
  await archive.tend()
  await archive.append(chunkOf('b', 0, 20))
  await archive.tend()
  archive.acknowledge('b', { stdout: 0, stderr: 0, file: 2_000 })
  for (const file of ['c', 'd', 'e']) {
    await archive.append(chunkOf(file, 0, 20))
    await archive.tend()
  }
  expect(archive.files().map(({ origin }) => origin.file)).not.toContain('b')
  expect(archive.bytes()).toBeLessThanOrEqual(2_200)
  expect(archive.gaps()[0]).toEqual({
    ...{ origin: chunkOf('b', 0, 1).origin, reason: 'quota', acknowledged: true, rows: 20 },
    ...{ fromAt: bornAt, toAt: bornAt + 19_000 },
  })
  for (const file of ['f', 'g', 'h']) {
    await archive.append(chunkOf(file, 0, 20))
    await archive.tend()
  }
  expect(cut[0]).toBe('a 20')
  expect(archive.gaps().find(({ origin }) => origin.file === 'a')?.acknowledged).toBe(false)
  await archive.close()
})

test('what is acknowledged whole says so by its name, and still does after a restart', async () => {
  const archive = await open({ segmentBytes: 400 })
  await archive.append(chunkOf('a', 0, 20))
  await archive.append(chunkOf('b', 0, 1))
  await archive.tend()
  archive.acknowledge('a', { stdout: 0, stderr: 0, file: 1_900 })
  await archive.close()
  expect(await names()).toContain('000000000001.sealed')
  const again = await open({ segmentBytes: 400 })
  again.acknowledge('a', { stdout: 0, stderr: 0, file: 2_000 })
  await again.close()
  expect(await names()).toContain('000000000001.acked')
})

test('a full disk refuses, keeps what it had, makes room from what is acknowledged, and takes again', async () => {
  let room = Number.POSITIVE_INFINITY
  const archive = await open({
    segmentBytes: 1_000,
    async write(file, bytes, at) {
      const fits = Math.min(room, bytes.length)
      await file.write(bytes, 0, fits, at)
      room -= fits
      if (fits < bytes.length) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      return fits
    },
  })
  await archive.append(chunkOf('a', 0, 20))
  await archive.tend()
  await archive.append(chunkOf('b', 0, 2))
  room = 10
  await expect(archive.append(chunkOf('b', 2, 4))).rejects.toMatchObject({
    code: 'archive-full',
    retriable: true,
  })
  expect(await offsetsOf(archive, 'b')).toEqual([0, 1])
  archive.acknowledge('a', { stdout: 0, stderr: 0, file: 2_000 })
  await expect(archive.append(chunkOf('b', 2, 4))).rejects.toThrow('disk did not take')
  expect(archive.files().map(({ origin }) => origin.file)).toEqual(['b'])
  room = Number.POSITIVE_INFINITY
  await archive.append(chunkOf('b', 2, 4))
  expect(await offsetsOf(archive, 'b')).toEqual([0, 1, 2, 3])
  await archive.close()
})

test('a changed byte in a sealed segment costs its block, is counted, and nothing else', async () => {
  const archive = await open({ segmentBytes: 400 })
  await archive.append(chunkOf('a', 0, 20))
  await archive.append(chunkOf('a', 20, 40))
  await archive.append(chunkOf('a', 40, 41))
  await archive.tend()
  await archive.close()
  const path = join(folder, '000000000001.sealed')
  const bytes = await readFile(path)
  bytes[20] = (bytes[20] ?? 0) ^ 1
  await writeFile(path, bytes)
  const before = await counted.count('weir_logs_archive_damaged_total')
  const again = await open()
  expect(await offsetsOf(again, 'a')).toEqual(upTo(41).slice(20))
  expect(await counted.count('weir_logs_archive_damaged_total')).toBe(before + 1)
  await again.close()
})

test('a segment that is sealed while it is read is read to its end', async () => {
  const archive = await open({ segmentBytes: 50_000 })
  for (let at = 0; at < 20; at++) await archive.append(chunkOf('a', at, at + 1))
  const reading = readLogFile(archive, 'a', { direction: 'forward' })
  const first = await reading.next()
  expect(first.value).toMatchObject([{ offset: 0 }])
  for (let at = 20; at < 300; at++) await archive.append(chunkOf('a', at, at + 1))
  await archive.tend()
  expect((await names())[0]).toBe('000000000001.sealed')
  const rest: number[] = []
  for await (const lines of reading) rest.push(...lines.map(({ offset }) => offset / 100))
  expect(rest).toEqual(upTo(20).slice(1))
  await archive.close()
})

test('files are merged by time, each in its own order, in both directions, and can be gone on with', async () => {
  const archive = await open({ segmentBytes: 900 })
  const put = (file: string, index: number, at: number) => {
    const chunk = chunkOf(file, index, index + 1)
    return archive.append({ ...chunk, lines: [eventAt(index, { at: bornAt + at })] })
  }
  for (const [file, index, at] of [
    ['a', 0, 10],
    ['b', 0, 20],
    ['a', 1, 30],
    // The clock of b goes back here.
    ['b', 1, 5],
    ['b', 2, 40],
    ['a', 2, 50],
    ['c', 0, 60],
  ] as const) {
    await put(file, index, at)
  }
  await archive.tend()
  const read = async (direction: 'forward' | 'backward', more = {}) => {
    const found: string[] = []
    for await (const batch of readMerged(archive, { files: archive.files(), direction, ...more })) {
      found.push(...batch.map(({ origin, line }) => `${origin.file}${line.offset / 100}`))
    }
    return found.join(' ')
  }
  expect(await read('forward')).toBe('a0 b0 b1 a1 b2 a2 c0')
  expect(await read('backward')).toBe('c0 a2 b2 a1 a0 b1 b0')
  expect(await read('forward', { fromAt: bornAt + 20, toAt: bornAt + 50 })).toBe('b0 a1 b2 a2')
  const resume = new Map<string, unknown>([
    ['a', { stream: 'file', offset: 100 }],
    ['b', { stream: 'file', offset: 100 }],
    ['c', 'end'],
  ])
  expect(await read('forward', { resume })).toBe('b2 a2')
  expect(await read('backward', { resume })).toBe('b0 a0')
  await archive.close()
})
