/** Real Flink clusters and Kafka brokers for tests. See README.md. */

/** A Flink line: 1.20.x on REST port 8120, 2.2.x on 8220. */
export type Line = '1.20' | '2.2'

/** Every line, with the exact version it runs and the REST port. */
export const LINES: Readonly<Record<Line, { readonly flink: string; readonly base: number }>>

/** The work folder: `.lab` in the repository, or `$LAB`. */
export const LAB: string

/** Something the user can put right (not set up, port taken …); the message says how. */
export class LabError extends Error {}

/** Why the lab cannot run on this machine, as a sentence; undefined when it can. For skipping. */
export function missingTools(): string | undefined

/** Downloads class paths and compiles the fault job. Done parts are skipped (then 0.1 s). */
export function setup(options?: { say?: (text: string) => void }): Promise<void>

export interface Cluster {
  readonly line: Line
  /** Base of the JobManager's REST API, without a slash at the end. */
  readonly restUrl: string
  /** Prometheus endpoint of every process. */
  readonly promUrls: Readonly<Record<'jm' | 'tm1' | 'tm2' | 'tm3', string>>
  /** Its folder; logs lie in `log/jm` and `log/tm1` to `log/tm3`. */
  readonly dir: string
}

export interface ClusterSettings {
  /** Lines of config.yaml beside the lab's own. */
  readonly conf?: Readonly<Record<string, string | number | boolean>>
  /** MiB of a TaskManager's memory areas where they differ from the lab's own. */
  readonly memory?: Readonly<
    Partial<
      Record<
        | 'frameworkHeap'
        | 'taskHeap'
        | 'frameworkOffHeap'
        | 'network'
        | 'managed'
        | 'metaspace'
        | 'overhead',
        number
      >
    >
  >
}

/**
 * Brings a cluster up: JobManager and three TaskManagers of two slots, all registered. One that
 * runs with the same settings stays and gets back the TaskManagers it lost. Needs `setup`.
 */
export function up(line: Line, settings?: ClusterSettings): Promise<Cluster>

/** Ends every process of the cluster; its logs stay until the next `up`. */
export function down(line: Line): Promise<void>

/** SIGKILL of TaskManager 1, 2 or 3. Resolves when the process is gone; Flink notices later. */
export function killTaskManager(line: Line, n: number): Promise<void>

/** Starts a TaskManager that does not run and waits for its registration. */
export function startTaskManager(line: Line, n: number): Promise<void>

/** Values by knob: `{ 'enrich.cost': 2600 }`. */
export type Knobs = Readonly<Record<string, string | number | undefined>>

export interface Submission {
  /** Name of the job. */
  readonly job?: string
  /** Nodes in order, as "enrich=map(orders);p=2;in=rebalance;name=Enrich;cost=400". */
  readonly nodes: readonly string[]
  /** Further arguments of the job: `['--max-parallelism', '8']`. */
  readonly args?: readonly string[] | undefined
  /** Knobs to begin with; what earlier jobs set for nodes of these ids is forgotten. */
  readonly control?: Knobs | undefined
  /** Flink settings of this job alone. */
  readonly flinkConfiguration?: Readonly<Record<string, string>>
}

/** Runs the fault job; resolves as soon as it is accepted. */
export function submit(line: Line, submission: Submission): Promise<{ jobId: string }>

/** Waits until the job and all its tasks run. */
export function untilRunning(line: Line, jobId: string, ms?: number): Promise<boolean>

/** Cancels a job and waits for its end. */
export function cancel(line: Line, jobId: string): Promise<void>

/** Ids of the jobs that have not ended. */
export function openJobs(line: Line): Promise<string[]>

/**
 * Numbers of the TaskManagers that host a job, or the vertex of that name; that of subtask 0 first.
 */
export function hostsOf(line: Line, jobId: string, vertexName?: string): Promise<number[]>

/** Sets knobs of running jobs; the others stay. Jobs read them within 250 ms. */
export function setControl(line: Line, knobs: Knobs): void

/** The knobs that are set. */
export function getControl(line: Line): Record<string, string>

/** Starts the line's broker (empty unless `keep`) if it does not run; returns "host:port". */
export function kafkaUp(line: Line, options?: { keep?: boolean | undefined }): Promise<string>

/** Ends the broker, whoever started it: one per line, shared by all who use this work folder. */
export function kafkaDown(line: Line, signal?: NodeJS.Signals): Promise<void>

/** One call of Flink's REST API. `json` is undefined when the answer is none. */
export function rest(
  line: Line,
  path: string,
  init?: RequestInit,
): Promise<{ status: number; text: string; json: unknown }>

/** Every process the lab has started; without `pid` it has ended. */
export function list(): { name: string; pid?: number; rssMiB?: number }[]

/** The true answer of a phase, in words and by node id. */
export interface Truth {
  readonly root_cause: string
  readonly band: 'healthy' | 'degraded' | 'critical'
  readonly advice: string
  /** Node id; `definition.nodes` has the name Flink gives its vertex. */
  readonly vertex?: string
  readonly cpu_bound?: boolean
  /** By node id: what just keeps up, and what leaves 30 % of room. */
  readonly needed_parallelism?: Readonly<Record<string, { at_100: number; at_70: number }>>
  readonly [more: string]: unknown
}

export interface Phase {
  readonly name: string
  /** Length in seconds. */
  readonly s: number
  /** Knobs written when it begins. */
  readonly ctl?: Knobs
  readonly truth: Truth
}

export interface Scenario {
  readonly id: string
  /** The line it runs on unless told otherwise. */
  readonly line: Line
  readonly title: string
  /** Name of its job. */
  readonly job: string
  /** `name` as given, `vertex` as Flink names the vertex, `spec` as the job is told. */
  readonly nodes: readonly {
    readonly id: string
    readonly name: string
    readonly vertex: string
    readonly spec: string
  }[]
  readonly phases: readonly Phase[]
}

/** Every scenario by id; `live-spin`, `live-park` and `live-kill` are made for CI. */
export const scenarios: Readonly<Record<string, Scenario>>

/** The scenario of that id, or a LabError. */
export function scenario(id: string): Scenario

export interface ScenarioRun {
  readonly id: string
  readonly line: Line
  readonly definition: Scenario
  readonly jobId: string
  /** Goes on to a phase at once; a fault that takes time goes on in the background. */
  enter(phase: string): Phase
  /** Waits for faults in the background, cancels the job unless told to keep it. Cluster stays. */
  end(options?: { keepJob?: boolean }): Promise<void>
}

/** Brings up what a scenario needs and begins its first phase; the caller decides when to go on. */
export function beginScenario(
  id: string,
  options?: {
    line?: Line | undefined
    /** Start the cluster anew. */
    fresh?: boolean | undefined
    /** Lines of config.yaml beside the scenario's own. */
    conf?: ClusterSettings['conf'] | undefined
    say?: ((text: string) => void) | undefined
  },
): Promise<ScenarioRun>

/** Goes through every phase of a scenario in its time, then cancels the job. */
export function runScenario(
  id: string,
  options?: {
    line?: Line | undefined
    keepJob?: boolean | undefined
    signal?: AbortSignal | undefined
    say?: ((text: string) => void) | undefined
  },
): Promise<{ id: string; line: Line; jobId: string }>

/** The same on a cluster started anew, recorded; returns the file written. */
export function recordScenario(
  id: string,
  options?: {
    line?: Line | undefined
    out?: string | undefined
    signal?: AbortSignal | undefined
    say?: ((text: string) => void) | undefined
  },
): Promise<string>
