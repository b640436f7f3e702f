import { defineRule, grade } from '../engine/rule.ts'
import { readingsOf, summed } from '../signals/readings.ts'
import type { JobView } from '../signals/view.ts'
import { waiting } from './lag-growing.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { perSecond, seconds, times } from './words.ts'

/** A burst passes within this. */
const LEAST_SPAN_MS = 30_000
/** A stretch over which a rate is measured. */
const STRETCH_MS = 15_000
/** A job that does less than this share of its best has lost capacity: that is another fault. */
const AS_FAST_AS_EVER = 0.9

export const overload = defineRule({
  id: 'overload',
  title: 'More is asked of the job than it has ever done',
  category: 'flow',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { waiting }, toldApartBy: {} },
  levels: {
    demand: {
      minor: 1.25,
      help: 'Records that arrive by the brokers ÷ those that are read, while the lag grows and a vertex without time left is as fast as its best in five minutes.',
    },
  },
  impact: { minor: 0.5 },
  messages: {
    found:
      '{arrives} arrive at {source}, {times} what the job can read at its best ({read}). {vertex} works as fast as ever, and {grows} records more wait each second.',
    limit:
      'Until it has more room, decide what waits: a rate limit in the source, watermark alignment so that no input runs ahead of the others and fills the state, or less important input in a job of its own.',
    room: 'For good it needs more subtasks at {vertex} or less work per record; what {vertex} suffers from is told there.',
  },
  explains: [
    { rule: 'lag-growing', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ waiting: list }, { demand: level }, _asked, view) {
    const byBrokers = list.filter(({ backlog }) => backlog.basis === 'lagRecords')
    if (byBrokers.length === 0)
      return { unknown: 'the end offsets of the brokers (agent.kafka): what really arrives' }
    return byBrokers.flatMap(({ source, backlog: { trend, readPerSecond } }) => {
      const limiting = view.bottlenecks.find(
        ({ shape, victims }) => shape === 'uniform' && victims.includes(source.id),
      )
      if (!limiting) return []
      const rate = limiting.load.recordsPerSecond
      const best = bestRate(view, limiting.load.vertex)
      if (rate === undefined || best === undefined || rate < AS_FAST_AS_EVER * best) return []
      if (!trend.isSteady || trend.perSecond <= 0 || trend.spanMs < LEAST_SPAN_MS) return []
      const arrives = trend.perSecond + readPerSecond
      const reached = grade(arrives / readPerSecond, level)
      if (!reached) return []
      const { vertex: id, name } = limiting.load
      return [
        {
          severity: reached.severity,
          message: 'found' as const,
          params: {
            source: source.name,
            vertex: name,
            arrives: perSecond(arrives),
            times: times(arrives / readPerSecond),
            read: perSecond(readPerSecond),
            grows: Math.round(trend.perSecond),
          },
          subject: aboutVertex(view, { id, name }),
          evidence: [
            {
              label: `what arrives at ${source.name} ÷ what it can read`,
              unit: 'ratio' as const,
              observed: Number((arrives / readPerSecond).toPrecision(3)),
              limit: reached.limit,
              bad: 'above' as const,
            },
            {
              label: `lag over ${seconds(trend.spanMs)}`,
              unit: 'text' as const,
              observed: `${Math.round(trend.from)} → ${Math.round(trend.to)} records`,
            },
          ] as const,
          toldApart: [
            no('catching-up', 'the lag grows, one that is worked off shrinks'),
            no('data-skew', `all subtasks of ${name} are saturated`),
            no(
              'blocking-call',
              `it takes ${perSecond(rate)}, ${times(rate / best)} its best: no record has become dearer`,
            ),
            unknown('regression-after-change', 'what the job did more than five minutes ago'),
          ],
          suggestions: [
            { message: 'limit' as const, risk: 'restart' as const },
            { message: 'room' as const, risk: 'restart' as const },
          ],
          sureness: Math.min(1, 0.6 + trend.spanMs / 300_000),
        },
      ]
    })
  },
})

/**
 * The highest rate at which the vertex took records over any stretch of the window of samples. Not that of the
 * source: while buffers fill up it reads more than anybody works off.
 */
function bestRate({ facts }: JobView, vertex: string): number | undefined {
  const taken = summed(readingsOf(facts, vertex, 'recordsIn'))
  const rates = taken.flatMap((to, index) => {
    const from = taken.slice(0, index).findLast(({ at }) => to.at - at >= STRETCH_MS)
    return from && to.value >= from.value
      ? ((to.value - from.value) * 1000) / (to.at - from.at)
      : []
  })
  return rates.length === 0 ? undefined : Math.max(...rates)
}
