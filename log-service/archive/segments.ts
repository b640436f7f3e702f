import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenSegment } from './open-segment.ts'
import type { Part } from './part.ts'
import { readParts } from './sealed-segment.ts'
import type { Shared } from './shared.ts'

export interface GrowingSegment {
  readonly state: 'open'
  readonly number: number
  readonly open: OpenSegment
  readonly shared: Shared
}

export interface SealedSegment {
  readonly state: 'sealed'
  readonly number: number
  /** Changes when everything in it is acknowledged. */
  path: string
  readonly fileBytes: number
  /** By the identity of the file. */
  readonly parts: ReadonlyMap<string, Part>
  /** Files of which it holds events that are not acknowledged. */
  readonly unacknowledged: Set<string>
}

export type Segment = GrowingSegment | SealedSegment

const NAME = /^(\d{12})\.(open|sealing|sealed|acked)$/
type Kind = 'open' | 'sealing' | 'sealed' | 'acked'

export function segmentPath(folder: string, number: number, kind: Kind): string {
  return join(folder, `${String(number).padStart(12, '0')}.${kind}`)
}

export function partOf(segment: Segment, file: string): Part | undefined {
  return segment.state === 'open' ? segment.open.files.get(file)?.part : segment.parts.get(file)
}

export function partsOf(segment: Segment): readonly Part[] {
  if (segment.state === 'sealed') return [...segment.parts.values()]
  return [...segment.open.files.values()].map(({ part }) => part)
}

export const segmentBytes = (segment: Segment): number =>
  segment.state === 'open' ? segment.open.bytes() : segment.fileBytes

/** What an earlier process left: what is sealed, and the numbers of what is still open; both in order. */
export async function findSegments(
  folder: string,
  onDamaged: (path: string, error: unknown) => void,
): Promise<{ sealed: readonly SealedSegment[]; open: readonly number[] }> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort()
  const sealed = new Map<number, SealedSegment>()
  const open = new Map<number, string>()
  for (const name of names) {
    const [, digits, kind] = NAME.exec(name) ?? []
    const number = Number(digits)
    const path = join(folder, name)
    if (kind === 'open') open.set(number, path)
    // Half of one; what it was made from is still there.
    else if (kind === 'sealing') await rm(path, { force: true })
    else {
      try {
        sealed.set(number, await findSealed(number, path, kind === 'acked'))
      } catch (error) {
        onDamaged(path, error)
      }
    }
  }
  for (const [number, path] of open) {
    if (!sealed.has(number)) continue
    await rm(path, { force: true })
    open.delete(number)
  }
  return { sealed: [...sealed.values()], open: [...open.keys()] }
}

async function findSealed(number: number, path: string, acked: boolean): Promise<SealedSegment> {
  const { parts, fileBytes } = await readParts(path)
  const byFile = new Map(parts.map((part) => [part.origin.file, part]))
  const unacknowledged = new Set(acked ? [] : byFile.keys())
  return { state: 'sealed', number, path, fileBytes, parts: byFile, unacknowledged }
}
