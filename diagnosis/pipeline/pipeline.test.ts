import { describe, expect, test } from 'vitest'
import { ownerOfPart } from '../../core/model/parts.ts'
import type { OwnNumber } from '../../core/store/own-numbers.ts'
import { type PipelineFacts, pipelineOf } from './pipeline.ts'

const AT = 1_000_000_000
const FROM = AT - 3_600_000

const number = (
  owner: string,
  metric: string,
  value: number,
  over: Partial<OwnNumber> = {},
): OwnNumber => ({
  ...{ owner, metric, value, labels: {}, type: 'gauge', at: AT - 10_000 },
  ...{ increase: 0, spanMs: 600_000, ...over },
})

const gateway = ownerOfPart({ part: 'gateway', instance: 'gw-1' })
const agent = ownerOfPart({ part: 'agent', instance: 'node-7' })
const page = (numbers: readonly OwnNumber[], over: Partial<PipelineFacts> = {}) =>
  pipelineOf(
    { numbers, parked: [], tables: [], newestSampleAt: undefined, ...over },
    { from: FROM, at: AT },
  )

describe('how Weir itself fares', () => {
  test('is unknown, and said to be, before any part told of itself', () => {
    expect(page([])).toEqual({
      ...{ at: AT, from: FROM, parts: [], losses: [], crowded: [], parked: [] },
      sentence:
        'No part of Weir has told of itself yet; the first report comes half a minute after a start.',
      store: { tables: [], newestSampleAt: null },
    })
  })

  test('is a row per part; what a part does not tell is null', () => {
    const { parts, sentence } = page([
      number(gateway, 'weir_process_rss_bytes', 120e6),
      number(gateway, 'weir_process_cpu_seconds_total', 70, { type: 'counter', increase: 60 }),
      ...['samples', 'events'].map((kind) =>
        number(gateway, 'weir_intake_batches_total', 900, {
          ...{ type: 'counter', labels: { kind }, increase: 300 },
        }),
      ),
      number(agent, 'weir_ship_waiting_batches', 0),
    ])
    expect(parts).toEqual([
      {
        ...{ part: 'gateway', instance: 'gw-1', state: 'up', heardAt: AT - 10_000 },
        ...{ rssBytes: 120e6, cpuShare: 0.1, batchesPerSecond: 1 },
        ...{ waitingBatches: null, waitingBytes: null },
      },
      {
        ...{ part: 'agent', instance: 'node-7', state: 'up', heardAt: AT - 10_000 },
        ...{ rssBytes: null, cpuShare: null, batchesPerSecond: null },
        ...{ waitingBatches: 0, waitingBytes: null },
      },
    ])
    expect(sentence).toBe('All 2 parts report, and nothing was refused or lost.')
  })

  test('names first who fell silent', () => {
    const old = { at: AT - 240_000 }
    const { parts, sentence } = page([
      number(gateway, 'weir_process_rss_bytes', 1),
      number(agent, 'weir_process_rss_bytes', 1, old),
    ])
    expect(parts.map(({ instance, state }) => [instance, state])).toEqual([
      ['node-7', 'silent'],
      ['gw-1', 'up'],
    ])
    expect(sentence).toBe(
      'agent node-7 told nothing for 4 min: stopped, or cut off from its gateway.',
    )
  })

  test('tells what was refused or lost, how often, why, and whose', () => {
    const lost = (owner: string, metric: string, labels: Record<string, string>, count: number) =>
      number(owner, metric, 5_000, { type: 'counter', labels, increase: count })
    const { losses, crowded, sentence } = page([
      lost(gateway, 'weir_intake_samples_refused_total', { reason: 'cardinality' }, 1_204),
      lost(gateway, 'weir_intake_refused_total', { status: '401' }, 0),
      lost(gateway, 'weir_intake_batches_total', { kind: 'samples' }, 77),
      lost(agent, 'weir_logs_archive_cut_events_total', { acknowledged: 'yes' }, 9),
      lost(agent, 'weir_ship_lost_total', { reason: 'cut' }, 3),
      number(gateway, 'weir_intake_crowded_samples', 1_204, { labels: { owner: 'eu/-/orders' } }),
    ])
    expect(losses.map(({ instance, reason, count }) => [instance, reason, count])).toEqual([
      ['gw-1', 'cardinality', 1_204],
      ['node-7', 'cut', 3],
    ])
    expect(losses[1]?.message.text).toBe(
      '3 batches will never arrive (cut) and are gaps in charts. A larger spool (ship.spool.maxBytes) survives longer outages.',
    )
    expect(crowded).toEqual([{ owner: 'eu/-/orders', samples: 1_204 }])
    expect(sentence).toBe('All 2 parts report; 2 things were refused or lost, named below.')
  })
})
