import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { manualClock } from '../../kit/clock.ts'
import { createLog } from '../../kit/log.ts'
import { keepContract, partOf } from '../keep.contract.ts'
import { samplesOf } from '../payloads.fixture.ts'
import { openSpool, type SpoolOptions } from './spool.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-spool-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folder = ''
let count = 0
const newFolder = () => join(root, String(++count))
beforeEach(() => {
  folder = newFolder()
})

const startAt = 1_700_000_000_000
const lines: string[] = []
function open(over: Partial<SpoolOptions> = {}) {
  const clock = manualClock(startAt)
  const log = createLog({ level: 'info', format: 'text', write: (line) => lines.push(line), clock })
  return openSpool({ folder, agent: 'lab-agent', maxBytes: 10_000_000, clock, log, ...over })
}
/** The process dies: nothing is closed. Its lock stays, as its number is still ours here. */
const reopen = open
const files = (start: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .sort()
const segment = () => join(folder, files('segment-').at(-1) ?? '')

keepContract('the spool', () => {
  folder = newFolder()
  return open()
})

describe('the spool', () => {
  test('finds what an earlier process left, with its names, in its order', () => {
    const { push, name, done } = open()
    const [sent, acknowledged, fresh] = [1, 2, 3].map((at) => push(partOf(samplesOf(1, at))))
    if (!sent || !acknowledged || !fresh) throw new Error('unreachable')
    name(acknowledged, { epoch: 5, lane: 'live', seq: 1 })
    done(acknowledged)
    name(sent, { epoch: 5, lane: 'live', seq: 2 })
    const next = reopen()
    expect(next.leftovers).toEqual([
      { ...sent, identity: { epoch: 5, lane: 'live', seq: 2 } },
      fresh,
    ])
    expect(next.leftovers.map(next.read)).toEqual([samplesOf(1, 1), samplesOf(1, 3)])
    expect(next.damaged).toBe(0)
    for (const one of next.leftovers) next.done(one)
    expect(reopen().leftovers).toEqual([])
  })

  test('what was acknowledged stays so over any number of starts', () => {
    const { push, done } = open()
    const all = [1, 2, 3].map((at) => push(partOf(samplesOf(1, at))))
    for (const one of all.slice(0, 2)) done(one)
    for (let start = 0; start < 3; start++) expect(reopen().leftovers).toEqual(all.slice(2))
  })

  test('its files go with what they hold', () => {
    const spool = open({ maxBytes: 100_000 })
    const all = Array.from({ length: 400 }, (_, at) => spool.push(partOf(samplesOf(1, at + 1))))
    expect(files('segment-').length).toBeGreaterThan(3)
    for (const one of all) spool.done(one)
    expect(files('segment-').length).toBe(1)
    spool.close()
    expect(files('segment-')).toEqual([])
  })

  test('a torn tail is cut, counted, and hurts nothing before it', () => {
    const spool = open()
    const [first] = [1, 2].map((at) => spool.push(partOf(samplesOf(1, at))))
    truncateSync(segment(), readFileSync(segment()).length - 7)
    const next = reopen()
    expect([next.leftovers, next.damaged]).toEqual([[first], 1])
    expect(lines.at(-1)).toContain('lost or changed')
    const again = next.push(partOf(samplesOf(1, 3)))
    expect(reopen().leftovers).toEqual([first, again])
  })

  test('a changed record is left out and counted, those around it hold', () => {
    const spool = open()
    const [first, , third] = [1, 2, 3].map((at) => spool.push(partOf(samplesOf(1, at))))
    const bytes = readFileSync(segment())
    const middle = Math.floor(bytes.length / 2)
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
    writeFileSync(segment(), bytes)
    const next = reopen()
    expect([next.leftovers, next.damaged]).toEqual([[first, third], 1])
  })

  test('a record that changes under us is not sent', () => {
    const { push, read } = open()
    const filler = partOf(samplesOf(500))
    const waiting = push(partOf(samplesOf(1)))
    // What is still in memory would be given from there.
    for (let bytes = 0; bytes < 9_000_000; bytes += filler.bytes) push(filler)
    const path = join(folder, files('segment-')[0] ?? '')
    const bytes = readFileSync(path)
    bytes.write('x', 40)
    writeFileSync(path, bytes)
    expect(read(waiting)).toBeUndefined()
  })

  test('a torn journal forgets its last line only', () => {
    const { push, name, done } = open()
    const [first, second] = [1, 2].map((at) => push(partOf(samplesOf(1, at))))
    if (!first || !second) throw new Error('unreachable')
    done(first)
    name(second, { epoch: 5, lane: 'live', seq: 2 })
    truncateSync(join(folder, 'journal'), readFileSync(join(folder, 'journal')).length - 3)
    expect(reopen().leftovers).toEqual([second])
  })

  test('on a full disk batches wait in memory, up to a limit, until it has room again', () => {
    let full = false
    const spool = open({
      append(file, bytes) {
        if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        writeFileSync(file, bytes)
        return bytes.length
      },
    })
    const before = spool.push(partOf(samplesOf(1, 1)))
    expect(spool.capBytes()).toBe(10_000_000)
    full = true
    const within = spool.push(partOf(samplesOf(1, 2)))
    expect(spool.read(within)).toEqual(samplesOf(1, 2))
    expect(spool.capBytes()).toBe(before.bytes + 32 * 1024 * 1024)
    expect(lines.at(-1)).toContain('no space left on device')
    full = false
    const after = spool.push(partOf(samplesOf(1, 3)))
    expect(spool.capBytes()).toBe(10_000_000)
    expect([before, within, after].map(spool.read)).toEqual([1, 2, 3].map((at) => samplesOf(1, at)))
    // What waited in memory alone went with the process; the rest is whole.
    const next = reopen()
    expect([next.leftovers, next.damaged]).toEqual([[before, after], 0])
  })

  test('each start has an epoch of its own, though the clock jumps back', () => {
    const late = manualClock(startAt + 3_600_000)
    expect(open({ clock: late }).epoch).toBe(startAt + 3_600_000)
    expect(open().epoch).toBe(startAt + 3_600_001)
    expect(open().epoch).toBe(startAt + 3_600_002)
  })

  test('refuses the folder of another agent, and one that is in use', () => {
    open().close()
    expect(() => open({ agent: 'another' })).toThrow(
      /holds what agent "lab-agent" has not sent yet, and this is agent "another"\. Give each agent a folder of its own\.$/,
    )
    writeFileSync(join(folder, 'lock'), `1 ${hostname()}\n`)
    expect(() => open()).toThrow(
      /is in use by process 1\. Stop it, or give this one another folder\.$/,
    )
    writeFileSync(join(folder, 'lock'), `999999999 ${hostname()}\n`)
    open().close()
    writeFileSync(join(root, 'file'), '')
    expect(() => open({ folder: join(root, 'file', 'below') })).toThrow(
      /cannot be used \(ENOTDIR.*give a folder that this process may write\.$/,
    )
  })
})
