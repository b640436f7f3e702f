import { createHash } from 'node:crypto'
import type { Batch, SeriesBlock } from '../../core/api/batch.ts'
import { rowsOf, type SampleRows } from '../../core/api/rows.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { Store } from '../../core/store/open.ts'
import { unstoredEvents, unstoredSamples, unstoredSeries } from '../../core/store/unstored.ts'
import { writeEvents, writeSamples, writeSeries } from '../../core/store/write.ts'

/** Rows of one batch, of its one kind. */
export interface BatchRows {
  readonly samples: SampleRows
  readonly series: readonly SeriesBlock[]
  readonly events: readonly FlinkEvent[]
}

const noSamples: SampleRows = { tasks: [], processes: [], jobs: [] }

export function batchRows(batch: Batch): BatchRows {
  switch (batch.kind) {
    case 'samples':
      return { samples: rowsOf(batch.blocks), series: [], events: [] }
    case 'series':
      return { samples: noSamples, series: batch.blocks, events: [] }
    case 'events':
      return { samples: noSamples, series: [], events: batch.events }
  }
}

/** What the store does not have of a batch whose insert may have happened. */
export async function missingRows(store: Store, batch: Batch): Promise<BatchRows> {
  const { samples, series, events } = batchRows(batch)
  return {
    samples: await unstoredSamples(store, samples),
    series: await unstoredSeries(store, series),
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
  await writeSeries(
    store,
    load.flatMap((one) => one.series),
    { token },
  )
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
