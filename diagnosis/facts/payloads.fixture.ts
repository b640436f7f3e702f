import type { Payload, SampleBlock } from '../../core/api/batch.ts'
import type {
  CheckpointEvent,
  ClusterEvent,
  ExceptionEvent,
  FlinkEvent,
  PlacementEvent,
  RunEvent,
  TaskManagerEvent,
  TopologyEvent,
} from '../../core/model/events.ts'
import { formatJobRef } from '../../core/model/job-ref.ts'
import type { PodEvent } from '../../core/model/kubernetes.ts'
import type { Via } from '../../core/model/samples.ts'

/** The tables forget by the real clock, so what is written is of today; whole minutes read well. */
export const NOW = Math.floor(Date.now() / 60_000) * 60_000

export const jobNamed = (name: string, cluster = 'lab') =>
  formatJobRef({ cluster, namespace: '-', name })

type Over<T> = Partial<Omit<T, 'type'>>

/** Words on one run of one job; what is not said is that of a calm job with one vertex. */
export function wordsOn(job: string, run: string) {
  const about = { job, run }
  return {
    run: (at: number, over: Over<RunEvent> = {}): RunEvent => ({
      type: 'run',
      at,
      ...about,
      state: 'RUNNING',
      since: at,
      startedAt: NOW - 7_200_000,
      bounded: false,
      flinkVersion: '2.2.1',
      ...over,
    }),
    topology: (at: number, ...names: readonly string[]): TopologyEvent => ({
      type: 'topology',
      at,
      ...about,
      topology: {
        vertices: names.map((name, i) => ({
          ...{ id: `v${i}`, name, parallelism: 2, maxParallelism: 128 },
        })),
        edges: names
          .slice(1)
          .map((_, i) => ({ from: `v${i}`, to: `v${i + 1}`, strategy: 'HASH' as const })),
      },
    }),
    config: (at: number, values: Readonly<Record<string, string>>): FlinkEvent => ({
      ...{ type: 'config', at, ...about, values },
    }),
    placement: (at: number, vertex: string, attempt: number, host?: string): PlacementEvent => ({
      type: 'placement',
      at,
      ...about,
      vertex,
      tasks: [
        {
          ...{ subtask: 0, attempt, state: host === undefined ? 'SCHEDULED' : 'RUNNING' },
          ...(host === undefined ? {} : { taskmanager: host }),
          startedAt: at,
        },
      ],
    }),
    checkpoint: (
      at: number,
      id: number,
      state: CheckpointEvent['state'],
      over: Over<CheckpointEvent> = {},
    ): CheckpointEvent => ({
      type: 'checkpoint',
      at,
      ...about,
      id,
      state,
      savepoint: false,
      unaligned: false,
      triggeredAt: at - 500,
      endToEndMs: 480,
      stateBytes: 2 ** 40 + 1,
      acknowledged: 1,
      subtasks: 2,
      tasks: [{ vertex: 'v0', acknowledged: 1, subtasks: 2, startDelayMs: 0.25, missing: [1] }],
      ...over,
    }),
    exception: (at: number, message: string, over: Over<ExceptionEvent> = {}): ExceptionEvent => ({
      type: 'exception',
      at,
      ...about,
      name: 'java.lang.RuntimeException',
      root: 'java.io.IOException',
      message,
      stack: `java.io.IOException: ${message}\n\tat com.example.Map.map(Map.java:1)`,
      ...over,
    }),
    /** Sample of some subtasks of one vertex, as one block; null is a metric that was not there. */
    tasks: (
      at: number,
      columns: SampleBlock['columns'],
      { vertex = 'v0', attempt = 0, via = 'flink-rest' as Via } = {},
    ): Payload =>
      samples(
        at,
        via,
        (subtask) => ({ kind: 'subtask', ...about, vertex, subtask, attempt }),
        columns,
      ),
    sample: (at: number, columns: SampleBlock['columns'], via: Via = 'flink-rest'): Payload =>
      samples(at, via, () => ({ kind: 'job', ...about }), columns),
  }
}

/** Words on what several jobs share. */
export function wordsOnCluster(cluster: string) {
  return {
    pod: (at: number, name: string, over: Partial<PodEvent> = {}): PodEvent => ({
      ...{ type: 'pod', at, cluster, namespace: 'flink', name, uid: `uid of ${name}` },
      ...{ component: 'taskmanager', phase: 'Running', ready: true },
      ...{ conditions: [], containers: [] },
      ...over,
    }),
    taskmanager: (at: number, id: string, over: Over<TaskManagerEvent> = {}): TaskManagerEvent => ({
      ...{ type: 'taskmanager', at, cluster, id, state: 'registered', slots: 4, freeSlots: 1 },
      ...over,
    }),
    gone: (at: number, id: string): TaskManagerEvent => ({
      ...{ type: 'taskmanager', at, cluster, id, state: 'gone', slots: 0, freeSlots: 0 },
    }),
    cluster: (at: number, state: ClusterEvent['state'], reason?: string): ClusterEvent => ({
      ...{ type: 'cluster', at, cluster, state },
      ...(reason === undefined ? {} : { reason }),
    }),
    taskmanagerSample: (at: number, id: string, columns: SampleBlock['columns']): Payload =>
      samples(at, 'flink-prometheus', () => ({ kind: 'taskmanager', cluster, id }), columns),
    jobmanagerSample: (at: number, columns: SampleBlock['columns']): Payload =>
      samples(at, 'flink-prometheus', () => ({ kind: 'jobmanager', cluster }), columns),
  }
}

export const told = (...events: readonly FlinkEvent[]): Payload => ({ kind: 'events', events })

function samples(
  at: number,
  via: Via,
  subject: (index: number) => SampleBlock['subjects'][number],
  columns: SampleBlock['columns'],
): Payload {
  const length = Math.max(...Object.values(columns).map((column) => column?.length ?? 0))
  const subjects = Array.from({ length }, (_, index) => subject(index))
  return { kind: 'samples', blocks: [{ at, via, subjects, columns }] }
}
