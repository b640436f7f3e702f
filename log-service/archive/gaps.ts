import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { LogOrigin } from '../../core/model/logs.ts'
import { writeWhole } from '../write-whole.ts'

/** Events of one file that were read and that the archive does not have. */
export interface Gap {
  readonly origin: LogOrigin
  readonly reason: 'quota' | 'disk' | 'damaged'
  /** Whether a gateway has them all the same. */
  readonly acknowledged: boolean
  readonly rows: number
  /** Times of the first and the last of them, epoch ms. */
  readonly fromAt: number
  readonly toAt: number
}

export interface Gaps {
  add(gap: Gap): void
  all(): readonly Gap[]
  /** Writes them when there are new ones. */
  save(): Promise<void>
}

const MOST = 10_000

const origin = z.object({
  cluster: z.string(),
  namespace: z.string(),
  node: z.string(),
  pod: z.string(),
  podUid: z.string().exactOptional(),
  container: z.string().exactOptional(),
  attempt: z.number(),
  job: z.string().exactOptional(),
  taskmanager: z.string().exactOptional(),
  path: z.string(),
  file: z.string(),
}) satisfies z.ZodType<LogOrigin>

const gapList = z.array(
  z.object({
    origin,
    reason: z.enum(['quota', 'disk', 'damaged']),
    acknowledged: z.boolean(),
    rows: z.number(),
    fromAt: z.number(),
    toAt: z.number(),
  }),
) satisfies z.ZodType<readonly Gap[]>

/** Gaps of one file for one reason grow into one; the oldest of ten thousand goes. */
export async function openGaps(path: string): Promise<Gaps> {
  const gaps = new Map<string, Gap>()
  const key = (gap: Gap) => `${gap.origin.file} ${gap.reason} ${gap.acknowledged}`
  for (const gap of await readGaps(path)) gaps.set(key(gap), gap)
  let changed = false
  return {
    add(gap) {
      const before = gaps.get(key(gap))
      gaps.delete(key(gap))
      gaps.set(key(gap), {
        ...gap,
        rows: gap.rows + (before?.rows ?? 0),
        fromAt: Math.min(gap.fromAt, before?.fromAt ?? gap.fromAt),
        toAt: Math.max(gap.toAt, before?.toAt ?? gap.toAt),
      })
      const [oldest] = gaps.keys()
      if (gaps.size > MOST && oldest !== undefined) gaps.delete(oldest)
      changed = true
    },
    all: () => [...gaps.values()],
    async save() {
      if (!changed) return
      changed = false
      await writeWhole(path, JSON.stringify([...gaps.values()])).catch((error: unknown) => {
        changed = true
        throw error
      })
    },
  }
}

/** Without them nothing is lost but the memory of a loss, so an unreadable list is an empty one. */
async function readGaps(path: string): Promise<readonly Gap[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]')
  try {
    return gapList.parse(JSON.parse(text))
  } catch {
    return []
  }
}
