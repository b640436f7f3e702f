import type { LogLine, LogOrigin } from '../../core/model/logs.ts'
import type { Archive } from './archive.ts'
import type { Part } from './part.ts'
import { type FileReading, type Mark, readFile } from './read-file.ts'

export interface Found {
  readonly origin: LogOrigin
  readonly line: LogLine
}

/** Per file the last event that was returned, to go on behind it; `end` for a file that was read whole. */
export type Resume = ReadonlyMap<string, Mark | 'end'>

export interface Reading extends Omit<FileReading, 'behind'> {
  readonly files: readonly Part[]
  readonly resume?: Resume
}

/**
 * The events of several files, merged by time; each file keeps its own order, also where its clock went back. A file
 * is opened when its time comes, so that one after the other is in memory and not all of them.
 */
export async function* readMerged(
  archive: Archive,
  { files, resume, ...reading }: Reading,
): AsyncGenerator<readonly Found[]> {
  const forward = reading.direction === 'forward'
  const isEarlier = (a: number, b: number) => (forward ? a < b : a > b)
  const waiting = files
    .filter(({ origin }) => resume?.get(origin.file) !== 'end')
    .map((part) => ({ part, startAt: forward ? part.firstAt : part.lastAt }))
    .sort((a, b) => (isEarlier(a.startAt, b.startAt) ? -1 : 1))
  const open: Opened[] = []
  try {
    for (;;) {
      const nearest = earliest(open, isEarlier)
      const next = waiting[0]
      // A file that was begun must go on at once, whatever its first time says.
      if (next && (!nearest || !isEarlier(nearest.at, next.startAt))) {
        waiting.shift()
        const mark = resume?.get(next.part.origin.file)
        const behind = mark === 'end' ? undefined : mark
        const opened = await begin(archive, next.part, { ...reading, behind })
        if (opened) open.push(opened)
        continue
      }
      if (!nearest) return
      const found = takeRun(nearest, open, next?.startAt, isEarlier)
      if (nearest.index === nearest.lines.length && !(await refill(nearest))) {
        open.splice(open.indexOf(nearest), 1)
      }
      if (found.length > 0) yield found
    }
  } finally {
    for (const { batches } of open) await batches.return(undefined)
  }
}

interface Opened {
  readonly origin: LogOrigin
  readonly batches: AsyncGenerator<readonly LogLine[]>
  lines: readonly LogLine[]
  index: number
  at: number
}

async function begin(
  archive: Archive,
  { origin }: Part,
  reading: FileReading,
): Promise<Opened | undefined> {
  const batches = readFile(archive, origin.file, reading)
  const opened: Opened = { origin, batches, lines: [], index: 0, at: 0 }
  return (await refill(opened)) ? opened : undefined
}

async function refill(opened: Opened): Promise<boolean> {
  const { value, done } = await opened.batches.next()
  if (done) return false
  opened.lines = value
  opened.index = 0
  opened.at = value[0]?.at ?? 0
  return true
}

function earliest(
  open: readonly Opened[],
  isEarlier: (a: number, b: number) => boolean,
): Opened | undefined {
  let first: Opened | undefined
  for (const one of open) if (!first || isEarlier(one.at, first.at)) first = one
  return first
}

/** Takes lines from the nearest file for as long as no other comes before. */
function takeRun(
  nearest: Opened,
  open: readonly Opened[],
  nextStartAt: number | undefined,
  isEarlier: (a: number, b: number) => boolean,
): Found[] {
  let limitAt = nextStartAt
  for (const one of open) {
    if (one !== nearest && (limitAt === undefined || isEarlier(one.at, limitAt))) limitAt = one.at
  }
  const found: Found[] = []
  for (let line = nearest.lines[nearest.index]; line; line = nearest.lines[nearest.index]) {
    if (found.length > 0 && limitAt !== undefined && !isEarlier(line.at, limitAt)) {
      nearest.at = line.at
      break
    }
    found.push({ origin: nearest.origin, line })
    nearest.index++
  }
  return found
}
