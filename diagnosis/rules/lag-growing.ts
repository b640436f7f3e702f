import type { Vertex } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { type Backlog, backlogOf, sourcesOf } from '../signals/sources.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { percent, perSecond, seconds } from './words.ts'

export interface Waiting {
  readonly source: Vertex
  readonly backlog: Backlog
}

export const waiting: Need<readonly Waiting[]> = {
  missing:
    'what waits before the sources (agent.kafka with the brokers, or pendingRecords from the Prometheus reporter)',
  read({ facts }) {
    const list = sourcesOf(facts).flatMap((source) => {
      const backlog = backlogOf(facts, source.id)
      return backlog ? [{ source, backlog }] : []
    })
    return list.length === 0 ? undefined : list
  },
}

/** Less than this is under way between two looks, or waits for the next fetch. */
const WORTH_SECONDS = 10
/** A burst passes within this. */
const LEAST_SPAN_MS = 60_000

export const lagGrowing = defineRule({
  id: 'lag-growing',
  title: 'More arrives than is read',
  category: 'flow',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { waiting }, toldApartBy: {} },
  levels: {
    share: {
      minor: 0.05,
      major: 0.2,
      crit: 0.6,
      help: 'Growth of the lag ÷ what arrives, over at least a minute: the share that is not read.',
    },
  },
  impact: { minor: 0.5, major: 2, crit: 3 },
  messages: {
    found:
      '{lag} records wait before {source}, {grows} more each second: it reads {read}, {share} of what arrives stays behind.',
    cause:
      'Nothing else explains it: look at what {source} does with a record, and at its partitions.',
  },
  explains: [{ rule: 'watermark-behind', where: 'job' }],
  opensAfter: 3,
  resolvesAfter: 3,

  evaluate({ waiting: list }, { share: level }, _asked, view) {
    return list.flatMap(({ source, backlog }) => {
      const { trend, basis, readPerSecond } = backlog
      if (!trend.isSteady || trend.perSecond <= 0 || trend.spanMs < LEAST_SPAN_MS) return []
      const arrives = trend.perSecond + readPerSecond
      const share = trend.perSecond / arrives
      const reached = grade(share, level)
      if (!reached || trend.to < WORTH_SECONDS * arrives) return []
      return [
        {
          severity: reached.severity,
          message: 'found' as const,
          params: {
            source: source.name,
            lag: Math.round(trend.to),
            grows: Math.round(trend.perSecond),
            read: perSecond(readPerSecond),
            share: percent(share),
          },
          subject: aboutVertex(view, source),
          evidence: [
            {
              label: `share of what arrives that stays behind, ${source.name}`,
              unit: 'ratio' as const,
              observed: Number(share.toPrecision(3)),
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
            basis === 'lagRecords'
              ? no('old-data', 'it is counted in records, not in their time')
              : unknown(
                  'overload',
                  'the source itself tells too few under backpressure: the brokers would tell how much waits',
                ),
          ],
          suggestions: [{ message: 'cause' as const, risk: 'none' as const }],
          sureness: Math.min(1, 0.6 + trend.spanMs / 600_000 + (basis === 'lagRecords' ? 0.2 : 0)),
        },
      ]
    })
  },
})
