import { readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import type { LogServiceEvents } from '../events.ts'
import { writeWhole } from '../write-whole.ts'

const head = z.strictObject({ bytes: z.int().min(0).max(1024), hash: z.string() })
const reached = z.strictObject({
  position: z.int().nonnegative(),
  ends: z.strictObject({
    stdout: z.int().nonnegative(),
    stderr: z.int().nonnegative(),
    file: z.int().nonnegative(),
  }),
})

const savedLog = z.strictObject({
  file: z.string().min(1),
  /** Folder and name without marks of rotation, on this source. */
  kin: z.string(),
  head,
  /** What is acknowledged. */
  reached,
  /** Nothing more can come of it; when that was seen, epoch ms. */
  endedAt: z.number().exactOptional(),
})

const savedFile = z.strictObject({
  inode: z.string(),
  born: z.string(),
  /** Which log lies on it. */
  file: z.string(),
  /** How many logs have begun on it. */
  logs: z.int().positive(),
  role: z.enum(['read', 'heir', 'done']),
})

const saved = z.strictObject({
  version: z.literal(1),
  logs: z.array(savedLog),
  files: z.array(savedFile),
})

export type SavedLog = z.output<typeof savedLog>
export type SavedFile = z.output<typeof savedFile>
export type SavedPositions = Omit<z.output<typeof saved>, 'version'>

/** How far logs are acknowledged and which file is which log: what a start takes over from the one before. */
export interface Positions {
  readonly found: SavedPositions
  save(positions: SavedPositions): Promise<void>
}

/** Positions that cannot be read are put aside: the archive still knows how far it has come. */
export async function openPositions(path: string, events: LogServiceEvents): Promise<Positions> {
  let found: SavedPositions = { logs: [], files: [] }
  try {
    found = saved.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (!isMissing(error)) {
      events.positionsUnreadable({ path, error })
      await rename(path, `${path}.unreadable`).catch(() => {})
    }
  }
  return {
    found,
    save: (positions) => writeWhole(path, `${JSON.stringify({ version: 1, ...positions })}\n`),
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
