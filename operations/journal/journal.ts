import { mkdirSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError, messageOf, WeirError } from '../../core/kit/errors.ts'
import { lockFolder } from '../../core/kit/lock-folder.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { syncFolder } from '../../core/kit/sync-folder.ts'
import { Application, State } from './application.ts'

/** One line of the file: a change that was decided, or how far one has come. Only ever added to. */
const Line = z.discriminatedUnion('line', [
  z.object({ v: z.literal(1), line: z.literal('intent'), application: Application }),
  z.object({ v: z.literal(1), line: z.literal('state'), id: z.string(), state: State }),
])
type Line = z.output<typeof Line>

const FILE = 'journal.ndjson'

/** What was done, on the disk before it is done: the memory that a crash leaves. */
export interface Journal {
  /** Every change there ever was, oldest first. */
  applications(): readonly Application[]
  /** Resolves once it would outlive a power cut. @throws the system's error; then nothing was written */
  intend(application: Application): Promise<void>
  /** The same for how far it has come. */
  move(id: string, state: State): Promise<void>
}

/**
 * Opens the journal of a folder, which belongs to this process until the scope closes.
 * @throws ConfigError when another process has the folder, or a line of the file cannot be read
 */
export async function openJournal(folder: string, scope: Scope): Promise<Journal> {
  mkdirSync(folder, { recursive: true })
  const unlock = lockFolder(folder, 'operations.folder')
  scope.add('journal lock', unlock)
  const path = join(folder, FILE)
  const file = await open(path, 'a+').then(async (created) => {
    await created.close()
    return open(path, 'r+')
  })
  scope.add('journal', () => file.close())
  await syncFolder(folder)
  const { lines, length } = await readWhole(file, path)
  return journalOf(writer(file, length), lines)
}

/** The journal of a folder as it is now, for who only looks: nothing is locked, written or put right. */
export async function readJournal(folder: string): Promise<Journal> {
  const path = join(folder, FILE)
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  return journalOf(async () => {
    throw new WeirError('Something was about to be written by who only looks.')
  }, linesIn(bytes, path).lines)
}

function journalOf(write: (line: Line) => Promise<void>, lines: readonly Line[]): Journal {
  const known = new Map<string, Application>()
  const take = (line: Line) => {
    if (line.line === 'intent') known.set(line.application.id, line.application)
    else {
      const application = known.get(line.id)
      if (application) known.set(line.id, { ...application, state: line.state })
    }
  }
  for (const line of lines) take(line)
  const add = async (line: Line) => {
    await write(line)
    take(line)
  }
  return {
    applications: () => [...known.values()],
    intend: (application) => add({ v: 1, line: 'intent', application }),
    move: (id, state) => add({ v: 1, line: 'state', id, state }),
  }
}

/** What was cut off in the middle of a line was never acknowledged: it is taken away. */
async function readWhole(file: FileHandle, path: string): Promise<ReturnType<typeof linesIn>> {
  const bytes = await file.readFile()
  const read = linesIn(bytes, path)
  if (read.length < bytes.length) await file.truncate(read.length)
  return read
}

/** Whole lines, and how many bytes they are. */
function linesIn(
  bytes: Buffer,
  path: string,
): { readonly lines: readonly Line[]; readonly length: number } {
  const length = bytes.lastIndexOf(0x0a) + 1
  const texts = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1)
  return { lines: texts.map((text, index) => parseLine(text, `${path} line ${index + 1}`)), length }
}

function parseLine(text: string, place: string): Line {
  try {
    return Line.parse(JSON.parse(text))
  } catch (cause) {
    throw new ConfigError(
      `operations.folder: ${place} cannot be read (${messageOf(cause).split('\n', 1)[0]}). Without it changes could be made twice, so nothing is done: repair the file, or move it away if no change is under way.`,
      { cause },
    )
  }
}

/** Adds lines one after the other; each is on the disk when it resolves, or not in the file at all. */
function writer(file: FileHandle, lengthAtStart: number): (line: Line) => Promise<void> {
  let length = lengthAtStart
  let last: Promise<void> = Promise.resolve()
  const writeNow = async (line: Line) => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, length + done)
        done += bytesWritten
      }
      await file.datasync()
    } catch (error) {
      await file.truncate(length).catch(() => undefined)
      throw error
    }
    length += bytes.length
  }
  return (line) => {
    const turn = last.then(() => writeNow(line))
    last = turn.catch(() => undefined)
    return turn
  }
}
