import { type ProcessSample, processKey } from '../../core/model/samples.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { samplesByProcess } from '../signals/process.ts'
import { no, unknown } from './look-alikes.ts'
import { percent } from './words.ts'

/** How often a container ran into its CPU limit lately. */
interface Throttling {
  /** Of the enforcement periods. */
  readonly share: number
  readonly usedCores: number | undefined
  readonly limitCores: number | undefined
  readonly periods: number
}

export const THROTTLED_WINDOW_MS = 60_000
/** The kernel enforces every 100 ms: fewer periods than this are hardly a sample. */
const LEAST_PERIODS = 100

const throttling: Need<Throttling> = {
  missing: 'the control group of the TaskManager (an agent beside it)',
  read({ facts }, { subject }) {
    if (subject.kind !== 'taskmanager') return undefined
    const own = (samplesByProcess(facts).get(processKey(subject.id)) ?? []).filter(
      ({ values, at }) => values.cpuPeriods !== undefined && facts.at - at <= THROTTLED_WINDOW_MS,
    )
    const [first, last] = [own[0], own.at(-1)]
    if (!first || !last || first === last) return undefined
    const periods = grown(first, last, 'cpuPeriods')
    const throttled = grown(first, last, 'throttledPeriods')
    const usedMs = grown(first, last, 'cgroupCpuMs')
    if (periods === undefined || throttled === undefined) return undefined
    return {
      share: periods === 0 ? 0 : throttled / periods,
      periods,
      usedCores: usedMs === undefined ? undefined : usedMs / (last.at - first.at),
      limitCores: last.values.cpuQuotaCores,
    }
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

/** Growth of a counter between two samples; undefined where it fell: the container is another. */
function grown(
  first: ProcessSample,
  last: ProcessSample,
  metric: 'cpuPeriods' | 'throttledPeriods' | 'cgroupCpuMs',
): number | undefined {
  const [from, to] = [first.values[metric], last.values[metric]]
  return from === undefined || to === undefined || to < from ? undefined : to - from
}
