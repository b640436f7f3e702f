import { defineRule, grade, type Need } from '../engine/rule.ts'
import { type Loaded, loadedBy, sourceSpreads } from '../signals/source-spread.ts'
import { sourcesOf } from '../signals/sources.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex, flow } from './needs.ts'
import { percent, perSecond, times } from './words.ts'

interface Skewed {
  readonly source: { readonly id: string; readonly name: string }
  readonly loaded: Loaded
  /** Undefined where the partitions are not known. */
  readonly perPartition: number | undefined
}

const skewed: Need<readonly Skewed[]> = {
  missing: flow.missing,
  read(view) {
    if (view.loads.length === 0 || view.loads.some(({ busy }) => busy === undefined))
      return undefined
    const spreads = sourceSpreads(view)
    return sourcesOf(view.facts).flatMap((source) => {
      const loaded = loadedBy(view, source)
      const spread = spreads?.find((one) => one.source.id === source.id)
      return loaded ? [{ source, loaded, perPartition: spread?.perPartition }] : []
    })
  },
}

export const sourceSkew = defineRule({
  id: 'source-skew',
  title: 'One part of the source brings most of the records',
  category: 'flow',
  scope: 'job',
  stage: 'stable',
  needs: { required: { skewed }, toldApartBy: {} },
  levels: {
    skew: {
      minor: 1.5,
      major: 2,
      crit: 30,
      help: 'Records of the busiest subtask ÷ the median of the others, where records are not spread again behind the source.',
    },
  },
  impact: { minor: 1, major: 2.8, crit: 3.5 },
  messages: {
    found:
      'Subtask {subtask} of {vertex} gets {skew} the records of the others, {taken}, because its part of {source} brings them; it is busy {busy}, the others idle.',
    producer: 'Look at how the producer chooses partitions: a constant or skewed key fills one.',
    rebalance:
      'Put a rebalance between {source} and the work, where the order within a partition does not matter.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'upstream' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'unaligned-bloat', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ skewed: list }, { skew }, _asked, view) {
    return list.flatMap(({ source, loaded, perPartition }) => {
      // Two partitions against one of the same size: their number is uneven, not their filling.
      if (perPartition !== undefined && perPartition < (skew.minor ?? 1)) return []
      const reached = grade(loaded.times, skew)
      const [hot] = loaded.subtasks
      if (!reached || !hot) return []
      return [
        {
          severity: reached.severity,
          message: 'found' as const,
          params: {
            subtask: hot.subtask,
            vertex: loaded.vertex.name,
            source: source.name,
            skew: times(loaded.times),
            taken: perSecond(hot.recordsPerSecond),
            busy: percent(hot.busy),
          },
          subject: aboutVertex(view, loaded.vertex),
          evidence: [
            {
              label: 'busiest subtask ÷ median of the others, records',
              unit: 'count' as const,
              observed: Number(loaded.times.toPrecision(3)),
              limit: reached.limit,
              bad: 'above' as const,
            },
            {
              label: `busy share of ${loaded.vertex.name}, busiest subtask`,
              unit: 'ratio' as const,
              observed: hot.busy,
              limit: 0.85,
              bad: 'above' as const,
              series: { signal: 'busy' as const, vertex: loaded.vertex.id, over: 'max' as const },
            },
          ] as const,
          toldApart: [
            no('data-skew', 'no keyed edge lies between it and the source'),
            no('slow-instance', 'it gets more records than the others, a slow one gets no more'),
            perPartition === undefined
              ? unknown('uneven-partitions', 'the partitions of the source are not known')
              : no(
                  'uneven-partitions',
                  `one of its partitions brings ${times(perPartition)} what one of the others does`,
                ),
          ],
          suggestions: [
            { message: 'producer' as const, risk: 'none' as const },
            { message: 'rebalance' as const, risk: 'restart' as const },
          ],
          sureness: Math.min(1, 0.7 + 0.05 * hot.samples),
        },
      ]
    })
  },
})
