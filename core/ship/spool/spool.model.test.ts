import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, constant, nat, oneof, property, record } from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '../../kit/clock.ts'
import { silentLog } from '../../kit/log.ts'
import { partOf } from '../keep.contract.ts'
import type { Identity, Waiting } from '../keep.ts'
import { samplesOf } from '../payloads.fixture.ts'
import { openSpool, type Spool } from './spool.ts'

/**
 * The spool beside the simplest thing that could be one: a list in memory. Any schedule of pushes, names,
 * acknowledgements, deaths of the process at any byte of the newest write, changed bits and full disks.
 */
const root = mkdtempSync(join(tmpdir(), 'weir-spool-model-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const step = oneof(
  { weight: 6, arbitrary: record({ do: constant('push' as const), subtasks: nat(3) }) },
  { weight: 3, arbitrary: record({ do: constant('name' as const), which: nat(20) }) },
  { weight: 3, arbitrary: record({ do: constant('done' as const), which: nat(20) }) },
  { weight: 1, arbitrary: record({ do: constant('die' as const), tornBytes: nat(300) }) },
  { weight: 1, arbitrary: record({ do: constant('flip' as const), byte: nat(100_000) }) },
  { weight: 1, arbitrary: record({ do: constant('fill' as const) }) },
)

interface Known {
  readonly waiting: Waiting
  readonly at: number
  readonly subtasks: number
  readonly identity: Identity | undefined
}

test('whatever happens, what is whole on disk is found again and nothing else is', () => {
  let folders = 0
  const run = (steps: readonly Step[]) => {
    let folder = join(root, String(++folders))
    let full = false
    const clock = manualClock(1_700_000_000_000)
    const open = (): Spool =>
      openSpool({
        ...{ folder, agent: 'a', maxBytes: 600_000, clock, log: silentLog },
        append(file, bytes) {
          if (full) throw new Error('no space left on device')
          writeFileSync(file, bytes)
          return bytes.length
        },
      })
    let spool = open()
    let epoch = spool.epoch
    let model: Known[] = []
    let at = 0

    /** A new process over what the old one had written, less what it was just writing. */
    const reopen = (mayBeLost: (known: Known) => boolean) => {
      full = false
      spool = open()
      expect(spool.epoch).toBeGreaterThan(epoch)
      epoch = spool.epoch
      const found = new Map(spool.leftovers.map((waiting) => [waiting.id, waiting]))
      const lost = model.filter(({ waiting }) => !found.has(waiting.id))
      expect(lost.filter((known) => !mayBeLost(known))).toEqual([])
      model = model.filter(({ waiting }) => found.has(waiting.id))
      expect(found.size).toBe(model.length)
      for (const known of model) {
        const waiting = found.get(known.waiting.id)
        expect(waiting && spool.read(waiting)).toEqual(samplesOf(known.subtasks, known.at))
        if (waiting?.identity) expect(waiting.identity).toEqual(known.identity)
      }
    }

    const chosen = (which: number) => model[which % Math.max(1, model.length)]
    const take: { readonly [Do in Step['do']]: (one: Extract<Step, { do: Do }>) => void } = {
      push({ subtasks: more }) {
        at++
        const subtasks = more + 1
        const waiting = spool.push(partOf(samplesOf(subtasks, at)))
        model.push({ waiting, at, subtasks, identity: undefined })
      },
      name({ which }) {
        const known = chosen(which)
        if (!known || known.identity) return
        const identity: Identity = { epoch, lane: 'live', seq: at }
        spool.name(known.waiting, identity)
        model = model.map((other) => (other === known ? { ...known, identity } : other))
      },
      done({ which }) {
        const known = chosen(which)
        if (!known) return
        spool.done(known.waiting)
        model = model.filter((other) => other !== known)
      },
      fill() {
        full = true
      },
      die({ tornBytes }) {
        const newest = model.at(-1)
        const segment = newestSegment(folder)
        const torn = segment && newest && newest.waiting.id > 0 && isLastIn(segment, newest)
        if (torn) {
          const bytes = readFileSync(segment).length
          truncateSync(segment, Math.max(0, bytes - Math.min(tornBytes, newest.waiting.bytes)))
        }
        reopen(({ waiting }) => waiting.id < 0 || (torn === true && waiting === newest?.waiting))
      },
      // In a copy: the schedule goes on with the whole one.
      flip({ byte }) {
        const copy = join(root, `${folders}-flipped-${at}-${byte}`)
        cpSync(folder, copy, { recursive: true })
        rmSync(join(copy, 'lock'), { force: true })
        if (!flipBit(newestSegment(copy), byte)) return
        const original = folder
        folder = copy
        const flipped = open()
        folder = original
        const onDisk = model.filter(({ waiting }) => waiting.id > 0)
        expect(onDisk.length - flipped.leftovers.length).toBeLessThanOrEqual(1)
        for (const waiting of flipped.leftovers) {
          const known = onDisk.find((other) => other.waiting.id === waiting.id)
          expect(known && flipped.read(waiting)).toEqual(
            known && samplesOf(known.subtasks, known.at),
          )
        }
      },
    }
    for (const one of steps) (take[one.do] as (step: Step) => void)(one) // The key is its own kind.
    reopen(({ waiting }) => waiting.id < 0)
  }
  assert(property(array(step, { maxLength: 60 }), run), { numRuns: 150, seed: 4711 })
})

type Step =
  | { readonly do: 'push'; readonly subtasks: number }
  | { readonly do: 'name' | 'done'; readonly which: number }
  | { readonly do: 'die'; readonly tornBytes: number }
  | { readonly do: 'flip'; readonly byte: number }
  | { readonly do: 'fill' }

function newestSegment(folder: string): string | undefined {
  const name = readdirSync(folder)
    .filter((file) => file.startsWith('segment-'))
    .sort()
    .at(-1)
  return name === undefined ? undefined : join(folder, name)
}

function flipBit(segment: string | undefined, byte: number): boolean {
  const bytes = segment === undefined ? Buffer.alloc(0) : readFileSync(segment)
  if (segment === undefined || bytes.length === 0) return false
  const place = byte % bytes.length
  bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << (byte % 8)), place)
  writeFileSync(segment, bytes)
  return true
}

/** Whether the record is the last that was written: then a death may have torn it. */
function isLastIn(segment: string, { waiting }: Known): boolean {
  const bytes = readFileSync(segment)
  const mark = bytes.lastIndexOf('WSP1')
  return mark >= 0 && Number(bytes.readBigUInt64BE(mark + 12)) === waiting.id
}
