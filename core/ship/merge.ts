import type { Payload, SampleBlock, SeriesBlock } from '../api/batch.ts'
import type { LogBlock } from '../api/log-block.ts'
import type { FlinkEvent } from '../model/events.ts'

/** Several payloads as one per kind, events first: fewer, larger batches. */
export function mergePayloads(payloads: readonly Payload[]): readonly Payload[] {
  const blocks: SampleBlock[] = []
  const series: SeriesBlock[] = []
  const events: FlinkEvent[] = []
  const logs: LogBlock[] = []
  for (const payload of payloads) {
    if (payload.kind === 'samples') blocks.push(...payload.blocks)
    else if (payload.kind === 'series') series.push(...payload.blocks)
    else if (payload.kind === 'logs') logs.push(...payload.blocks)
    else events.push(...payload.events)
  }
  return [
    ...(events.length > 0 ? [{ kind: 'events' as const, events }] : []),
    ...(blocks.length > 0 ? [{ kind: 'samples' as const, blocks }] : []),
    ...(series.length > 0 ? [{ kind: 'series' as const, blocks: series }] : []),
    ...(logs.length > 0 ? [{ kind: 'logs' as const, blocks: logs }] : []),
  ]
}
