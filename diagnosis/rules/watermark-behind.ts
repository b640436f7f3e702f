import type { JobFacts } from '../../core/model/facts.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { loadOf } from '../signals/load.ts'
import { newestAttempts, readingsOf, summed, trendOf } from '../signals/readings.ts'
import { median } from '../signals/statistics.ts'
import type { JobView } from '../signals/view.ts'
import { no } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { seconds, times } from './words.ts'

/** How far event time is behind the clock somewhere in the job, and how fast it goes. */
interface Behind {
  readonly vertex: { readonly id: string; readonly name: string }
  readonly behindMs: number
  readonly grownMs: number
  readonly spanMs: number
  readonly speed: number
}

/** Shorter than this a checkpoint or a burst looks like falling behind. */
const LEAST_SPAN_MS = 120_000
/** Live data goes at 1; a twentieth is what two clocks and the rounding of readings may differ by. */
const LIVE_FROM = 0.95
const STANDS = 0.05

const behind: Need<readonly Behind[]> = {
  missing: 'watermarks (Prometheus reporter)',
  read(view) {
    if (view.facts.tasks.every(({ values }) => values.watermarkAt === undefined)) return undefined
    return view.facts.topology?.vertices.flatMap((vertex) => behindOf(view, vertex))
  },
}

export const watermarkBehind = defineRule({
  id: 'watermark-behind',
  title: 'Event time falls behind the clock',
  category: 'event-time',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { behind }, toldApartBy: {} },
  levels: {
    behind: {
      minor: 60,
      major: 900,
      help: 'Seconds that event time is behind the clock while the distance grows, over at least two minutes.',
    },
  },
  impact: { minor: 0.5, major: 1.5 },
  messages: {
    found:
      'Event time at {vertex} is {behind} behind the clock and goes at {speed} of it: results come ever later.',
    load: 'Look at what the sources lag behind, and at what holds them back; event time is late because records are.',
    aligned:
      'Where one input is far older than another, watermark alignment keeps them together and the state between them small.',
  },
  explains: [],
  opensAfter: 3,
  resolvesAfter: 3,

  evaluate({ behind: list }, { behind: level }, _asked, view) {
    // It is behind in every vertex below the first, for the same reason.
    const [first] = list.filter(({ behindMs }) => grade(behindMs / 1000, level) !== undefined)
    const reached = first && grade(first.behindMs / 1000, level)
    if (!reached) return []
    const { vertex, behindMs, grownMs, spanMs, speed } = first
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: { vertex: vertex.name, behind: seconds(behindMs), speed: times(speed) },
        subject: aboutVertex(view, vertex),
        evidence: [
          {
            label: `event time behind the clock at ${vertex.name}, seconds`,
            unit: 'count',
            observed: Math.round(behindMs / 1000),
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: 'grown by',
            unit: 'text',
            observed: `${seconds(grownMs)} in ${seconds(spanMs)}`,
          },
        ],
        toldApart: [
          no('watermark-stalled', 'it advances'),
          no('catching-up', `it goes at ${times(speed)} the clock, a backlog makes it faster`),
          no('old-data', 'the distance grows, old data keeps its own'),
        ],
        suggestions: [
          { message: 'load', risk: 'none' },
          { message: 'aligned', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.6 + spanMs / 900_000),
      },
    ]
  },
})

function behindOf(
  { facts, loads }: JobView,
  { id, name }: { readonly id: string; readonly name: string },
): readonly Behind[] {
  if (isFresh(facts, id)) return []
  const series = readingsOf(facts, id, 'watermarkAt').map((one) => ({
    ...one,
    readings: one.readings.filter(({ value }) => value > 0 && value < 8e15),
  }))
  if (series.length === 0 || series.some(({ readings }) => readings.length === 0)) return []
  // The mean over the subtasks: below a shuffle all have the same.
  const marks = summed(
    series.flatMap(({ subtask, readings: [first, ...rest] }) =>
      first ? [{ subtask, readings: [first, ...rest] as const }] : [],
    ),
  )
  const distance = marks.map(({ at, value }) => ({ at, value: at - value / series.length }))
  const trend = trendOf(distance)
  if (!trend?.isSteady || trend.spanMs < LEAST_SPAN_MS || trend.perSecond <= 0) return []
  // Distance grows by what event time lacks to the clock: ms a second.
  const speed = 1 - trend.perSecond / 1000
  const now = median(loadOf(loads, id)?.subtasks.flatMap((s) => s.eventTimeSpeed ?? []) ?? [])
  // It may have stood, and now run: neither is falling behind.
  if (speed >= LIVE_FROM || now === undefined || now >= LIVE_FROM || now < STANDS) return []
  const { from, to: behindMs, spanMs } = trend
  return [{ vertex: { id, name }, behindMs, grownMs: behindMs - from, spanMs, speed }]
}

/** No level is below this, so that most vertices need no second look. */
const FRESH_MS = 20_000

function isFresh(facts: JobFacts, vertex: string): boolean {
  const newest = newestAttempts(facts, vertex).findLast(
    ({ values }) => values.watermarkAt !== undefined,
  )
  return newest === undefined || newest.at - (newest.values.watermarkAt ?? 0) < FRESH_MS
}
