import { defineRule, grade, type Need } from '../engine/rule.ts'
import { type Throttling, throttlingOf } from '../signals/throttling.ts'
import { no, unknown } from './look-alikes.ts'
import { percent } from './words.ts'

/** The kernel enforces every 100 ms: fewer periods than this are hardly a sample. */
const LEAST_PERIODS = 100

const throttling: Need<Throttling> = {
  missing: 'the control group of the TaskManager (an agent beside it)',
  read({ facts }, { subject }) {
    return subject.kind === 'taskmanager' ? throttlingOf(facts, subject.id) : undefined
  },
}

export const cpuThrottled = defineRule({
  id: 'cpu-throttled',
  title: 'A container runs into its CPU limit',
  category: 'flow',
  scope: 'taskmanager',
  stage: 'trial',
  needs: { required: { throttling }, toldApartBy: {} },
  levels: {
    share: {
      minor: 0.25,
      major: 0.5,
      help: 'Share of the kernel’s enforcement periods (a tenth of a second each) in which the container was stopped until the next.',
    },
  },
  impact: { minor: 0.5, major: 2 },
  messages: {
    found:
      '{taskmanager} is stopped by its CPU limit in {share} of the periods; it uses {used} of {limit} cores on average.',
    limit:
      'Raise the limit (kubernetes.taskmanager.cpu.limit-factor above 1 allows bursts), or the request (kubernetes.taskmanager.cpu.amount): collectors and compactions need CPU as well.',
    parallelism: 'More subtasks in the same container do not help: the limit is the container’s.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'host' },
    { rule: 'slow-instance', where: 'host' },
    { rule: 'gc-pressure', where: 'host' },
    { rule: 'heartbeat-timeout', where: 'host' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ throttling: seen }, { share: level }, { name }) {
    if (seen.periods < LEAST_PERIODS) return []
    const reached = grade(seen.share, level)
    if (!reached) return []
    const cores = (value: number | undefined) =>
      value === undefined ? 'unknown' : value.toFixed(1)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          taskmanager: name,
          share: percent(seen.share),
          used: cores(seen.usedCores),
          limit: cores(seen.limitCores),
        },
        evidence: [
          {
            label: `throttled periods ÷ periods, ${name}`,
            unit: 'ratio',
            observed: Number(seen.share.toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
          },
        ],
        toldApart: [
          no('blocking-call', 'it wants CPU and does not get it; what waits wants none'),
          unknown('cpu-short', 'what it would use without the limit is not known'),
        ],
        suggestions: [
          { message: 'limit', risk: 'restart' },
          { message: 'parallelism', risk: 'none' },
        ],
        sureness: Math.min(1, 0.6 + seen.periods / 3000),
      },
    ]
  },
})
