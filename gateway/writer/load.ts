import { createHash } from 'node:crypto'
import type { Batch } from '../../core/api/batch.ts'
import { rowsOf, type SampleRows } from '../../core/api/rows.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { Store } from '../../core/store/open.ts'
import { unstoredEvents, unstoredSamples } from '../../core/store/unstored.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'

/** Rows of one batch, of its one kind. */
export interface BatchRows {
  readonly samples: SampleRows
  readonly events: readonly FlinkEvent[]
}

const noSamples: SampleRows = { tasks: [], processes: [], jobs: [] }

export function batchRows(batch: Batch): BatchRows {
  return batch.kind === 'samples'
    ? { samples: rowsOf(batch.blocks), events: [] }
    : { samples: noSamples, events: batch.events }
}

/** What the store does not have of a batch whose insert may have happened. */
export async function missingRows(store: Store, batch: Batch): Promise<BatchRows> {
  const { samples, events } = batchRows(batch)
  return {
    samples: await unstoredSamples(store, samples),
    events: await unstoredEvents(store, events),
  }
}

/**
 * Inserts many batches as one: an insert costs the engine some ten milliseconds however small it is. The
 * token names the batches, so that a table that got them already drops them.
 */
export async function insertLoad(
  store: Store,
  load: readonly BatchRows[],
  token: string,
): Promise<void> {
  const samples = {
    tasks: load.flatMap((one) => one.samples.tasks),
    processes: load.flatMap((one) => one.samples.processes),
    jobs: load.flatMap((one) => one.samples.jobs),
  }
  await writeSamples(store, samples, { token })
  await writeEvents(
    store,
    load.flatMap((one) => one.events),
    { token },
  )
}

/** Names batches in their order. */
export function tokenOf(batches: readonly Batch[]): string {
  const names = batches.map(({ agent, epoch, lane, kind, seq }) =>
    [encodeURIComponent(agent), epoch, lane, kind, seq].join('/'),
  )
  const [only] = names
  if (names.length === 1 && only !== undefined) return only
  return createHash('sha256').update(names.join('\n')).digest('hex')
}
