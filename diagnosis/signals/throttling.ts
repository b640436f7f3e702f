import type { JobFacts } from '../../core/model/facts.ts'
import { type ProcessSample, processKey } from '../../core/model/samples.ts'
import { samplesByProcess } from './process.ts'

/** How often a container ran into its CPU limit lately. */
export interface Throttling {
  /** Of the enforcement periods. */
  readonly share: number
  readonly usedCores: number | undefined
  readonly limitCores: number | undefined
  readonly periods: number
}

export const THROTTLED_WINDOW_MS = 60_000

/** Of one TaskManager by its ResourceID, over the last minute; undefined where nobody looks at its control group. */
export function throttlingOf(facts: JobFacts, taskmanager: string): Throttling | undefined {
  const own = (samplesByProcess(facts).get(processKey(taskmanager)) ?? []).filter(
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
}

/** Growth of a counter between two samples; undefined where it fell: the container is another. */
function grown(
  first: ProcessSample,
  last: ProcessSample,
  metric: 'cpuPeriods' | 'throttledPeriods' | 'cgroupCpuMs',
): number | undefined {
  const [from, to] = [first.values[metric], last.values[metric]]
  return from === undefined || to === undefined || to < from ? undefined : to - from
}
