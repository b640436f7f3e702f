import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
} from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { createLineReader } from '../../core/logs/reader.ts'
import { createRedactor } from '../../core/logs/redact.ts'
import { createTemplates } from '../../core/logs/templates.ts'
import { readFile } from '../archive/read-file.ts'
import type { Chunk } from '../chunk.ts'
import { type Life, openLife } from '../life.fixture.ts'
import { plainReader } from '../line-reader.fixture.ts'
import { bornAt, countedEvents } from '../lines.fixture.ts'
import type { LogSource } from './layout.ts'
import { criLayout } from './layout-cri.ts'
import { filesLayout } from './layout-files.ts'
import type { OpenReader } from './reading.ts'

/**
 * The log service beside what was written: any schedule of writing, rotation by name and by copy, truncation, compression,
 * deletion, outages of the gateway, lost acknowledgements, restarts and deaths, in the middle of a write too. Every line is
 * delivered that was not destroyed before it could be read; each exactly once by (file, offset); in order.
 *
 * WEIR_FOLLOWER_RUNS and WEIR_FOLLOWER_SEED make it longer and other.
 */
// biome-ignore lint/style/noProcessEnv: how long a test runs is said from outside.
const { WEIR_FOLLOWER_RUNS = '250', WEIR_FOLLOWER_SEED = '4711' } = process.env
const memory = '/dev/shm'
const root = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'weir-follower-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

type Step =
  | { readonly do: 'write'; readonly app: string; readonly lines: number; readonly half: boolean }
  | { readonly do: 'rotate' | 'copy' | 'truncate' | 'copyTruncate'; readonly app: string }
  | { readonly do: 'gzip' | 'delete'; readonly app: string; readonly generation: number }
  | {
      readonly do: 'scan' | 'readAll' | 'tick' | 'save' | 'tend' | 'restart' | 'die' | 'dieWriting'
    }
  | { readonly do: 'read'; readonly turns: number }
  | { readonly do: 'gateway'; readonly is: Gateway }
type Gateway = 'up' | 'down' | 'forgetful'

const app = constantFrom('a', 'b')
const kinds: readonly [number, Arbitrary<Step>][] = [
  [8, record({ do: constant('write'), app, lines: nat(6), half: boolean() })],
  [3, record({ do: constant('rotate'), app })],
  [1, record({ do: constant('copy'), app })],
  [1, record({ do: constant('truncate'), app })],
  [2, record({ do: constant('copyTruncate'), app })],
  [2, record({ do: constant('gzip'), app, generation: nat(3) })],
  [2, record({ do: constant('delete'), app, generation: nat(3) })],
  [6, record({ do: constant('scan') })],
  [4, record({ do: constant('readAll') })],
  [3, record({ do: constant('read'), turns: nat(3) })],
  [3, record({ do: constant('tick') })],
  [1, record({ do: constant('save') })],
  [1, record({ do: constant('tend') })],
  [1, record({ do: constant('restart') })],
  [1, record({ do: constant('die') })],
  [1, record({ do: constant('dieWriting') })],
  [
    2,
    record({ do: constant('gateway'), is: constantFrom<Gateway>('up', 'up', 'down', 'forgetful') }),
  ],
]
const step = oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary })))

/** What a file on the disk holds, as its writer knows it. */
interface Content {
  lines: string[]
  /** Lines of which the runtime has written a part so far, by output. */
  parts: Map<string, string>
  /** The beginning of a line that stands at its end, and what is still to come of that line. */
  half: string
  missing: string
  /** This life has seen it and holds it open. */
  held: boolean
  readonly isCopy: boolean
}

/** How lines stand in files, and who reads them. */
interface World {
  fileOf(app: string): string
  source(root: string): LogSource
  readonly openReader: OpenReader
  /** A line as bytes; `number` varies how. */
  write(line: string, number: number): string
  /** What a line of the file says of a line of the program. */
  read(physical: string): { output: string; part: string; isWhole: boolean }
}

const HEAD = '2026-01-05 10:11:12,345 INFO  org.apache.flink.Job [] - '
const PREFIX = '2026-01-05T10:11:12.345678901Z'
const shared = { redactor: createRedactor(), templates: createTemplates() }

const worlds: Readonly<Record<string, World>> = {
  'a plain file': {
    fileOf: (of) => `${of}.log`,
    source: (logs) =>
      filesLayout({ root: logs, cluster: 'c', node: 'n', folders: '', endings: ['.log'] }),
    openReader: plainReader,
    write: (line) => `${line}\n`,
    read: (physical) => ({ output: 'file', part: physical, isWhole: true }),
  },
  // With the product's reader: two outputs in one file, lines that the runtime has cut, stacks.
  'a pod': {
    fileOf: (of) => `flink_${of}_uid/main/0.log`,
    source: (logs) =>
      criLayout({ root: logs, cluster: 'c', node: 'n', linkRoots: [], namespaces: [] }),
    openReader: ({ format, startAt }) =>
      createLineReader({ format, startAt, ...shared, readAt: () => bornAt }),
    write(line, number) {
      const output = number % 3 === 0 ? 'stderr' : 'stdout'
      const text = line.startsWith('\t') ? line : `${HEAD}${line}`
      if (number % 4 !== 0) return `${PREFIX} ${output} F ${text}\n`
      const cut = Math.floor(text.length / 2)
      const [first, second] = [text.slice(0, cut), text.slice(cut)]
      return `${PREFIX} ${output} P ${first}\n${PREFIX} ${output} F ${second}\n`
    },
    read(physical) {
      const [, output = '', tag, ...text] = physical.split(' ')
      return { output, part: text.join(' '), isWhole: tag === 'F' }
    },
  },
}

const NEVER = new Promise<never>(() => {})

async function run(steps: readonly Step[], folder: string, world: World): Promise<void> {
  const logs = join(folder, 'logs')
  for (const of of ['a', 'b']) mkdirSync(dirname(join(logs, world.fileOf(of))), { recursive: true })
  const clock = manualClock(bornAt)
  const { events } = countedEvents()
  const sources = [world.source(logs)]

  /** By name. */
  const files = new Map<string, Content>()
  /** Deleted while this life held them open. */
  const unlinked = new Set<Content>()
  const written: string[] = []
  /** Texts of lines, whether or not they were finished. */
  const begun: string[] = []
  /** And as they stand in their files. */
  const pieces: string[] = []
  const excused = new Set<string>()
  const taken = new Set<string>()
  let gateway: Gateway = 'up'
  let silentMs = 0

  /** By file and offset. */
  const delivered = new Map<string, string>()
  const textsOf = ({ lines }: Pick<Chunk, 'lines'>) =>
    lines.map(({ message, stack }) =>
      (stack === undefined ? message : `${message}\n${stack}`).replaceAll(HEAD, ''),
    )
  const newest = new Map<string, number>()
  /** What arrived and nobody died since; it must not come again. */
  const acknowledged = new Set<string>()
  const ship = async (shipment: readonly Pick<Chunk, 'origin' | 'lines'>[]) => {
    if (gateway === 'down') throw new Error('the gateway is down')
    for (const { origin, lines } of shipment) {
      for (const [index, { offset, stream }] of lines.entries()) {
        const output = `${origin.file} ${stream}`
        const key = `${origin.file} ${offset}`
        const text = textsOf({ lines })[index] ?? ''
        expect([key, acknowledged.has(key)]).toEqual([key, false])
        if (delivered.has(key)) expect([key, delivered.get(key)]).toEqual([key, text])
        else expect([key, offset > (newest.get(output) ?? -1)]).toEqual([key, true])
        delivered.set(key, text)
        newest.set(output, Math.max(offset, newest.get(output) ?? -1))
      }
    }
    if (gateway === 'forgetful') throw new Error('the answer was lost')
    for (const { origin, lines } of shipment) {
      for (const { offset } of lines) acknowledged.add(`${origin.file} ${offset}`)
    }
  }

  let dieAtNextWrite = false
  let died = false
  const born = () =>
    openLife({
      ...{ folder, sources, ship, clock, events, segmentBytes: 3_000 },
      openReader: world.openReader,
      limits: { maxBytes: 4_000, maxLaneBytes: 1_500, laneShareBytes: 600, shipmentBytes: 1_200 },
      async write(file, bytes, at) {
        if (!dieAtNextWrite) return (await file.write(bytes, 0, bytes.length, at)).bytesWritten
        dieAtNextWrite = false
        await file.write(bytes, 0, Math.floor(bytes.length / 2), at)
        died = true
        return NEVER
      },
    })
  const begin = async () => {
    const fresh = await born()
    fresh.archive.onAppend((chunk) => {
      for (const text of textsOf(chunk)) for (const line of text.split('\n')) taken.add(line)
    })
    return fresh
  }
  let life: Life = await begin()

  const path = (name: string) => join(logs, name)
  const current = (of: string) => world.fileOf(of)
  const isSafe = (line: string) =>
    taken.has(line) || [...files.values(), ...unlinked].some(({ lines }) => lines.includes(line))
  const excuseLost = () => {
    for (const line of written) if (!isSafe(line)) excused.add(line)
  }
  const excuseUntaken = ({ lines }: Content) => {
    for (const line of lines) if (!taken.has(line)) excused.add(line)
  }
  const write = (of: string, text: string) => {
    const name = current(of)
    const content = files.get(name) ?? {
      ...{ lines: [], parts: new Map<string, string>(), half: '', missing: '' },
      held: false,
      isCopy: false,
    }
    files.set(name, content)
    appendFileSync(path(name), text)
    silentMs = 0
    const physical = `${content.half}${text}`.split('\n')
    content.half = physical.pop() ?? ''
    for (const one of physical) {
      const { output, part, isWhole } = world.read(one)
      const whole = `${content.parts.get(output) ?? ''}${part}`
      content.parts.set(output, isWhole ? '' : whole)
      if (!isWhole) continue
      const line = whole.replace(HEAD, '')
      content.lines.push(line)
      written.push(line)
    }
  }
  const newLine = () => {
    const number = String(begun.length).padStart(6, '0')
    // Two logs never begin alike, as lines begin with a time; one in six goes with the line before it.
    const fold = begun.length % 6 === 5 ? '\tat ' : ''
    const line = `${fold}${number} ${'x'.repeat(60 + (begun.length % 7) * 9)}`
    begun.push(line)
    return line
  }
  const newText = () => {
    const text = world.write(newLine(), begun.length)
    pieces.push(...text.split('\n'))
    return text
  }
  const finishHalf = (of: string) => {
    const content = files.get(current(of))
    if (!content || content.missing === '') return false
    const { missing } = content
    content.missing = ''
    write(of, missing)
    return true
  }
  const generations = (of: string) =>
    [3, 2, 1].flatMap((number) => [`${current(of)}.${number}`, `${current(of)}.${number}.gz`])
  const remove = (name: string) => {
    const content = files.get(name)
    if (!content) return
    files.delete(name)
    unlinkSync(path(name))
    if (content.held && !content.isCopy) unlinked.add(content)
    else excuseUntaken(content)
    excuseLost()
  }
  const move = (from: string, to: string) => {
    const content = files.get(from)
    if (!content) return
    renameSync(path(from), path(to))
    files.delete(from)
    files.set(to, content)
  }
  const shift = (of: string) => {
    for (const name of generations(of)) {
      if (!files.has(name)) continue
      const number = Number(/\.log\.(\d)/.exec(name)?.[1])
      if (number === 3) remove(name)
      else move(name, name.replace(`.log.${number}`, `.log.${number + 1}`))
    }
  }
  const copy = (of: string) => {
    const content = files.get(current(of))
    if (!content) return
    shift(of)
    copyFileSync(path(current(of)), path(`${current(of)}.1`))
    files.set(`${current(of)}.1`, {
      ...content,
      lines: [...content.lines],
      held: false,
      isCopy: true,
    })
  }
  const truncate = (of: string) => {
    const content = files.get(current(of))
    if (!content) return
    truncateSync(path(current(of)))
    content.lines = []
    content.parts = new Map()
    content.half = ''
    content.missing = ''
    excuseLost()
  }
  const over = () => {
    for (const content of files.values()) content.held = false
    for (const content of unlinked) {
      unlinked.delete(content)
      excuseUntaken(content)
    }
    excuseLost()
  }
  const rise = async () => {
    await life.die()
    over()
    died = false
    dieAtNextWrite = false
    acknowledged.clear()
    life = await begin()
  }
  /** Does something that may turn out to be the end of this life. */
  const live = async (doing: () => Promise<unknown>) => {
    let done = false
    void doing().then(
      () => {
        done = true
      },
      (error: unknown) => {
        failure ??= error
        done = true
      },
    )
    while (!done && !died) await nextTurn()
    if (failure) throw failure
    if (died) await rise()
  }
  let failure: unknown

  const take: { readonly [Do in Step['do']]: (one: Extract<Step, { do: Do }>) => unknown } = {
    write({ app: of, lines, half }) {
      for (let count = 0; count < lines; count++) {
        if (!finishHalf(of)) write(of, newText())
      }
      if (!half || files.get(current(of))?.missing) return
      const text = newText()
      const bytes = 1 + ((text.length * 7) % (text.length - 2))
      write(of, text.slice(0, bytes))
      const content = files.get(current(of))
      if (content) content.missing = text.slice(bytes)
    },
    rotate({ app: of }) {
      if (!files.has(current(of))) return
      shift(of)
      move(current(of), `${current(of)}.1`)
    },
    copy: ({ app: of }) => copy(of),
    truncate: ({ app: of }) => truncate(of),
    copyTruncate({ app: of }) {
      copy(of)
      truncate(of)
    },
    gzip({ app: of, generation }) {
      const name = `${current(of)}.${generation}`
      const content = files.get(name)
      if (!content || files.has(`${name}.gz`)) return
      writeFileSync(path(`${name}.gz`), gzipSync(readFileSync(path(name))))
      unlinkSync(path(name))
      files.delete(name)
      files.set(`${name}.gz`, { ...content, held: false, isCopy: true })
    },
    delete({ app: of, generation }) {
      remove(generation === 0 ? current(of) : `${current(of)}.${generation}`)
      remove(`${current(of)}.${generation}.gz`)
    },
    async scan() {
      await live(() => life.follower.scan())
      for (const content of files.values()) content.held = true
    },
    readAll: () => live(() => life.readAll()),
    read: ({ turns }) =>
      live(async () => {
        for (let turn = 0; turn < turns; turn++) await life.follower.readSome()
        await life.delivery.placed()
      }),
    async tick() {
      silentMs += 1_100
      if (silentMs > 8_000) for (const of of ['a', 'b']) finishHalf(of)
      await clock.advance(1_100)
      await live(() => life.flushSilent())
    },
    save: () => life.follower.save(),
    tend: () => life.archive.tend(),
    async restart() {
      await live(() => life.stop())
      over()
      life = await begin()
    },
    die: () => rise(),
    dieWriting() {
      dieAtNextWrite = true
    },
    gateway({ is }) {
      gateway = is
    },
  }
  try {
    for (const one of steps) await (take[one.do] as (step: Step) => unknown)(one) // The key is its own kind.

    gateway = 'up'
    dieAtNextWrite = false
    for (const of of ['a', 'b']) finishHalf(of)
    for (let round = 0; round < 8; round++) {
      await live(() => life.follower.scan())
      await live(() => life.readAll())
      await clock.advance(61_000)
      await live(() => life.flushSilent())
      await clock.advance(31_000)
    }
    for (let wait = 0; wait < 2_000 && !life.delivery.idle(); wait++) {
      await nextTurn()
      if (wait % 100 === 99) await clock.advance(31_000)
    }
    const times = new Map<string, number>()
    for (const text of delivered.values()) {
      for (const line of text.split('\n')) times.set(line, (times.get(line) ?? 0) + 1)
    }
    expect({ idle: life.delivery.idle(), steps }).toMatchObject({ idle: true })
    const wrong = written.filter((line) => times.get(line) !== 1)
    const unexcused = wrong.filter((line) => !(times.get(line) === undefined && excused.has(line)))
    expect(unexcused.map((line) => `${line} ×${times.get(line) ?? 0}`)).toEqual([])
    const archived: string[] = []
    for (const { origin } of life.archive.files()) {
      for await (const lines of readFile(life.archive, origin.file, { direction: 'forward' })) {
        archived.push(...lines.map(({ offset }) => `${origin.file} ${offset}`))
      }
    }
    expect(archived.sort()).toEqual([...delivered.keys()].sort())
    // Pieces of lines, where a file went in the middle of one.
    const isPiece = (text: string) => pieces.some((piece) => piece.includes(text))
    const strange = [...times.keys()].filter((text) => !written.includes(text) && !isPiece(text))
    expect(strange).toEqual([])
  } finally {
    await life.die()
  }
}

test.each(Object.entries(worlds))(
  '%s: every line that was not destroyed before it could be read arrives, once, in order',
  async (name, world) => {
    let count = 0
    await assert(
      asyncProperty(array(step, { maxLength: 60 }), async (steps) => {
        const folder = join(root, `${name} ${++count}`)
        await run(steps, folder, world)
        rmSync(folder, { recursive: true })
      }),
      { numRuns: Number(WEIR_FOLLOWER_RUNS), seed: Number(WEIR_FOLLOWER_SEED) },
    )
  },
  3_600_000,
)
