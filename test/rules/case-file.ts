import { z } from 'zod'

const duration = z.string().regex(/^\d+(ms|s|m)$/)
const series = z.string()

/** What a subtask does per step: shares of its time and records a second; counters are their integral. */
const task = z.strictObject({
  busy: series.optional(),
  backpressured: series.optional(),
  rate: series.optional(),
  mails: series.optional(),
  /** Records a second that are dropped as late. */
  late: series.optional(),
  /** Event time per clock time: 1 is real time; `_` while no watermark has come. */
  speed: series.optional(),
  /** Kafka partitions that a source subtask reads. */
  partitions: z.number().optional(),
  /** Records behind its position by the brokers' end offsets, and by its own word. */
  lag: series.optional(),
  pending: series.optional(),
  /** Connections to brokers, and offset commits a second that were taken and refused. */
  connections: series.optional(),
  commits: series.optional(),
  refused: series.optional(),
})

const situation = {
  /** `Orders/2 -rebalance-> Enrich/2 -hash-> Store/1`, several chains separated by `;`. */
  graph: z.string().optional(),
  /** Nobody has told the graph, whatever `graph` in common says. */
  graphless: z.boolean().optional(),
  version: z.string().optional(),
  step: duration.optional(),
  via: z.enum(['flink-rest', 'flink-prometheus']).optional(),
  bounded: z.boolean().optional(),
  /** TaskManager per `Vertex` or `Vertex/subtask`; tm-1 where nothing is said. */
  hosts: z.record(z.string(), z.string()).optional(),
  tasks: z.record(z.string(), task).optional(),
  processes: z
    .record(
      z.string(),
      z.strictObject({
        cores: series.optional(),
        gc: series.optional(),
        /** Collections per step, of which the newest ended just before the reading. */
        collections: series.optional(),
        heapMiB: series.optional(),
        heapMaxMiB: z.number().optional(),
        /** Live threads. */
        threads: series.optional(),
        /** Share of the periods of a CPU limit of two cores in which it was throttled, and kills for memory in all. */
        throttled: series.optional(),
        kills: series.optional(),
      }),
    )
    .optional(),
  states: z.record(duration, z.string()).optional(),
  /** When another JobManager began the run anew. */
  takenOver: duration.optional(),
  /** Tasks of the job that run, of five. */
  running: series.optional(),
  /** Checkpoints that had completed by the count of the JobManager. */
  completed: series.optional(),
  /** TaskManagers as `slots/free`; four slots, two of them free, where nothing is said. */
  slots: z.record(z.string(), z.string().regex(/^\d+\/\d+$/)).optional(),
  gone: z.record(z.string(), duration).optional(),
  /** Words on pods of the cluster; a container that runs where nothing is said. */
  pods: z
    .array(
      z.strictObject({
        at: duration,
        name: z.string(),
        component: z.enum(['jobmanager', 'taskmanager', 'other']).optional(),
        taskmanager: z.string().optional(),
        phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', 'gone']).optional(),
        /** Why the scheduler has found no node. */
        unschedulable: z.string().optional(),
        image: z.string().optional(),
        waiting: z.strictObject({ reason: z.string(), message: z.string().optional() }).optional(),
        restarts: z.number().optional(),
        last: z.strictObject({ code: z.number(), reason: z.string() }).optional(),
      }),
    )
    .optional(),
  exceptions: z
    .array(
      z.strictObject({
        at: duration,
        root: z.string(),
        message: z.string(),
        task: z.string().optional(),
        taskmanager: z.string().optional(),
      }),
    )
    .optional(),
  /** Lines of logs, without their time: `WARN org.…Task [] - message`, the stack below. An empty list: followed and silent. */
  logs: z
    .array(z.strictObject({ at: duration, from: z.string().optional(), text: z.string() }))
    .optional(),
  checkpoints: z
    .array(
      z.strictObject({
        at: duration,
        failure: z.string().optional(),
        answered: z.record(z.string(), z.string()).optional(),
        /** `sync 6s, async 2s` of the slowest subtask of a vertex. */
        phases: z.record(z.string(), z.string()).optional(),
        /** From its trigger to its end; ten seconds where nothing is said. */
        took: duration.optional(),
        MiB: z.number().optional(),
        /** State of a vertex in it, MiB. */
        states: z.record(z.string(), z.number()).optional(),
        unaligned: z.boolean().optional(),
        inFlightMiB: z.number().optional(),
      }),
    )
    .optional(),
  /** A completed checkpoint every ten seconds, MiB of state in each. */
  sizes: series.optional(),
  config: z.record(z.string(), z.string()).optional(),
  unreachable: duration.optional(),
}

/** The run of before, seen from `for` before the situation begins until then. */
const earlier = z.strictObject({ for: duration, ...situation })

const expectation = z.strictObject({
  severity: z.enum(['crit', 'major', 'minor', 'info']),
  subject: z.string(),
  message: z.string().optional(),
  /** The evidence that a line of a log gives. */
  line: z.string().optional(),
  explainedBy: z.string().optional(),
})

/** `<rule>.cases.yaml`: situations that several cases share, and what the rule must say to each. */
export const CaseFile = z.strictObject({
  common: z.strictObject({ ...situation, earlier: earlier.optional() }).optional(),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      at: duration,
      ...situation,
      earlier: earlier.optional(),
      expect: z.union([z.literal('healthy'), z.literal('unknown'), z.array(expectation).min(1)]),
    }),
  ),
})
export type CaseFile = z.infer<typeof CaseFile>
export type Case = CaseFile['cases'][number]
export type Situation = Omit<Case, 'name' | 'at' | 'expect' | 'earlier'>
export type Earlier = NonNullable<Case['earlier']>
