import type { Batch, SampleBlock } from '../core/api/batch.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../core/model/metrics.ts'

export const startAt = 1_700_000_000_000
const metrics = Object.keys({ ...taskMetrics, ...processMetrics, ...jobMetrics })

export interface Numbered {
  readonly agent?: string
  readonly epoch?: number
  readonly seq?: number
  readonly at?: number
}

function envelope({ agent = 'lab-agent', epoch = 7, seq = 1 }: Numbered) {
  return { v: 1, agent, epoch, lane: 'live', seq, sentAt: startAt } as const
}

/** One block of subtasks 0 … n-1, whose `recordsIn` are the given values; other metrics are absent. */
export function samplesBatch(
  recordsIn: readonly (number | null)[],
  numbered: Numbered = {},
): Batch {
  const { at = startAt } = numbered
  return { ...envelope(numbered), kind: 'samples', blocks: [blockOf(recordsIn, at)] }
}

export function blockOf(recordsIn: readonly (number | null)[], at = startAt): SampleBlock {
  const absent = recordsIn.map(() => null)
  return {
    at,
    via: 'flink-rest',
    subjects: recordsIn.map((_, subtask) => ({
      kind: 'subtask',
      job: 'lab/-/orders',
      run: 'a'.repeat(32),
      vertex: 'b'.repeat(32),
      subtask,
      attempt: 0,
    })),
    columns: {
      ...Object.fromEntries(metrics.map((metric) => [metric, absent])),
      recordsIn: [...recordsIn],
    },
  }
}

/** One exception per message. */
export function eventsBatch(messages: readonly string[], numbered: Numbered = {}): Batch {
  const { at = startAt } = numbered
  return {
    ...envelope(numbered),
    kind: 'events',
    events: messages.map((message, index) => ({
      type: 'exception',
      at: at + index,
      job: 'lab/-/orders',
      run: 'a'.repeat(32),
      name: 'java.lang.RuntimeException',
      root: 'java.lang.RuntimeException',
      message,
      stack: `java.lang.RuntimeException: ${message}`,
    })),
  }
}

/** One line per moment. */
export function logsBatch(moments: readonly number[], numbered: Numbered = {}): Batch {
  return {
    ...envelope(numbered),
    kind: 'logs',
    blocks: [
      {
        origin: {
          ...{ cluster: 'lab', namespace: '-', node: 'n1', pod: 'tm-1', attempt: 0 },
          ...{ job: 'lab/-/orders', path: 'tm-1.log', file: 'f1' },
        },
        lines: moments.map((at, index) => ({
          ...{ stream: 'file', offset: index * 100, bytes: 100, at, timed: 'line' },
          ...{ level: 'INFO', message: `line ${index}`, template: 't1' },
        })),
      },
    ],
  }
}
