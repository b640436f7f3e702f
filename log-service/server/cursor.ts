import { z } from 'zod'
import type { Resume } from '../archive/read.ts'

const places = z.array(
  z.tuple([
    z.string().min(1).max(64),
    z.union([
      z.literal('end'),
      z.tuple([z.enum(['stdout', 'stderr', 'file']), z.int().nonnegative()]),
    ]),
  ]),
)

/** Where a list goes on, as text that nobody needs to understand. */
export function writeCursor(resume: Resume): string {
  const list = [...resume].map(([file, mark]) => [
    file,
    mark === 'end' ? mark : [mark.stream, mark.offset],
  ])
  return Buffer.from(JSON.stringify(list)).toString('base64url')
}

/** Undefined when the text is no cursor. */
export function readCursor(cursor: string): Resume | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  const list = places.safeParse(value)
  if (!list.success) return undefined
  return new Map(
    list.data.map(([file, mark]) => [
      file,
      mark === 'end' ? mark : { stream: mark[0], offset: mark[1] },
    ]),
  )
}
