import { defineRule, grade } from '../engine/rule.ts'
import { flowEvidence, no, surenessOf, toldFromCommonLookAlikes, unknown } from './look-alikes.ts'
import { backlog, cpu, flow, gcOfHosts, mailsPerRecord } from './needs.ts'
import { percent, perSecond, times } from './words.ts'

export const dataSkew = defineRule({
  id: 'data-skew',
  title: 'A few keys load one subtask',
  category: 'flow',
  scope: 'vertex',
  stage: 'stable',
  needs: {
    required: { flow },
    toldApartBy: { cpu, gc: gcOfHosts, mails: mailsPerRecord, backlog },
  },
  levels: {
    skew: {
      minor: 2,
      major: 3,
      crit: 30,
      help: 'Records of the busiest subtask ÷ the median of the others.',
    },
  },
  impact: { minor: 1, major: 2.8, crit: 3.5 },
  messages: {
    found:
      'Subtask {subtask} of {vertex} gets {skew} the records of the others and is busy {busy}; the others idle.',
    salt: 'Pre-aggregate before the shuffle or salt the hot keys; more subtasks leave the hot key where it is.',
    nulls: 'Look for null, empty or default keys: they all land on one subtask.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'upstream' },
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'unaligned-bloat', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ flow: { bottleneck }, cpu, gc, mails, backlog }, { skew }, { name }, view) {
    if (bottleneck?.shape !== 'skewed') return []
    const { load } = bottleneck
    const keyed = view.facts.topology?.edges.some(
      (e) => e.to === load.vertex && e.strategy === 'HASH',
    )
    if (!keyed) return []
    const reached = grade(bottleneck.topAgainstOthers, skew)
    const told = toldFromCommonLookAlikes({ mails, gc, backlog, taken: load.recordsPerSecond })
    const [hot] = [...bottleneck.saturated].sort(
      (a, b) => (b.recordsPerSecond ?? 0) - (a.recordsPerSecond ?? 0),
    )
    if (!reached || !told || !hot) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          subtask: hot.subtask,
          skew: times(bottleneck.topAgainstOthers),
          busy: percent(hot.busy),
        },
        evidence: [
          {
            label: 'busiest subtask ÷ median of the others, records',
            unit: 'count',
            observed: Number(bottleneck.topAgainstOthers.toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
          },
          ...flowEvidence(bottleneck),
          {
            label: `subtask ${hot.subtask} takes`,
            unit: 'text',
            observed: perSecond(hot.recordsPerSecond),
          },
        ],
        toldApart: [
          no(
            'under-provisioned',
            `${bottleneck.saturated.length} of ${load.parallelism} subtasks are saturated`,
          ),
          no(
            'slow-instance',
            'the busy subtask gets more records than the others, a slow one gets no more',
          ),
          no('source-skew', 'the records arrive over a keyed edge'),
          cpu
            ? no('blocking-call', 'the other subtasks have time left')
            : unknown('blocking-call', 'CPU is not measured'),
          ...told,
        ],
        suggestions: [
          { message: 'salt', risk: 'state' },
          { message: 'nulls', risk: 'none' },
        ],
        sureness: surenessOf(bottleneck),
      },
    ]
  },
})
