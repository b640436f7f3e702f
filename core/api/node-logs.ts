import { z } from 'zod'
import type { StoredLine } from '../model/logs.ts'
import { logBlock } from './log-block.ts'

/** What a log service answers about its node's archive: the same bodies for whoever writes and reads them. */

const moment = z.int()
const count = z.int().nonnegative()
const name = z.string().max(1_000)

const lifeFile = z.object({
  file: name,
  path: z.string().max(4_096),
  firstAt: moment,
  lastAt: moment,
  lines: count,
})
export type LifeFile = Readonly<z.output<typeof lifeFile>>

/** Lines that were read and are not in the archive (any more). */
const lifeGap = z.object({
  file: name,
  reason: z.enum(['quota', 'disk', 'damaged']),
  fromAt: moment,
  toAt: moment,
  lines: count,
  /** Whether a gateway has them all the same. */
  acknowledged: z.boolean(),
})

/** One life of a pod's container or of a process, as this node has seen it write. */
const nodeLife = z.object({
  cluster: name,
  namespace: name,
  node: name,
  pod: name,
  podUid: name.exactOptional(),
  container: name.exactOptional(),
  attempt: count,
  jobs: z.array(z.string().max(20_000)),
  taskmanager: name.exactOptional(),
  /** Epoch ms of its first and last line here. */
  firstAt: moment,
  lastAt: moment,
  lines: count,
  /** Bytes of its lines as they lay in their files. */
  bytes: count,
  /** Whether a file of it is still there to be written. */
  followed: z.boolean(),
  files: z.array(lifeFile),
  gaps: z.array(lifeGap),
})
export type NodeLife = Readonly<z.output<typeof nodeLife>>

/** `GET /api/v1/logs/lives` */
export const nodeLivesPage = z.object({ items: z.array(nodeLife), next: z.string().nullable() })
export type NodeLivesPage = Readonly<z.output<typeof nodeLivesPage>>

const storedLine = z.object({
  owner: z.string().max(20_000),
  at: moment,
  file: name,
  offset: count,
  pod: name,
  attempt: count,
  line: logBlock.shape.lines.element,
}) satisfies z.ZodType<StoredLine>

/** `GET /api/v1/logs`: lines, and where to go on. */
export const nodeLogPage = z.object({
  items: z.array(storedLine),
  next: z.string().nullable(),
  /** A limit ended the search before it had found enough; `next` goes on with it. */
  stopped: z.enum(['time', 'bytes']).exactOptional(),
  lookedAtBytes: count,
  tookMs: z.number(),
})
export type NodeLogPage = Readonly<z.output<typeof nodeLogPage>>

/** `GET /api/v1/logs/context`: the lines around one, oldest first. */
export const nodeLogContext = z.object({
  items: z.array(storedLine),
  /** Whether the line itself is still kept. */
  found: z.boolean(),
})
export type NodeLogContext = Readonly<z.output<typeof nodeLogContext>>
