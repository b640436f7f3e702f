import { isOfJob } from '../../core/logs/whose.ts'
import type { Archive } from '../archive/archive.ts'
import type { Found } from '../archive/read.ts'
import { type Direction, findLine, type Mark, readFile } from '../archive/read-file.ts'

interface Around {
  readonly file: string
  readonly offset: number
  readonly before: number
  readonly after: number
  /** The job that the log must be of. */
  readonly about?: string | undefined
}

/**
 * The lines around one, oldest first: of the same log, so those before its beginning are of the generation that was
 * written before it, and those behind its end of the one after.
 */
export async function linesAround(
  archive: Archive,
  { file, offset, before, after, about }: Around,
): Promise<{ readonly items: readonly Found[]; readonly found: boolean }> {
  const line = await findLine(archive, file, offset)
  const files = archive.files()
  const own = files.find(({ origin }) => origin.file === file)
  const isMeant = own && (about === undefined || isOfJob(own.origin, about))
  if (!line || !isMeant) return { items: [], found: false }
  const generations = files
    .filter(({ origin }) => isSameLog(origin, own.origin))
    .sort((a, b) => a.firstAt - b.firstAt)
    .map(({ origin }) => origin)
  const place = generations.indexOf(own.origin)

  const neighbours = async (direction: Direction, count: number) => {
    const found: Found[] = []
    const order =
      direction === 'forward' ? generations.slice(place) : generations.slice(0, place + 1).reverse()
    let behind: Mark | undefined = { stream: line.stream, offset }
    for (const origin of order) {
      for await (const lines of readFile(archive, origin.file, { direction, behind })) {
        for (const one of lines) {
          if (found.length === count) return found
          found.push({ origin, line: one })
        }
      }
      behind = undefined
    }
    return found
  }
  const older = await neighbours('backward', before)
  const newer = await neighbours('forward', after)
  return { items: [...older.reverse(), { origin: own.origin, line }, ...newer], found: true }
}

function isSameLog(a: Found['origin'], b: Found['origin']): boolean {
  return (
    a.cluster === b.cluster &&
    a.namespace === b.namespace &&
    a.pod === b.pod &&
    a.podUid === b.podUid &&
    a.container === b.container &&
    a.attempt === b.attempt &&
    a.path === b.path
  )
}
