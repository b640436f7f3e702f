import { z } from 'zod'
import type { JobMetric, ProcessMetric } from '../../model/metrics.ts'

/** Any `…/metrics?get=…`: values are always texts; what is unknown is left out or the list is empty. */
export const Metrics = z.array(z.object({ id: z.string(), value: z.string().optional() }))
export type Metrics = z.output<typeof Metrics>

export const jobMetricIds: Readonly<Record<string, JobMetric>> = {
  numRestarts: 'restarts',
  numRescales: 'rescales',
  numberOfCompletedCheckpoints: 'checkpointsCompleted',
  numberOfFailedCheckpoints: 'checkpointsFailed',
  numberOfInProgressCheckpoints: 'checkpointsInProgress',
  lastCheckpointDuration: 'lastCheckpointMs',
  lastCheckpointFullSize: 'lastCheckpointBytes',
}

/** Of a JVM; times are ns for CPU and ms for collections. GC collectors are named by the JVM: see gcIds. */
export const processMetricIds: Readonly<Record<string, readonly [ProcessMetric, number]>> = {
  'Status.JVM.CPU.Time': ['cpuMs', 1e-6],
  'Status.JVM.Memory.Heap.Used': ['heapUsedBytes', 1],
  'Status.JVM.Memory.Heap.Max': ['heapMaxBytes', 1],
  'Status.JVM.Memory.Metaspace.Used': ['metaspaceUsedBytes', 1],
  'Status.JVM.Memory.Direct.MemoryUsed': ['directUsedBytes', 1],
  'Status.Flink.Memory.Managed.Used': ['managedUsedBytes', 1],
  'Status.Flink.Memory.Managed.Total': ['managedTotalBytes', 1],
  'Status.JVM.Threads.Count': ['threads', 1],
  'Status.JVM.GarbageCollector.All.Time': ['gcMs', 1],
  'Status.JVM.GarbageCollector.All.Count': ['gcCount', 1],
}

export function jobValues(metrics: Metrics): Partial<Record<JobMetric, number>> {
  const values: Partial<Record<JobMetric, number>> = {}
  for (const { id, value } of metrics) {
    const metric = jobMetricIds[id]
    const number = finite(value)
    // Checkpoint gauges are −1 until the first completed checkpoint.
    if (metric && number !== undefined && number >= 0) values[metric] = number
  }
  return values
}

export function processValues(metrics: Metrics): Partial<Record<ProcessMetric, number>> {
  const values: Partial<Record<ProcessMetric, number>> = {}
  for (const { id, value } of metrics) {
    const [metric, factor] = processMetricIds[id] ?? []
    const number = finite(value)
    if (metric && factor !== undefined && number !== undefined && number >= 0)
      values[metric] = number * factor
  }
  return values
}

function finite(text: string | undefined): number | undefined {
  const number = Number(text)
  return text !== undefined && text !== '' && Number.isFinite(number) ? number : undefined
}
