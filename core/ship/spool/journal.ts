import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Identity } from '../keep.ts'

/** What became of the payloads in the segments: the names they were sent under, and which are done. */
export interface Journal {
  readonly names: ReadonlyMap<number, Identity>
  readonly done: ReadonlySet<number>
  readonly newestId: number
  /** @throws when the disk does not take it */
  name(id: number, identity: Identity): void
  /** @throws when the disk does not take it */
  finish(id: number): void
  /** Writes anew what is said of ids that still matter, whole or not at all. */
  compact(matters: (id: number) => boolean): void
  bytes(): number
  close(): void
}

/**
 * A text line per entry, each behind its CRC-32, so that a torn or changed line is left out and the others
 * hold. A lost `done` costs a repeat under the same name, which the gateway knows; a lost name as well costs
 * a repeat that the store folds by its row keys.
 */
export function openJournal(folder: string): Journal {
  const path = join(folder, 'journal')
  const names = new Map<number, Identity>()
  const done = new Set<number>()
  let newestId = 0
  for (const entry of readEntries(path)) {
    newestId = Math.max(newestId, entry.id)
    if (entry.identity) names.set(entry.id, entry.identity)
    else done.add(entry.id)
  }
  let file = openSync(path, 'a')
  let bytes = 0
  const append = (text: string) => {
    const line = framed(text)
    bytes += writeSync(file, line)
  }
  return {
    names,
    done,
    newestId,
    name: (id, identity) => append(nameEntry(id, identity)),
    finish: (id) => append(`done ${id}`),
    compact(matters) {
      const next = `${path}.next`
      const entries = readEntries(path).filter(({ id }) => matters(id))
      const text = entries.map(({ id, identity }) =>
        framed(identity ? nameEntry(id, identity) : `done ${id}`),
      )
      const fresh = openSync(next, 'w')
      writeSync(fresh, text.join(''))
      fsyncSync(fresh)
      renameSync(next, path)
      closeSync(file)
      file = fresh
      bytes = text.join('').length
    },
    bytes: () => bytes,
    close: () => closeSync(file),
  }
}

interface Entry {
  readonly id: number
  /** Absent: it is done. */
  readonly identity?: Identity
}

const nameEntry = (id: number, { epoch, lane, seq }: Identity) =>
  `name ${id} ${epoch} ${lane} ${seq}`

function framed(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

function readEntries(path: string): readonly Entry[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line) => {
    const entry = line.slice(9)
    return line !== '' && framed(entry) === `${line}\n` ? (entryOf(entry) ?? []) : []
  })
}

function entryOf(text: string): Entry | undefined {
  const [word, id, epoch, lane, seq] = text.split(' ')
  if (word === 'done') return { id: Number(id) }
  if (word !== 'name' || (lane !== 'live' && lane !== 'backlog')) return undefined
  return { id: Number(id), identity: { epoch: Number(epoch), lane, seq: Number(seq) } }
}
