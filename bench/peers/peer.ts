import type { SampleBlock } from '../../core/api/batch.ts'
import type { Served } from '../process.ts'

/** One request's worth of samples, packed as the peer's own senders pack it. */
export interface Body {
  readonly body: Buffer
  readonly samples: number
}

/** A store of metrics with a door, ours or another's, in a process of its own. */
export interface Peer extends Served {
  readonly folder: string
  readonly headers: Readonly<Record<string, string>>
  /** The requests of one sender; they are sent one after the other. */
  bodies(sender: string, blocks: Iterable<SampleBlock>): readonly Body[]
  /** Samples that a query sees. */
  visible(): Promise<number>
  /** Merges what background work would merge in time. */
  settle(): Promise<void>
  /** Disk used for the samples, indexes included. */
  bytes(): Promise<number>
  /** Asks a question in SQL; only ours can. */
  sql?<Row>(query: string): Promise<readonly Row[]>
}
