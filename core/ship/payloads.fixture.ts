import type { Payload, SampleBlock } from '../api/batch.ts'
import { taskMetrics } from '../model/metrics.ts'

/** One sample per subtask: `recordsIn` counts up, all other metrics are absent. */
export function samplesOf(subtasks: number, at = 1_700_000_000_000): Payload {
  return { kind: 'samples', blocks: [blockOf(subtasks, at)] }
}

export function blockOf(subtasks: number, at = 1_700_000_000_000): SampleBlock {
  const indexes = Array.from({ length: subtasks }, (_, index) => index)
  const absent = indexes.map(() => null)
  const metrics = Object.keys(taskMetrics)
  return {
    at,
    via: 'flink-rest',
    subjects: indexes.map((subtask) => ({
      kind: 'subtask',
      job: 'lab/-/orders',
      run: 'a'.repeat(32),
      vertex: 'b'.repeat(32),
      subtask,
      attempt: 0,
    })),
    columns: {
      ...Object.fromEntries(metrics.map((metric) => [metric, absent])),
      recordsIn: indexes,
    },
  }
}

export function exceptionsOf(...messages: readonly string[]): Payload {
  return {
    kind: 'events',
    events: messages.map((message, index) => ({
      type: 'exception',
      at: 1_700_000_000_000 + index,
      job: 'lab/-/orders',
      run: 'a'.repeat(32),
      name: 'java.lang.RuntimeException',
      root: 'java.lang.RuntimeException',
      message,
      stack: '',
    })),
  }
}
