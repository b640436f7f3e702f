import { createHash } from 'node:crypto'
import type { Batch, SeriesBlock } from '../../core/api/batch.ts'
import type { LogBlock } from '../../core/api/log-block.ts'
import { rowsOf, type SampleRows } from '../../core/api/rows.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { Store } from '../../core/store/open.ts'
import {
  unstoredEvents,
  unstoredLogs,
  unstoredSamples,
  unstoredSeries,
} from '../../core/store/unstored.ts'
import { writeEvents, writeLogs, writeSamples, writeSeries } from '../../core/store/write.ts'

/** Rows of one batch, of its one kind. */
export interface BatchRows {
  readonly samples: SampleRows
  readonly series: readonly SeriesBlock[]
  readonly events: readonly FlinkEvent[]
  readonly logs: readonly LogBlock[]
}

const none: BatchRows = {
  samples: { tasks: [], processes: [], jobs: [] },
  series: [],
  events: [],
  logs: [],
}

export function batchRows(batch: Batch): BatchRows {
  switch (batch.kind) {
    case 'samples':
      return { ...none, samples: rowsOf(batch.blocks) }
    case 'series':
      return { ...none, series: batch.blocks }
    case 'events':
      return { ...none, events: batch.events }
    case 'logs':
      return { ...none, logs: batch.blocks }
  }
}

/** What the store does not have of a batch whose insert may have happened. */
export async function missingRows(store: Store, batch: Batch): Promise<BatchRows> {
  const { samples, series, events, logs } = batchRows(batch)
  return {
    samples: await unstoredSamples(store, samples),
    series: await unstoredSeries(store, series),
    events: await unstoredEvents(store, events),
    logs: await unstoredLogs(store, logs),
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
  await writeLogs(
    store,
    load.flatMap((one) => one.logs),
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
