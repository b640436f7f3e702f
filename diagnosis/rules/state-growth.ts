import type { CheckpointEvent } from '../../core/model/events.ts'
import type { Asked, Need } from '../engine/rule.ts'
import { defineRule, grade } from '../engine/rule.ts'
import { nameOf } from '../signals/load.ts'
import { type Reading, type Trend, trendOf } from '../signals/readings.ts'
import type { JobView } from '../signals/view.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { mebibytes, seconds } from './words.ts'

/** Savepoints are written in another form: their size is no checkpoint's. */
const sized: Need<readonly CheckpointEvent[]> = {
  missing: 'the checkpoint history (REST)',
  read: ({ facts, run }) =>
    run === undefined
      ? undefined
      : facts.checkpoints.filter(({ state, savepoint }) => state === 'completed' && !savepoint),
}

/** So many newest checkpoints are looked at, and at least so many, over so long. */
export const MOST = 30
const LEAST = 6
const LEAST_SPAN_MS = 50_000
/** Nearly every checkpoint must be larger than the one before: windows and TTLs let some go. */
const RISING = 0.8
/** A state that fills up slows down: its newest third must grow at least so fast as the middle one. */
const UNSLOWED = 0.7
/** It must have grown by this within what is seen, or else it is noise of a large state, or buffers of a small one. */
const GREW = 1.2
const GREW_BYTES = 10 * 2 ** 20

export const stateGrowth = defineRule({
  id: 'state-growth',
  title: 'State grows without a bound in sight',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { sized }, toldApartBy: {} },
  levels: {
    perHour: {
      minor: 200,
      help: 'MiB an hour by which checkpoints grow, one after the other and no slower than before: 200 are 5 GiB a day.',
    },
  },
  impact: { minor: 1 },
  messages: {
    found:
      'The state of {vertex} grows by {perHour} an hour and does not slow down: {from} → {to} in {span}, {perDay} more a day from now.',
    ttl: 'Give state an end: a TTL (table.exec.state.ttl in SQL), a window, an interval join instead of a join for ever.',
    keys: 'Look at what {vertex} keys by: an id that never comes back is kept for ever.',
    wait: 'A state with a TTL grows until its first entries are that old; if so, see whether it stops then.',
  },
  explains: [
    { rule: 'checkpoint-async', where: 'job' },
    { rule: 'heap-leak', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ sized: all }, { perHour: level }, asked, view) {
    const checkpoints = all.slice(-MOST)
    const growth = growthOf(
      checkpoints.map(({ triggeredAt: at, stateBytes: value }) => ({ at, value })),
    )
    if (!growth) return []
    const { trend, newest, checkpoints: count } = growth
    const perHourMiB = (newest.perSecond * 3600) / 2 ** 20
    const reached = grade(perHourMiB, level)
    if (!reached) return []
    const subject = growingVertex(checkpoints, view) ?? asked
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: subject.name,
          perHour: mebibytes(newest.perSecond * 3600),
          from: mebibytes(trend.from),
          to: mebibytes(trend.to),
          span: seconds(trend.spanMs),
          perDay: `${((newest.perSecond * 86_400) / 2 ** 30).toPrecision(2)} GiB`,
        },
        subject,
        evidence: [
          {
            label: 'growth of a checkpoint, MiB an hour',
            unit: 'count',
            observed: Math.round(perHourMiB),
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: 'checkpoints in a row that were larger',
            unit: 'count',
            observed: count,
          },
        ],
        toldApart: [
          no('checkpoint-back-to-back', 'it is their size that grows'),
          checkpoints.some(({ unaligned }) => unaligned)
            ? unknown('unaligned-bloat', 'they carry what is on its way as well')
            : no('unaligned-bloat', 'they are aligned: nothing that is on its way is in them'),
          unknown('old-data', 'whether a TTL ends it is not known from here'),
        ],
        suggestions: [
          { message: 'ttl', risk: 'state' },
          { message: 'keys', risk: 'none' },
          { message: 'wait', risk: 'none' },
        ],
        sureness: Math.min(1, 0.4 + 0.03 * count),
      },
    ]
  },
})

export interface Growth {
  readonly trend: Trend
  readonly newest: Trend
  readonly checkpoints: number
}

/** How the sizes of the newest checkpoints, oldest first, grow without slowing down; undefined where they do not. */
export function growthOf(sizes: readonly Reading[]): Growth | undefined {
  const growing = sizes.slice(lastFall(sizes))
  if (growing.length < LEAST) return undefined
  const trend = trendOf(growing)
  if (!trend || trend.spanMs < LEAST_SPAN_MS || trend.to < GREW * trend.from) return undefined
  if (trend.to - trend.from < GREW_BYTES) return undefined
  const third = Math.floor(growing.length / 3)
  const [middle, newest] = [
    trendOf(growing.slice(third, -third)),
    trendOf(growing.slice(-Math.max(3, third))),
  ]
  if (!trend.isSteady || !middle || !newest) return undefined
  if (newest.perSecond < UNSLOWED * middle.perSecond) return undefined
  return { trend, newest, checkpoints: growing.length }
}

/** Where the newest stretch begins in which nearly every size is larger than the one before. */
function lastFall(sizes: readonly { readonly value: number }[]): number {
  let [falls, steps] = [0, 0]
  for (let index = sizes.length - 1; index > 0; index--) {
    steps++
    if ((sizes[index]?.value ?? 0) <= (sizes[index - 1]?.value ?? 0)) falls++
    if (falls > Math.max(1, (1 - RISING) * steps)) return index
  }
  return 0
}

/** The vertex whose part grew most between the first and the last checkpoint whose parts are known. */
function growingVertex(checkpoints: readonly CheckpointEvent[], view: JobView): Asked | undefined {
  const known = checkpoints.filter(({ tasks }) =>
    tasks.some(({ stateBytes }) => stateBytes !== undefined),
  )
  const [first, last] = [known[0], known.at(-1)]
  if (!last) return undefined
  const before = new Map(
    first === last ? [] : first?.tasks.map(({ vertex, stateBytes = 0 }) => [vertex, stateBytes]),
  )
  const [most] = last.tasks
    .map(({ vertex, stateBytes = 0 }) => ({ vertex, grew: stateBytes - (before.get(vertex) ?? 0) }))
    .sort((a, b) => b.grew - a.grew)
  return most && most.grew > 0
    ? aboutVertex(view, { id: most.vertex, name: nameOf(view.facts.topology, most.vertex) })
    : undefined
}
