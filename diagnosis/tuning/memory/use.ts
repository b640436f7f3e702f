import type { FlinkConfig } from '../../../core/flink/memory/options.ts'
import type { ProcessMetric } from '../../../core/model/metrics.ts'
import type { ProcessSample } from '../../../core/model/samples.ts'
import { processKey } from '../../../core/model/samples.ts'
import { hostsOf } from '../../signals/load.ts'
import type { JobView } from '../../signals/view.ts'

/** The most that any process of a set used of each pool in the window; undefined is not measured. */
export interface PoolUse {
  readonly heapMaxBytes: number | undefined
  readonly metaspaceBytes: number | undefined
  readonly directBytes: number | undefined
  readonly managedBytes: number | undefined
  readonly networkBytes: number | undefined
  /** Of the container, what the kernel cannot take back: current less inactive page cache. */
  readonly workingSetBytes: number | undefined
  readonly limitBytes: number | undefined
  readonly gcShare: number | undefined
  readonly liveHeapBytes: number | undefined
}

/** TaskManagers that host a task of the job, by the form of their id that all sources share. */
export function hostKeysOf(view: JobView): ReadonlySet<string> {
  return new Set([...hostsOf(view.facts).values()].map(processKey))
}

export function poolUse(view: JobView, processes: ReadonlySet<string>): PoolUse {
  const samples = view.facts.processes.filter(({ process }) => processes.has(processKey(process)))
  const most = (metric: ProcessMetric) =>
    largest(samples.flatMap(({ values }) => values[metric] ?? []))
  const loads = view.processes.filter(({ process }) => processes.has(processKey(process)))
  return {
    heapMaxBytes: most('heapMaxBytes'),
    metaspaceBytes: most('metaspaceUsedBytes'),
    directBytes: most('directUsedBytes'),
    managedBytes: most('managedUsedBytes'),
    networkBytes: most('networkUsedBytes'),
    workingSetBytes: largest(samples.flatMap(workingSetOf)),
    limitBytes: most('memoryLimitBytes'),
    gcShare: largest(loads.flatMap(({ gcShare }) => gcShare ?? [])),
    liveHeapBytes: largest(loads.flatMap(({ liveHeapBytes }) => liveHeapBytes ?? [])),
  }
}

function workingSetOf({ values }: ProcessSample): readonly number[] {
  const { memoryCurrentBytes: current, memoryInactiveFileBytes: cache } = values
  return current === undefined || cache === undefined ? [] : [current - cache]
}

const largest = (values: readonly number[]) =>
  values.length === 0 ? undefined : Math.max(...values)

/** The line of Flink that a run says it is; 2 where it says nothing. */
export function lineOf(view: JobView): 1 | 2 {
  return view.run?.flinkVersion.startsWith('1.') ? 1 : 2
}

/** The configuration of the cluster, as far as it is known. */
export function configOf(view: JobView): FlinkConfig {
  return view.facts.config ?? {}
}
