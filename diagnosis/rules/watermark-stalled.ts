import type { Severity } from '../../core/model/finding.ts'
import { type Draft, defineRule, grade } from '../engine/rule.ts'
import { backlogOf } from '../signals/sources.ts'
import type { Stall } from '../signals/stalls.ts'
import type { JobView } from '../signals/view.ts'
import { isDraining, stalls } from './event-time.ts'
import { no } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { plural, seconds } from './words.ts'

export const watermarkStalled = defineRule({
  id: 'watermark-stalled',
  title: 'Event time stands still',
  category: 'event-time',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { stalls }, toldApartBy: {} },
  levels: {
    stood: {
      minor: 30,
      major: 60,
      crit: 240,
      help: 'Seconds that event time has stood while records arrive. Flink sends watermarks five times a second, so half a minute is no pause of its own.',
    },
  },
  impact: { minor: 1, major: 2.5, crit: 3 },
  messages: {
    silent:
      '{below} takes records, but its event time has stood for {stood}: {subtasks} of {source} sent nothing, and everything waits for {their} watermark.',
    stopped:
      '{below} takes records, but its event time has stood for {stood}: {subtasks} of {source} sent records whose time does not advance.',
    idleness:
      'Let a quiet input not be waited for: withIdleness in the watermark strategy, table.exec.source.idle-timeout in SQL.',
    partition:
      'Look at what {source} reads: a partition, a device or a feed that is silent, or more subtasks than partitions.',
    clock:
      'Look at the timestamps that {source} reads: a stuck clock, a wrong field or unit, one empty partition among those of a subtask, or one record from the future.',
  },
  explains: [
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'state-growth', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 2,

  evaluate({ stalls: found }, { stood }, _asked, view) {
    return found.flatMap((stall) => {
      const reached = grade(stall.stoodMs / 1000, stood)
      if (!reached) return []
      // A backlog that came in one burst has one time for many records.
      const backlog = backlogOf(view.facts, stall.source.id)
      if (stall.holding.every(({ isSilent }) => !isSilent) && isDraining(backlog)) return []
      return [draftOf(stall, reached, view)]
    })
  },
})

function draftOf(
  { source, holding, below, stoodMs, othersAdvance }: Stall,
  { severity, limit }: { readonly severity: Severity; readonly limit: number },
  view: JobView,
): Draft<'silent' | 'stopped' | 'idleness' | 'partition' | 'clock'> {
  const silent = holding.filter(({ isSilent }) => isSilent)
  const blamed = silent.length > 0 ? silent : holding
  const numbers = blamed.map(({ subtask }) => subtask).join(', ')
  return {
    severity,
    message: silent.length > 0 ? 'silent' : 'stopped',
    params: {
      below: below.name,
      source: source.name,
      stood: seconds(stoodMs),
      subtasks: `${blamed.length === 1 ? 'subtask' : 'subtasks'} ${numbers}`,
      their: blamed.length === 1 ? 'its' : 'their',
    },
    subject: aboutVertex(view, source),
    evidence: [
      {
        label: `event time of ${below.name} has stood, seconds`,
        unit: 'count',
        observed: Math.round(stoodMs / 1000),
        limit,
        bad: 'above',
      },
      {
        label: `what holds it in ${source.name}`,
        unit: 'text',
        observed: blamed
          .map(({ subtask, watermarkAt }) => {
            const at = watermarkAt === undefined ? 'never set' : new Date(watermarkAt).toISOString()
            return `subtask ${subtask}: ${at}`
          })
          .join('; '),
      },
    ],
    toldApart: [
      no('watermark-behind', 'it does not advance at all'),
      no('no-traffic', `${below.name} takes records meanwhile`),
      no('stuck-task', `${plural(blamed.length, 'subtask')} that hold it have time left`),
    ],
    suggestions: [
      ...(silent.length > 0
        ? ([
            { message: 'idleness', risk: 'restart' },
            { message: 'partition', risk: 'none' },
          ] as const)
        : ([{ message: 'clock', risk: 'none' }] as const)),
    ],
    sureness: Math.min(1, 0.7 + stoodMs / 600_000 + (othersAdvance ? 0.1 : 0)),
  }
}
