import { defineRule, grade, type Need } from '../engine/rule.ts'
import { partitionsOf, sourcesOf } from '../signals/sources.ts'
import { type Stall, stallsOf } from '../signals/stalls.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { plural, seconds } from './words.ts'

/** A Kafka source, the subtasks that read no partition, and the stall that they make. */
interface Spread {
  readonly id: string
  readonly name: string
  readonly subtasks: number
  readonly partitions: number
  readonly idle: readonly number[]
  readonly stall: Stall | undefined
}

const spreads: Need<readonly Spread[]> = {
  missing: 'the partitions of Kafka sources (Prometheus reporter)',
  read(view) {
    const sources = sourcesOf(view.facts)
    const told = sources.flatMap(({ id, name, parallelism }) => {
      const partitions = partitionsOf(view.facts, id)
      // While some subtasks are still silent, those that read nothing cannot be told from those that start.
      if (!partitions || partitions.size < parallelism) return []
      const idle = [...partitions].flatMap(([subtask, count]) => (count === 0 ? subtask : []))
      const stall = stallsOf(view)?.find(
        ({ source, holding }) =>
          source.id === id && holding.some(({ subtask }) => idle.includes(subtask)),
      )
      const sum = [...partitions.values()].reduce((a, b) => a + b, 0)
      return [{ id, name, subtasks: parallelism, partitions: sum, idle, stall }]
    })
    // Sources of other kinds have no partitions: only a reporter tells which these are.
    const isReported = view.facts.tasks.some(({ values }) => values.sourceIdleMs !== undefined)
    return told.length > 0 || isReported ? told : undefined
  },
}

export const idleSourceSubtasks = defineRule({
  id: 'idle-source-subtasks',
  title: 'A source has more subtasks than partitions',
  category: 'event-time',
  scope: 'job',
  stage: 'stable',
  needs: { required: { spreads }, toldApartBy: {} },
  levels: {
    stood: {
      minor: 30,
      major: 60,
      crit: 240,
      help: 'Seconds that event time has stood because of subtasks without a partition; without such a stall it is minor.',
    },
  },
  impact: { minor: 0.5, major: 2.5, crit: 3 },
  messages: {
    found:
      '{idle} of {source} read nothing: it has {partitions} for {subtasks}. They cost slots and do no work.',
    holding:
      '{idle} of {source} read nothing: it has {partitions} for {subtasks}. {below} waits for their watermark and has stood for {stood}.',
    fewer: 'Set the parallelism of {source} to {count} or a divisor of it.',
    idleness:
      'Until then let idle inputs not be waited for: withIdleness in the watermark strategy, table.exec.source.idle-timeout in SQL.',
    spread: 'What follows may keep its own parallelism; the records are rebalanced to it.',
  },
  explains: [
    { rule: 'watermark-stalled', where: 'upstream' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'state-growth', where: 'job' },
  ],
  opensAfter: 3,
  resolvesAfter: 2,

  evaluate({ spreads: list }, { stood }, _asked, view) {
    return list
      .filter(({ idle }) => idle.length > 0)
      .map(({ id, name, subtasks, partitions, idle, stall }) => {
        const stoodMs = stall?.stoodMs ?? 0
        const reached = grade(stoodMs / 1000, stood)
        const holds = stall !== undefined && reached !== undefined
        return {
          severity: reached?.severity ?? 'minor',
          message: holds ? 'holding' : 'found',
          params: {
            source: name,
            idle: plural(idle.length, 'subtask'),
            partitions: plural(partitions, 'partition'),
            subtasks: plural(subtasks, 'subtask'),
            count: partitions,
            below: stall?.below.name ?? '',
            stood: seconds(stoodMs),
          },
          subject: aboutVertex(view, { id, name }),
          evidence: [
            {
              label: `partitions of ${name}`,
              unit: 'count' as const,
              observed: partitions,
              limit: subtasks,
              bad: 'below' as const,
            },
            {
              label: 'subtasks without a partition',
              unit: 'text' as const,
              observed: idle.join(', '),
            },
          ] as const,
          toldApart: [
            no('uneven-partitions', 'some subtasks read none at all'),
            holds
              ? no('no-traffic', 'the other subtasks read records')
              : unknown('watermark-stalled', 'nothing that goes by event time waits for them now'),
          ],
          suggestions: [
            { message: 'fewer' as const, risk: 'restart' as const },
            ...(holds ? [{ message: 'idleness' as const, risk: 'restart' as const }] : []),
            { message: 'spread' as const, risk: 'none' as const },
          ],
          sureness: 0.95,
        }
      })
  },
})
