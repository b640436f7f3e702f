import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { messageOf, StoreError } from '../../kit/errors.ts'
import { temporaryPath } from '../config.ts'

/** chDB binds one data folder per process; this only mirrors that fact, so that we can say it well. */
let openPath: string | undefined

/** The folder of an embedded store: `engine/` belongs to ClickHouse, `spill/` to inserts on their way. */
export interface DataFolder {
  readonly path: string
  readonly enginePath: string
  readonly spillPath: string
  /** Hands `open` a file that exists only while it runs, as the engine reads it only then. */
  withEngineConfig<Result>(xml: string, open: (file: string) => Result): Result
  /** Removes what a killed process left behind. Only for the holder of the engine's lock. */
  sweep(): void
  /** Call after the engine has let go. */
  release(): void
}

/**
 * Makes the folder if needed and claims it within this process. Other processes are kept away by the
 * engine's own kernel lock, which cannot be left behind by a crash.
 * @throws StoreError when this process has a store open already, or the folder cannot be made or used
 */
export function openDataFolder(configuredPath: string): DataFolder {
  if (openPath !== undefined) {
    throw new StoreError(
      `The embedded store ${openPath} is already open in this process, and a process can have only one. Share it, or close it first.`,
      { code: 'store-locked' },
    )
  }
  const isTemporary = configuredPath === temporaryPath
  const path = isTemporary ? mkdtempSync(join(tmpdir(), 'weir-store-')) : resolve(configuredPath)
  // The engine reads inserts from files by pattern: with these signs in the path it would find none and
  // report success.
  if (/[*?{}[\]]/.test(path)) {
    throw new StoreError(
      `The embedded store cannot live in ${path}: the path must not contain any of * ? { } [ ].`,
      { code: 'store-path' },
    )
  }
  const enginePath = join(path, 'engine')
  const spillPath = join(path, 'spill')
  try {
    for (const folder of [enginePath, spillPath]) mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new StoreError(
      `The folder ${path} of the embedded store cannot be made (${messageOf(cause)}). Give this user the right to write there, or set store.path to another folder.`,
      { code: 'store-path', cause },
    )
  }
  openPath = path

  return {
    path,
    enginePath,
    spillPath,
    withEngineConfig(xml, open) {
      const file = join(spillPath, `${randomUUID()}.xml`)
      writeFileSync(file, xml)
      try {
        return open(file)
      } finally {
        rmSync(file, { force: true })
      }
    },
    sweep() {
      for (const name of readdirSync(spillPath)) {
        rmSync(join(spillPath, name), { recursive: true, force: true })
      }
    },
    release() {
      openPath = undefined
      if (isTemporary) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Why the engine would not open a folder. It tells stderr only, so the kernel is asked who holds the lock. */
export function openingFailed({ path, enginePath }: DataFolder, cause: unknown): StoreError {
  const holder = lockHolder(join(enginePath, 'status'))
  return holder === undefined
    ? new StoreError(
        `The embedded store ${path} cannot be opened (${messageOf(cause)}). The engine writes the reason to stderr; most often another process has it open, or the files belong to another user.`,
        { code: 'store-open', cause },
      )
    : new StoreError(
        `The embedded store ${path} is in use by ${holder}. Stop that one, or set store.path to another folder; to share a store between processes use store.kind: clickhouse.`,
        { code: 'store-locked', cause },
      )
}

/** Linux lists its locks as `1: FLOCK ADVISORY WRITE <pid> <device>:<inode> 0 EOF`. */
function lockHolder(file: string): string | undefined {
  try {
    const inode = statSync(file).ino
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      const [, pid, lockedInode] = /\bWRITE (-?\d+) \w+:\w+:(\d+) /.exec(line) ?? []
      // A holder outside this container has no process number here.
      if (Number(lockedInode) === inode)
        return Number(pid) > 0 ? `process ${pid}` : 'another process'
    }
  } catch {
    // No such list outside Linux: then the reason stays unknown.
  }
  return undefined
}
