import { defineRule, grade, type Need } from '../engine/rule.ts'
import { type SourceSpread, sourceSpreads } from '../signals/source-spread.ts'
import { no } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { percent, plural } from './words.ts'

const spreads: Need<readonly SourceSpread[]> = {
  missing: 'the partitions of Kafka sources (Prometheus reporter)',
  read: sourceSpreads,
}

/** Below it the fullest subtask has a quarter more to do than an even spread would give it. */
const EVEN = 0.85

export const unevenPartitions = defineRule({
  id: 'uneven-partitions',
  title: 'Partitions do not divide among the subtasks',
  category: 'flow',
  scope: 'job',
  stage: 'stable',
  needs: { required: { spreads }, toldApartBy: {} },
  levels: {
    heldBack: {
      minor: 0.1,
      major: 0.2,
      help: 'Share of time the fullest subtasks are held back; while none is, the uneven spread is only told.',
    },
  },
  impact: { info: 0, minor: 1, major: 2.5 },
  messages: {
    found:
      '{partitions} of {source} do not divide among {subtasks}: the fullest reads {most}, so {lost} of the capacity cannot be used.',
    loaded:
      '{partitions} of {source} do not divide among {subtasks}: the fullest reads {most} and has no time left, while others idle.',
    divisor: 'Set the parallelism of {source} to {divisor}, which divides {count}.',
  },
  explains: [
    { rule: 'lag-growing', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'unaligned-bloat', where: 'job' },
  ],
  opensAfter: 3,
  resolvesAfter: 2,

  evaluate({ spreads: list }, { heldBack: level }, _asked, view) {
    return list.flatMap((spread) => {
      const { source, partitions, mostPartitions, perPartition } = spread
      const used = partitions / (source.parallelism * mostPartitions)
      const isIdle = [...spread.bySubtask.values()].includes(0)
      if (isIdle || used >= EVEN) return []
      // Full partitions, not many of them: that is source-skew.
      const loaded = spread.loaded && perPartition < 1.5 ? spread.loaded : undefined
      const reached = loaded && grade(loaded.heldBack, level)
      return [
        {
          severity: reached?.severity ?? 'info',
          message: reached ? ('loaded' as const) : ('found' as const),
          params: {
            source: source.name,
            partitions: plural(partitions, 'partition'),
            subtasks: plural(source.parallelism, 'subtask'),
            most: mostPartitions,
            lost: percent(1 - used),
            count: partitions,
            divisor: divisorNear(partitions, source.parallelism),
          },
          subject: aboutVertex(view, (reached && loaded?.vertex) ?? source),
          evidence: [
            {
              label: `partitions ÷ (subtasks × the most of one), ${source.name}`,
              unit: 'ratio' as const,
              observed: used,
              limit: EVEN,
              bad: 'below' as const,
            },
            {
              label: 'partitions of each subtask',
              unit: 'text' as const,
              observed: [...spread.bySubtask.values()].join(', '),
            },
          ] as const,
          toldApart: [
            no('idle-source-subtasks', 'every subtask reads at least one'),
            no('source-skew', 'a partition of the fullest subtask is no fuller than others'),
          ],
          suggestions: [{ message: 'divisor' as const, risk: 'restart' as const }],
          sureness: 0.9,
        },
      ]
    })
  },
})

/** The divisor nearest to the parallelism, the larger of two equally near. */
function divisorNear(partitions: number, parallelism: number): number {
  const divisors = Array.from({ length: partitions }, (_, index) => index + 1).filter(
    (candidate) => partitions % candidate === 0,
  )
  const [nearest] = divisors.sort(
    (a, b) => Math.abs(a - parallelism) - Math.abs(b - parallelism) || b - a,
  )
  return nearest ?? partitions
}
