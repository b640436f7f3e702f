import type { Loss, PartHealth, PipelinePage } from '../../core/api/pipeline.ts'
import { type PartRef, partOfOwner } from '../../core/model/parts.ts'
import type { OwnNumber, Parked, TableSize } from '../../core/store/own-numbers.ts'
import { losses } from './losses.ts'

/** What is known of Weir's own parts over a span; `storedPipeline` reads it. */
export interface PipelineFacts {
  readonly numbers: readonly OwnNumber[]
  readonly parked: readonly Parked[]
  readonly tables: readonly TableSize[]
  readonly newestSampleAt: number | undefined
}

/** Three reports missing, and a little. */
const SILENT_AFTER_MS = 100_000

/** How Weir fares, from what its parts told of themselves between `from` and `at`. Pure. */
export function pipelineOf(
  { numbers, parked, tables, newestSampleAt }: PipelineFacts,
  { from, at }: { readonly from: number; readonly at: number },
): PipelinePage {
  const parts = [...byOwner(numbers)].flatMap(([owner, own]) => {
    const ref = partOfOwner(owner)
    return ref ? [healthOf(ref, own, at)] : []
  })
  const silentFirst = [...parts].sort(
    (a, b) => Number(a.state === 'up') - Number(b.state === 'up') || b.heardAt - a.heardAt,
  )
  const lost = numbers.flatMap(lossesOf).sort((a, b) => b.count - a.count)
  return {
    ...{ at, from },
    sentence: sentenceOf(silentFirst, lost, at),
    parts: silentFirst,
    losses: lost,
    crowded: crowdedOf(numbers),
    parked,
    store: { tables, newestSampleAt: newestSampleAt ?? null },
  }
}

function byOwner(numbers: readonly OwnNumber[]): ReadonlyMap<string, readonly OwnNumber[]> {
  const owners = new Map<string, OwnNumber[]>()
  for (const number of numbers)
    owners.set(number.owner, [...(owners.get(number.owner) ?? []), number])
  return owners
}

/** Batches that a part handed on: what a shipper had acknowledged, or a gateway took or stored. */
const HANDED_ON = [
  'weir_ship_acknowledged_total',
  'weir_intake_batches_total',
  'weir_writer_stored_total',
]

function healthOf(ref: PartRef, own: readonly OwnNumber[], at: number): PartHealth {
  const heardAt = Math.max(...own.map((number) => number.at))
  const newest = own.filter((number) => heardAt - number.at < SILENT_AFTER_MS)
  const value = (metric: string) => newest.find((number) => number.metric === metric)?.value ?? null
  const rates = HANDED_ON.map((metric) => rateOf(newest.filter((one) => one.metric === metric)))
  return {
    ...ref,
    state: at - heardAt > SILENT_AFTER_MS ? 'silent' : 'up',
    heardAt,
    rssBytes: value('weir_process_rss_bytes'),
    cpuShare: rateOf(newest.filter(({ metric }) => metric === 'weir_process_cpu_seconds_total')),
    waitingBatches: value('weir_ship_waiting_batches'),
    waitingBytes: value('weir_ship_waiting_bytes') ?? value('weir_logs_waiting_bytes'),
    batchesPerSecond: rates.find((rate) => rate !== null) ?? null,
  }
}

/** Growth of a counter a second, all its labels together; null before it was seen twice. */
function rateOf(numbers: readonly OwnNumber[]): number | null {
  const spanMs = Math.max(0, ...numbers.map((one) => one.spanMs))
  if (spanMs === 0) return null
  return (numbers.reduce((sum, { increase }) => sum + increase, 0) / spanMs) * 1000
}

function lossesOf({ owner, metric, labels, increase }: OwnNumber): readonly Loss[] {
  const kind = losses.find((one) => one.metric === metric)
  const ref = partOfOwner(owner)
  if (!kind || !ref || !(increase > 0)) return []
  const reason = kind.label === undefined ? null : (labels[kind.label] ?? null)
  if (kind.only !== undefined && reason !== kind.only) return []
  const count = Math.round(increase)
  const text = kind.text
    .replaceAll('{count}', count.toLocaleString('en'))
    .replaceAll('{reason}', reason ?? 'no reason told')
  return [{ ...ref, metric, reason, count, message: { id: metric, text } }]
}

function crowdedOf(numbers: readonly OwnNumber[]): PipelinePage['crowded'] {
  const samples = new Map<string, number>()
  for (const { metric, labels, value } of numbers) {
    const { owner } = labels
    if (metric !== 'weir_intake_crowded_samples' || owner === undefined) continue
    samples.set(owner, (samples.get(owner) ?? 0) + value)
  }
  return [...samples]
    .map(([owner, count]) => ({ owner, samples: count }))
    .sort((a, b) => b.samples - a.samples)
}

function sentenceOf(parts: readonly PartHealth[], lost: readonly Loss[], at: number): string {
  if (parts.length === 0)
    return 'No part of Weir has told of itself yet; the first report comes half a minute after a start.'
  const silent = parts.filter(({ state }) => state === 'silent')
  const [first] = silent
  if (first) {
    const minutes = Math.max(1, Math.round((at - first.heardAt) / 60_000))
    const others = silent.length === 1 ? '' : ` and ${silent.length - 1} more`
    return `${first.part} ${first.instance}${others} told nothing for ${minutes} min: stopped, or cut off from its gateway.`
  }
  const all = parts.length === 1 ? 'The one part reports' : `All ${parts.length} parts report`
  return lost.length === 0
    ? `${all}, and nothing was refused or lost.`
    : `${all}; ${lost.length === 1 ? 'one thing was' : `${lost.length} things were`} refused or lost, named below.`
}
