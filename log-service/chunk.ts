import type { LogLine, LogOrigin } from '../core/model/logs.ts'
import type { Reached } from './ends.ts'

/** Events of one file that were read together, in their order. */
export interface Chunk {
  readonly origin: LogOrigin
  readonly lines: readonly LogLine[]
  /** How far the file is read with them. */
  readonly reached: Reached
}
