import type { TaskSample } from '../../core/model/samples.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { samplesOf } from '../signals/readings.ts'
import { no } from './look-alikes.ts'
import { vertexOf } from './needs.ts'
import { percent, perSecond } from './words.ts'

interface Dropped {
  readonly perSecond: number
  /** Of the records that the vertex took meanwhile. */
  readonly share: number
}

const WINDOW_MS = 2 * 60_000

const dropped: Need<Dropped> = {
  missing: 'numLateRecordsDropped (Prometheus reporter), of vertices that drop late records',
  read: ({ facts }, asked) => {
    const vertex = vertexOf(asked)
    if (vertex === undefined) return undefined
    const own = samplesOf(facts, vertex)
    if (own.some(({ values }) => values.lateRecords !== undefined)) return droppedBy(own, facts.at)
    // Only a reporter prints the counter, and only where an operator can drop records.
    return own.some(({ via }) => via !== 'flink-rest') ? { perSecond: 0, share: 0 } : undefined
  },
}

export const lateRecords = defineRule({
  id: 'late-records',
  title: 'Records come too late and are dropped',
  category: 'event-time',
  scope: 'vertex',
  stage: 'stable',
  needs: { required: { dropped }, toldApartBy: {} },
  levels: {
    share: {
      minor: 0.001,
      major: 0.01,
      crit: 0.1,
      help: 'Dropped as late ÷ records taken, over two minutes.',
    },
  },
  impact: { minor: 0.5, major: 2, crit: 3 },
  messages: {
    found: '{vertex} drops {share} of its records as too late, {dropped}: results lack them.',
    bound:
      'Let the watermark wait longer (a larger out-of-orderness bound), or allow lateness in the window; both cost latency or state.',
    side: 'Send late records to a side output, so that they are counted and can be repaired.',
  },
  explains: [],
  opensAfter: 2,
  resolvesAfter: 6,

  evaluate({ dropped: { share, perSecond: rate } }, levels, { name }) {
    const reached = grade(share, levels.share)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: { vertex: name, share: percentOf(share), dropped: perSecond(rate) },
        evidence: [
          {
            label: 'dropped as late ÷ taken',
            unit: 'ratio',
            observed: Number(share.toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
          },
          { label: 'dropped', unit: 'text', observed: perSecond(rate) },
        ],
        toldApart: [no('watermark-stalled', 'the watermark is ahead of these records, not behind')],
        suggestions: [
          { message: 'bound', risk: 'restart' },
          { message: 'side', risk: 'none' },
        ],
        sureness: 0.95,
      },
    ]
  },
})

const percentOf = (share: number) =>
  share < 0.01 ? `${(share * 100).toPrecision(1)} %` : percent(share)

/** Differences of both counters over the same samples, added up over the subtasks. */
function droppedBy(tasks: readonly TaskSample[], at: number): Dropped | undefined {
  const lasts = new Map<string, TaskSample>()
  const sums = { late: 0, taken: 0, spanMs: 0 }
  let isMeasured = false
  for (const sample of tasks) {
    const { lateRecords: late, recordsIn } = sample.values
    if (sample.at < at - WINDOW_MS) continue
    if (late === undefined || recordsIn === undefined) continue
    const key = `${sample.via} ${sample.subtask} ${sample.attempt}`
    const before = lasts.get(key)
    lasts.set(key, sample)
    if (before === undefined) continue
    isMeasured = true
    sums.late += Math.max(0, late - (before.values.lateRecords ?? late))
    sums.taken += Math.max(0, recordsIn - (before.values.recordsIn ?? recordsIn))
    sums.spanMs = Math.max(sums.spanMs, sample.at - at + WINDOW_MS)
  }
  if (!isMeasured || sums.spanMs === 0) return undefined
  return {
    perSecond: (sums.late * 1000) / sums.spanMs,
    share: sums.taken === 0 ? 0 : sums.late / sums.taken,
  }
}
