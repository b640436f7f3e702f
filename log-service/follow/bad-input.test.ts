import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { createLineReader } from '../../core/logs/reader.ts'
import { createRedactor } from '../../core/logs/redact.ts'
import { createTemplates } from '../../core/logs/templates.ts'
import type { LogLine, LogOrigin } from '../../core/model/logs.ts'
import { type Life, type LifeOptions, openLife } from '../life.fixture.ts'
import { bornAt, countedEvents } from '../lines.fixture.ts'
import { filesLayout } from './layout-files.ts'
import type { OpenReader } from './reading.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-bad-input-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folder = ''
let logs = ''
let runs = 0
let life: Life
let counted = countedEvents()
let clock = manualClock(bornAt)
const shipped: { origin: LogOrigin; line: LogLine }[] = []

const shared = { redactor: createRedactor(), templates: createTemplates() }
const realReader: OpenReader = ({ format, startAt }) =>
  createLineReader({ format, startAt, ...shared, readAt: () => bornAt })

async function start(more: Partial<LifeOptions> = {}): Promise<void> {
  life = await openLife({
    ...{ folder, clock, events: counted.events },
    sources: [filesLayout({ root: logs, cluster: 'c', node: 'n', folders: '', endings: ['.log'] })],
    openReader: realReader,
    async ship(events) {
      for (const { origin, lines } of events)
        shipped.push(...lines.map((line) => ({ origin, line })))
    },
    ...more,
  })
}

beforeEach(async () => {
  folder = join(root, String(++runs))
  logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  counted = countedEvents()
  clock = manualClock(bornAt)
  shipped.length = 0
  await start()
})
afterEach(() => life.die())

const path = (name: string) => join(logs, name)
async function look(): Promise<void> {
  await life.follower.scan()
  await life.readAll()
  await clock.advance(2_000)
  await life.flushSilent()
}
const line = (text: string) => `2026-01-05 10:11:12,345 INFO  org.apache.flink.Job [] - ${text}\n`
const messages = () => shipped.map((one) => one.line.message)

test('binary junk is read, shown with replacement characters, and what follows is whole', async () => {
  const junk = Buffer.from(Array.from({ length: 70_000 }, (_, byte) => (byte * 7_919) % 256))
  writeFileSync(path('a.log'), Buffer.concat([junk, Buffer.from(`\n${line('after')}`)]))
  await look()
  expect(messages().at(-1)).toBe('after')
  const bytes = shipped.reduce((sum, one) => sum + one.line.bytes, 0)
  expect(bytes).toBe(statSync(path('a.log')).size)
})

test('an endless line is cut, marked and does not stay in memory', async () => {
  writeFileSync(path('a.log'), line('before'))
  for (let piece = 0; piece < 40; piece++) {
    appendFileSync(path('a.log'), 'x'.repeat(1024 * 1024))
    await life.follower.scan()
    await life.readAll()
  }
  expect(life.delivery.bytes()).toBeLessThan(1024 * 1024)
  appendFileSync(path('a.log'), `\n${line('after')}`)
  await look()
  // What does not begin as lines of the log do belongs to the line before it.
  const [endless, after] = shipped.map((one) => one.line)
  expect(after?.message).toBe('after')
  expect(endless?.message.slice(0, 10)).toBe('before\nxxx')
  const beginBytes = line('before').length
  expect(endless?.bytes).toBe(beginBytes + 40 * 1024 * 1024 + 1)
  const kept = (endless?.message.length ?? 0) - 'before\n'.length
  expect((endless?.cutBytes ?? 0) + kept).toBe(40 * 1024 * 1024)
})

test('a clock that goes back changes nothing about what is read', async () => {
  writeFileSync(path('a.log'), line('one'))
  await look()
  await clock.set(bornAt - 86_400_000)
  appendFileSync(path('a.log'), line('two'))
  await look()
  appendFileSync(path('a.log'), line('three').replace('2026', '2025'))
  await look()
  expect(messages()).toEqual(['one', 'two', 'three'])
})

test('a new file with the inode of an old one is another log, from its first byte', async () => {
  writeFileSync(path('a.log'), line('old'))
  await look()
  const { ino } = statSync(path('a.log'))
  // Where the file is not held open its inode is free when it goes.
  await life.stop()
  let reused = false
  for (let attempt = 0; attempt < 200 && !reused; attempt++) {
    rmSync(path('a.log'), { force: true })
    writeFileSync(path('a.log'), line(`new and longer than the old one was`))
    reused = statSync(path('a.log')).ino === ino
  }
  await start()
  await look()
  expect(messages()).toEqual(['old', 'new and longer than the old one was'])
  expect(new Set(shipped.map((one) => one.origin.file)).size).toBe(2)
})

test('ten thousand dead files are each read once, and a scan of them holds nothing up', async () => {
  await life.die()
  await start({ segmentBytes: 50_000_000 })
  for (let file = 0; file < 10_000; file++) {
    writeFileSync(path(`dead-${file}.log`), line(`of ${file}`))
  }
  await look()
  expect(new Set(messages()).size).toBe(10_000)
  expect(life.follower.state()).toMatchObject({ files: 10_000 })
  expect(life.follower.state().openFiles).toBeLessThanOrEqual(1_000)
  let turns = 0
  let scanning = true
  const scan = life.follower.scan().then(() => {
    scanning = false
  })
  const count = () => {
    turns++
    if (scanning) setImmediate(count)
  }
  count()
  await scan
  expect(turns).toBeGreaterThan(100)
  appendFileSync(path('dead-77.log'), line('alive'))
  for (let scans = 0; scans < 16; scans++) await look()
  expect(messages().at(-1)).toBe('alive')
  expect(messages()).toHaveLength(10_001)
}, 60_000)

test('a root that is removed and comes back goes on', async () => {
  writeFileSync(path('a.log'), line('one'))
  await look()
  renameSync(logs, `${logs}-away`)
  await look()
  await look()
  expect(await counted.count('weir_logs_roots_missing_total')).toBe(1)
  renameSync(`${logs}-away`, logs)
  appendFileSync(path('a.log'), line('two'))
  await look()
  rmSync(logs, { recursive: true })
  await look()
  mkdirSync(logs)
  writeFileSync(path('a.log'), line('three'))
  await look()
  expect(messages()).toEqual(['one', 'two', 'three'])
})

test('a file that cannot be read is said once, left alone, and read when it can be', async () => {
  symlinkSync('/etc/passwd', path('escape.log'))
  writeFileSync(path('b.log'), line('fine'))
  await look()
  await look()
  expect(await counted.count('weir_logs_unreadable_files_total')).toBe(1)
  expect(messages()).toEqual(['fine'])
  unlinkSync(path('escape.log'))
  writeFileSync(path('escape.log'), line('a file of its own'))
  await look()
  expect(messages()).toEqual(['fine', 'a file of its own'])
})

test('a link to a log in the folder is that log, once', async () => {
  writeFileSync(path('a.log'), line('one'))
  symlinkSync(path('a.log'), path('b.log'))
  await look()
  await look()
  expect(messages()).toEqual(['one'])
})

test('a file is read to its end after it was deleted', async () => {
  writeFileSync(path('a.log'), line('one'))
  await look()
  appendFileSync(path('a.log'), line('two'))
  unlinkSync(path('a.log'))
  await look()
  expect(messages()).toEqual(['one', 'two'])
  for (let scans = 0; scans < 5; scans++) await look()
  expect(life.follower.state()).toMatchObject({ files: 0, openFiles: 0 })
})

test('a file that is made and removed between two scans is read when the system tells in time', async () => {
  await life.follower.scan()
  writeFileSync(path('short.log'), line('lived briefly'))
  life.follower.noticed(logs, 'short.log', 'rename')
  unlinkSync(path('short.log'))
  await look()
  await look()
  expect(messages()).toEqual(['lived briefly'])
})

test('what is lost with a truncation is counted', async () => {
  writeFileSync(path('a.log'), line('one'))
  await look()
  appendFileSync(path('a.log'), line('never read'))
  await life.follower.scan()
  truncateSync(path('a.log'))
  for (let scans = 0; scans < 4; scans++) await look()
  expect(await counted.count('weir_logs_truncations_total')).toBe(1)
  expect(await counted.count('weir_logs_lost_bytes_total')).toBe(line('never read').length)
  appendFileSync(path('a.log'), line('afterwards'))
  await look()
  expect(messages()).toEqual(['one', 'afterwards'])
})

test('a file that is written anew to the same length and more is noticed by its beginning', async () => {
  writeFileSync(path('a.log'), line('the first'))
  await look()
  writeFileSync(path('a.log'), line('THE FIRST'))
  await look()
  expect(messages()).toEqual(['the first', 'THE FIRST'])
})

test('a compressed generation that nobody has seen is read, one that is damaged is said', async () => {
  writeFileSync(path('a.log.2.gz'), gzipSync(line('packed').repeat(1_000)))
  const whole = gzipSync(
    Array.from({ length: 5_000 }, (_, index) => line(`${index} ${Math.sin(index)}`)).join(''),
  )
  writeFileSync(path('b.log.1.gz'), whole.subarray(0, whole.length / 2))
  for (let scans = 0; scans < 5; scans++) await look()
  expect(messages().filter((text) => text === 'packed')).toHaveLength(1_000)
  const ofB = shipped.filter((one) => one.origin.path === 'b.log')
  expect(ofB.length).toBeGreaterThan(500)
  expect(await counted.count('weir_logs_unreadable_files_total')).toBe(1)
  // It was still being written.
  writeFileSync(path('b.log.1.gz'), whole)
  for (let scans = 0; scans < 5; scans++) await look()
  const offsets = shipped.flatMap((one) => (one.origin.path === 'b.log' ? one.line.offset : []))
  expect(new Set(offsets).size).toBe(offsets.length)
  expect(offsets.length).toBeGreaterThanOrEqual(5_000)
})

test('a gzip bomb is read piece by piece', async () => {
  writeFileSync(path('a.log.1.gz'), gzipSync(Buffer.alloc(64 * 1024 * 1024)))
  await look()
  await look()
  await look()
  expect(shipped.length).toBeLessThanOrEqual(1)
  expect(life.delivery.bytes()).toBeLessThan(1024 * 1024)
})

test('more logs than handles are all followed', async () => {
  await life.die()
  await start({ maxOpenFiles: 5 })
  for (let round = 0; round < 3; round++) {
    for (let file = 0; file < 40; file++)
      appendFileSync(path(`${file}.log`), line(`${file}/${round}`))
    await look()
  }
  expect(messages().sort()).toEqual(
    Array.from({ length: 120 }, (_, index) => `${index % 40}/${Math.floor(index / 40)}`).sort(),
  )
  expect(life.follower.state().openFiles).toBeLessThanOrEqual(5)
})

test('on a full disk lines go on to the gateway; with both away reading waits and nothing is lost', async () => {
  await life.die()
  let isFull = true
  let isAway = true
  await start({
    async write(file, bytes, at) {
      if (isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      return (await file.write(bytes, 0, bytes.length, at)).bytesWritten
    },
    async ship(events) {
      if (isAway) throw new Error('away')
      for (const { origin, lines } of events)
        shipped.push(...lines.map((one) => ({ origin, line: one })))
    },
    limits: { maxBytes: 20_000, maxLaneBytes: 10_000, laneShareBytes: 4_000, shipmentBytes: 4_000 },
  })
  const text = Array.from({ length: 4_000 }, (_, index) => line(`${index}`)).join('')
  writeFileSync(path('a.log'), text)
  await look()
  await look()
  expect(life.follower.state().unreadBytes).toBeLessThan(text.length)
  expect(shipped).toEqual([])
  isAway = false
  for (let round = 0; round < 40; round++) await look()
  expect(messages()).toEqual(Array.from({ length: 4_000 }, (_, index) => `${index}`))
  expect(await counted.count('weir_logs_archive_refused_events_total')).toBeGreaterThan(0)
  expect(life.archive.gaps()[0]).toMatchObject({ reason: 'disk', acknowledged: true })
  isFull = false
  appendFileSync(path('a.log'), line('kept again'))
  await look()
  expect(messages().at(-1)).toBe('kept again')
  expect(life.archive.files()[0]?.rows).toBeGreaterThan(0)
})

test('a folder that may not be looked into is said once and the others are followed', async () => {
  mkdirSync(path('closed'))
  writeFileSync(path('open.log'), line('fine'))
  chmodSync(path('closed'), 0o000)
  await look()
  await look()
  expect(messages()).toEqual(['fine'])
  chmodSync(path('closed'), 0o755)
})
