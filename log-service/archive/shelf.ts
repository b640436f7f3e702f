import { further, notBegun, type Reached } from '../ends.ts'
import { emptyPart, joined, type Part } from './part.ts'
import { partOf, partsOf, type Segment, segmentBytes } from './segments.ts'

/** Which segments there are, and which of them hold a file. */
export interface Shelf {
  /** A new segment, or a sealed one in the place of the one that grew. */
  put(segment: Segment): void
  drop(number: number): void
  /** An event of the file was put into the segment. */
  note(number: number, file: string, reached: Reached): void
  get(number: number): Segment | undefined
  /** Oldest first. */
  all(): readonly Segment[]
  /** Those that hold the file, oldest first. */
  holding(file: string): readonly Segment[]
  /** How far the file was put on it; not begun when all its segments are cut. */
  reached(file: string): Reached
  /** All files that it holds, each as a whole. */
  files(): readonly Part[]
  bytes(): number
}

export function createShelf(): Shelf {
  const segments = new Map<number, Segment>()
  const files = new Map<string, { readonly numbers: Set<number>; reached: Reached }>()
  const note = (number: number, file: string, reached: Reached) => {
    const known = files.get(file)
    if (!known) files.set(file, { numbers: new Set([number]), reached })
    else {
      known.numbers.add(number)
      known.reached = further(known.reached, reached)
    }
  }
  const holding = (file: string) =>
    [...(files.get(file)?.numbers ?? [])].flatMap((number) => segments.get(number) ?? [])

  return {
    put(segment) {
      segments.set(segment.number, segment)
      for (const { origin, reached } of partsOf(segment)) note(segment.number, origin.file, reached)
    },
    drop(number) {
      const segment = segments.get(number)
      if (!segment) return
      segments.delete(number)
      for (const { origin } of partsOf(segment)) {
        const known = files.get(origin.file)
        known?.numbers.delete(number)
        if (known?.numbers.size === 0) files.delete(origin.file)
      }
    },
    note,
    get: (number) => segments.get(number),
    all: () => [...segments.values()],
    holding,
    reached: (file) => files.get(file)?.reached ?? notBegun,
    files: () =>
      [...files.keys()].flatMap((file) => {
        const parts = holding(file).flatMap((segment) => partOf(segment, file) ?? [])
        const [first] = parts
        return first ? parts.reduce(joined, emptyPart(first.origin)) : []
      }),
    bytes() {
      let bytes = 0
      for (const segment of segments.values()) bytes += segmentBytes(segment)
      return bytes
    },
  }
}
