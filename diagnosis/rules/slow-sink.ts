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
  unknown,
} from './look-alikes.ts'
import { backlog, cpu, flow, gcOfHosts, mailsPerRecord } from './needs.ts'
import { percent, perSecond } from './words.ts'

export const slowSink = defineRule({
  id: 'slow-sink',
  title: 'The sink takes less than arrives',
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
      '{vertex} accepts {taken} and is busy {busy} of the time; everything upstream waits for it.',
    askTheStore: 'Look at the store behind {vertex} first: its latency, its quota, its locks.',
    batch: 'Larger batches and a short linger cost the store less per record than more writers.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'upstream' },
    { rule: 'blocking-call', where: 'upstream' },
    { rule: 'data-skew', where: 'upstream' },
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
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
    const { load } = bottleneck
    if (!view.facts.topology || !isSink(view.facts.topology, load.vertex)) return []
    if (cpu && cpu.value >= COMPUTES_FROM) return []
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
          busy: percent(load.busy ?? 0),
        },
        evidence: [
          ...flowEvidence(bottleneck),
          {
            label: 'records accepted',
            unit: 'perSecond',
            observed: load.recordsPerSecond ?? 0,
            series: { signal: 'recordsPerSecond', vertex: load.vertex },
          },
        ],
        toldApart: [
          cpu
            ? no(
                'under-provisioned',
                `CPU per busy time ${cpu.value.toFixed(2)}, computing needs ≥ ${COMPUTES_FROM}`,
              )
            : unknown(
                'under-provisioned',
                'CPU per busy time is not measured: it cannot be told whether it computes',
              ),
          toldFromSkew(bottleneck),
          ...told,
        ],
        suggestions: [
          { message: 'askTheStore', risk: 'none' },
          { message: 'batch', risk: 'restart' },
        ],
        sureness: surenessOf(bottleneck),
      },
    ]
  },
})
