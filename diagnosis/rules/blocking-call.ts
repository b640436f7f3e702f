import { isSink } from '../../core/model/topology.ts'
import { defineRule, grade } from '../engine/rule.ts'
import { HELD_BACK_LEVEL } from './levels.ts'
import {
  flowEvidence,
  no,
  surenessOf,
  toldFromCommonLookAlikes,
  toldFromSkew,
  WAITS_UP_TO,
} from './look-alikes.ts'
import { backlog, cpu, flow, gcOfHosts, mailsPerRecord } from './needs.ts'
import { percent, perSecond } from './words.ts'

export const blockingCall = defineRule({
  id: 'blocking-call',
  title: 'Waiting for a call, not computing',
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
      '{vertex} is busy {busy} of the time and uses {cpu} of CPU for it: it waits for something. It takes {taken}.',
    async:
      'Ask asynchronously (async I/O), in batches, or through a cache; waiting is better cured by that than by more subtasks.',
    asked: 'Look at the system {vertex} asks: more subtasks ask it more often.',
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
    if (!cpu)
      return {
        unknown: 'CPU time of the TaskManagers: a busy vertex computes or waits, CPU tells which',
      }
    if (cpu.value > WAITS_UP_TO) return []
    const { load } = bottleneck
    if (view.facts.topology && isSink(view.facts.topology, load.vertex)) return []
    const reached = grade(bottleneck.heldBack, heldBack)
    const told = toldFromCommonLookAlikes({ mails, gc, backlog, taken: load.recordsPerSecond })
    if (!reached || !told) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          busy: percent(load.busy ?? 0),
          cpu: percent(cpu.value),
          taken: perSecond(load.recordsPerSecond),
        },
        evidence: [
          ...flowEvidence(bottleneck),
          {
            label: 'CPU per busy time',
            unit: 'ratio',
            observed: cpu.value,
            limit: WAITS_UP_TO,
            bad: 'below',
          },
        ],
        toldApart: [
          no(
            'under-provisioned',
            `CPU per busy time ${cpu.value.toFixed(2)}, computing needs ≥ 0.6`,
          ),
          toldFromSkew(bottleneck),
          no('slow-sink', 'it writes to no outside system'),
          ...told,
        ],
        suggestions: [
          { message: 'async', risk: 'none' },
          { message: 'asked', risk: 'none' },
        ],
        sureness: surenessOf(bottleneck) * (cpu.high <= WAITS_UP_TO * 2 ? 1 : 0.8),
      },
    ]
  },
})
