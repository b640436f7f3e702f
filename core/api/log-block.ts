import { z } from 'zod'
import { type LogLine, type LogOrigin, logLevels } from '../model/logs.ts'

const name = z.string().min(1).max(1_000)
const count = z.int().nonnegative()

const origin = z.strictObject({
  cluster: name,
  namespace: name,
  node: name,
  pod: name,
  podUid: name.exactOptional(),
  container: name.exactOptional(),
  attempt: count.max(1_000_000),
  job: z.string().min(1).max(20_000).exactOptional(),
  taskmanager: name.exactOptional(),
  path: z.string().min(1).max(4_096),
  file: z.string().min(1).max(200),
}) satisfies z.ZodType<LogOrigin>

const line = z.strictObject({
  stream: z.enum(['stdout', 'stderr', 'file']),
  offset: count,
  bytes: count,
  at: z.int().positive(),
  timed: z.enum(['line', 'runtime', 'before', 'read']),
  level: z.enum(logLevels).exactOptional(),
  logger: z.string().max(2_000).exactOptional(),
  thread: z.string().max(2_000).exactOptional(),
  message: z.string(),
  stack: z.string().exactOptional(),
  exception: z.string().max(2_000).exactOptional(),
  rootCause: z.string().max(2_000).exactOptional(),
  frame: z.string().max(2_000).exactOptional(),
  template: z.string().min(1).max(64),
  signature: z.string().min(1).max(64).exactOptional(),
  cutBytes: count.exactOptional(),
  redacted: count.exactOptional(),
}) satisfies z.ZodType<LogLine>

/** Lines of one file, in its order. */
export const logBlock = z.strictObject({ origin, lines: z.array(line).min(1).max(20_000) })
export interface LogBlock {
  readonly origin: LogOrigin
  readonly lines: readonly LogLine[]
}
