import { isSink } from '../../core/model/topology.ts'
import { defineRule, grade } from '../engine/rule.ts'
import { HELD_BACK_LEVEL } from './levels.ts'
import {
  COMPUTES_FROM,
  flowEvidence,
  no,
  surenessOf,
  toldFromCommonLookAlikes,
  toldFromSkew,
  toldFromWaiting,
  unknown,
  WAITS_UP_TO,
} from './look-alikes.ts'
import { backlog, cpu, flow, gcOfHosts, mailsPerRecord } from './needs.ts'
import { percent, perSecond, plural } from './words.ts'

export const underProvisioned = defineRule({
  id: 'under-provisioned',
  title: 'Too few subtasks for what arrives',
  category: 'flow',
  scope: 'vertex',
  stage: 'stable',
  // A job that ends reads as fast as it can: something is always full.
  applies: ({ run }) => run?.bounded !== true,
  needs: {
    required: { flow },
    toldApartBy: { cpu, gc: gcOfHosts, mails: mailsPerRecord, backlog },
  },
  levels: { heldBack: HELD_BACK_LEVEL },
  impact: { minor: 1, major: 2.8, crit: 3.5 },
  messages: {
    found:
      '{vertex} takes {taken} with {subtasks}, all of them busy; upstream is held back {heldBack} of the time.',
    more: 'Raise the parallelism of {vertex}; the advice says to how many.',
    profile:
      'Look at a flame graph of {vertex} first if the work per record grew: cheaper code beats more subtasks.',
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

  evaluate({ flow: { bottleneck }, cpu, gc, mails, backlog }, { heldBack }, { name }, view) {
    if (bottleneck?.shape !== 'uniform') return []
    if (cpu && cpu.value <= WAITS_UP_TO) return []
    const { load } = bottleneck
    const sink = view.facts.topology && isSink(view.facts.topology, load.vertex)
    if (sink && !(cpu && cpu.value >= COMPUTES_FROM)) return []
    const reached = grade(bottleneck.heldBack, heldBack)
    const told = toldFromCommonLookAlikes({ mails, gc, backlog, taken: load.recordsPerSecond })
    if (!reached || !told) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          taken: perSecond(load.recordsPerSecond),
          subtasks: plural(load.parallelism, 'subtask'),
          heldBack: percent(bottleneck.heldBack),
        },
        evidence: [
          ...flowEvidence(bottleneck),
          {
            label: 'records taken',
            unit: 'perSecond',
            observed: load.recordsPerSecond ?? 0,
            series: { signal: 'recordsPerSecond', vertex: load.vertex },
          },
        ],
        toldApart: [
          toldFromWaiting(cpu),
          toldFromSkew(bottleneck),
          sink === undefined
            ? unknown('slow-sink', 'the job graph is not known')
            : no(
                'slow-sink',
                sink
                  ? 'it computes, it does not wait for a store'
                  : 'it writes to no outside system',
              ),
          ...told,
        ],
        suggestions: [
          { message: 'more', risk: 'restart' },
          { message: 'profile', risk: 'none' },
        ],
        sureness: surenessOf(bottleneck),
      },
    ]
  },
})
