import { defineRule, grade } from '../engine/rule.ts'
import { HELD_BACK_LEVEL } from './levels.ts'
import { ASYNC_FROM, flowEvidence, no, surenessOf, toldFromSkew, unknown } from './look-alikes.ts'
import { flow, gcOfHosts, mailsPerRecord } from './needs.ts'
import { percent, perSecond } from './words.ts'

export const asyncCapacity = defineRule({
  id: 'async-capacity',
  title: 'An asynchronous operator is at its capacity',
  category: 'flow',
  scope: 'vertex',
  stage: 'stable',
  // A job that ends reads as fast as it can: something is always full.
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { flow }, toldApartBy: { mails: mailsPerRecord, gc: gcOfHosts } },
  levels: { heldBack: HELD_BACK_LEVEL },
  impact: { minor: 1, major: 2.8, crit: 3.5 },
  messages: {
    found:
      '{vertex} has as many requests under way as it may: it takes {taken} and waits for answers to take more.',
    capacity:
      'Raise the capacity of the async operator: it passes at most capacity ÷ latency records a second, per subtask.',
    asked:
      'Or make the system it asks answer faster; more subtasks add capacity, too, and cost slots.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'upstream' },
    { rule: 'blocking-call', where: 'upstream' },
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

  evaluate({ flow: { bottleneck }, mails, gc }, { heldBack }, { name }) {
    if (bottleneck?.shape !== 'uniform') return []
    if (mails === undefined)
      return {
        unknown:
          'mailboxMailsPerSecond at five records a second or more (Prometheus reporter): it tells asynchronous operators',
      }
    if (mails < ASYNC_FROM) return []
    const reached = grade(bottleneck.heldBack, heldBack)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: { vertex: name, taken: perSecond(bottleneck.load.recordsPerSecond) },
        evidence: [
          ...flowEvidence(bottleneck),
          {
            label: 'mails per record',
            unit: 'ratio',
            observed: Number(mails.toFixed(2)),
            limit: ASYNC_FROM,
            bad: 'above',
          },
        ],
        toldApart: [
          no(
            'blocking-call',
            'answers come as mails, about one per record: it does not wait inside a call',
          ),
          no('under-provisioned', 'it waits for answers, as mails per record show'),
          toldFromSkew(bottleneck),
          gc === undefined
            ? unknown('gc-pressure', 'garbage collection time is not measured')
            : no('gc-pressure', `${percent(gc)} of the time in collections`),
        ],
        suggestions: [
          { message: 'capacity', risk: 'restart' },
          { message: 'asked', risk: 'none' },
        ],
        sureness: surenessOf(bottleneck),
      },
    ]
  },
})
