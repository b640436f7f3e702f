import type { ShipStrategy } from '../../core/model/topology.ts'

/** A vertex of the simulated job: what a record costs and where its work can go wrong. */
export interface SimVertex {
  readonly id: string
  readonly parallelism: number
  readonly maxParallelism?: number
  /** Seconds of a subtask for one record; of a source, for one that it sends. */
  readonly seconds: number | ((at: number) => number)
  readonly inputs?: readonly {
    readonly from: string
    readonly ship?: ShipStrategy
    /** Records that arrive here for each that the sender takes. */
    readonly ratio?: number
  }[]
  /** Share of busy time that is CPU: 1 computes, 0 waits for something outside. */
  readonly cpu?: number
  /** Records a second that all subtasks together get from outside (a store, a service), however many they are. */
  readonly outside?: number
  /** Share of the records that one key has: it stays on one subtask. */
  readonly hotKey?: number
  /** Part of a record's work that only one subtask can do at a time. */
  readonly serial?: number
  /** Records in flight of an asynchronous operator: its subtasks are full, not busy computing. */
  readonly asyncCapacity?: number
  /** Partitions that a source reads; a subtask each at most. */
  readonly partitions?: number
}

/** What a job suffers beside its vertices. */
export interface Troubles {
  /** Factor on the cost of a record on the first TaskManager. */
  readonly slowHost?: number
  /** Share of the time that collections take from everything. */
  readonly gcShare?: number
  /** The job restarts this often, seconds. */
  readonly restartEvery?: number
  /** Backlog at the beginning, in seconds of demand. */
  readonly backlogSeconds?: number
}

export const SLOTS_PER_TASKMANAGER = 4
export const RESTART_SECONDS = 20

/** Counters of one subtask since its attempt began: what Flink would report, before anything is delayed or averaged. */
export interface SimSubtask {
  queue: number
  busyMs: number
  idleMs: number
  backpressuredMs: number
  recordsIn: number
  recordsOut: number
}

/** The running job. Sizes are per vertex id; time is in seconds since the beginning. */
export interface SimState {
  readonly parallelism: Map<string, number>
  readonly subtasks: Map<string, SimSubtask[]>
  attempt: number
  /** The job is not running before this moment. */
  runningFrom: number
  /** When it began to run, or will. */
  runningSince: number
  /** Records that wait in front of each source. */
  readonly lag: Map<string, number>
}

const fresh = (): SimSubtask => ({
  ...{ queue: 0, busyMs: 0, idleMs: 0, backpressuredMs: 0, recordsIn: 0, recordsOut: 0 },
})

export function startOf(vertices: readonly SimVertex[], backlog: number): SimState {
  const state: SimState = {
    parallelism: new Map(vertices.map(({ id, parallelism }) => [id, parallelism])),
    subtasks: new Map(),
    ...{ attempt: 0, runningFrom: 0, runningSince: 0 },
    lag: new Map(vertices.filter(isSource).map(({ id }) => [id, backlog])),
  }
  begin(state, vertices)
  return state
}

const isSource = ({ inputs = [] }: SimVertex) => inputs.length === 0

function begin(state: SimState, vertices: readonly SimVertex[]): void {
  for (const { id } of vertices)
    state.subtasks.set(id, Array.from({ length: state.parallelism.get(id) ?? 1 }, fresh))
}

/** Stops the job for a restart, at new sizes where they are given. What was in flight is read again. */
export function restart(
  state: SimState,
  vertices: readonly SimVertex[],
  at: number,
  sizes: Readonly<Record<string, number>> = {},
): void {
  for (const [id, size] of Object.entries(sizes)) state.parallelism.set(id, size)
  state.attempt++
  state.runningFrom = at + RESTART_SECONDS
  state.runningSince = state.runningFrom
  begin(state, vertices)
}

/** Shares of the records of a vertex by subtask: groups fall evenly as far as they divide, a hot key stays together. */
export function sharesOf(vertex: SimVertex, parallelism: number): readonly number[] {
  const keyed = vertex.inputs?.some(({ ship }) => ship === 'HASH') ?? false
  const groups = isSource(vertex)
    ? vertex.partitions
    : keyed
      ? (vertex.maxParallelism ?? 128)
      : undefined
  const even =
    groups === undefined
      ? Array.from({ length: parallelism }, () => 1 / parallelism)
      : Array.from(
          { length: parallelism },
          (_, subtask) => groupsOn(subtask, parallelism, groups) / groups,
        )
  const { hotKey = 0 } = vertex
  return even.map((share, subtask) => share * (1 - hotKey) + (subtask === 0 ? hotKey : 0))
}

/** Key groups of a subtask (KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex). */
function groupsOn(subtask: number, parallelism: number, groups: number): number {
  const start = Math.floor((subtask * groups + parallelism - 1) / parallelism)
  const end = Math.floor(((subtask + 1) * groups - 1) / parallelism)
  return Math.max(0, end - start + 1)
}

/** Seconds that a record costs a subtask right now. */
export function costOf(
  vertex: SimVertex,
  subtask: number,
  parallelism: number,
  at: number,
  troubles: Troubles,
): number {
  const { serial = 0, outside, asyncCapacity } = vertex
  const own = typeof vertex.seconds === 'number' ? vertex.seconds : vertex.seconds(at)
  const slow = subtask < SLOTS_PER_TASKMANAGER ? (troubles.slowHost ?? 1) : 1
  const lock = 1 + serial * (parallelism - 1)
  const inner = (own * slow * lock) / (asyncCapacity ?? 1) / (1 - (troubles.gcShare ?? 0))
  return outside === undefined ? inner : Math.max(inner, parallelism / outside)
}

const STEP_MS = 1000

/** One second of the job. `demand` arrives at each source; `noise` is a factor on the cost of each subtask. */
export function step(
  state: SimState,
  vertices: readonly SimVertex[],
  at: number,
  demand: (source: string) => number,
  noise: () => number,
  troubles: Troubles,
): void {
  for (const [source, lag] of state.lag) state.lag.set(source, lag + demand(source))
  if (at < state.runningFrom) return
  // From the sinks upwards, so that what a vertex takes makes room for those above it in the same second.
  for (const vertex of [...vertices].reverse())
    advance(state, vertices, vertex, at, noise, troubles)
}

function advance(
  state: SimState,
  vertices: readonly SimVertex[],
  vertex: SimVertex,
  at: number,
  noise: () => number,
  troubles: Troubles,
): void {
  const subtasks = state.subtasks.get(vertex.id) ?? []
  const shares = sharesOf(vertex, subtasks.length)
  const lag = state.lag.get(vertex.id)
  const work = subtasks.map((subtask, index) => {
    const cost = costOf(vertex, index, subtasks.length, at, troubles) * noise()
    const queue = lag === undefined ? subtask.queue : lag * (shares[index] ?? 0)
    return { subtask, index, cost, queue, wanted: Math.min(queue, STEP_MS / 1000 / cost) }
  })
  const wanted = work.reduce((sum, one) => sum + one.wanted, 0)
  const outputs = outputsOf(state, vertices, vertex.id)
  const passed = Math.min(
    1,
    ...outputs.map(({ ratio, room }) => (wanted > 0 ? room / (wanted * ratio) : 1)),
  )
  let taken = 0
  for (const { subtask, cost, queue, wanted: own } of work) {
    const done = own * passed
    const busyMs = Math.min(STEP_MS, done * cost * 1000)
    const held = passed < 1 - 1e-9 && queue > own * 0.99
    const heldMs = held ? STEP_MS - busyMs : Math.min(STEP_MS - busyMs, (own - done) * cost * 1000)
    subtask.busyMs += busyMs
    subtask.backpressuredMs += heldMs
    subtask.idleMs += STEP_MS - busyMs - heldMs
    subtask.recordsOut +=
      outputs.length === 0 ? done : done * outputs.reduce((sum, { ratio }) => sum + ratio, 0)
    if (lag === undefined) {
      subtask.queue -= done
      subtask.recordsIn += done
    }
    taken += done
  }
  if (lag !== undefined) state.lag.set(vertex.id, Math.max(0, lag - taken))
  for (const { receivers, shares: to, ratio } of outputs) {
    for (const [index, receiver] of receivers.entries())
      receiver.queue += taken * ratio * (to[index] ?? 0)
  }
}

/** Receivers of a vertex and how many records all of them together still take: the fullest one decides. */
function outputsOf(state: SimState, vertices: readonly SimVertex[], id: string) {
  return vertices.flatMap((vertex) =>
    (vertex.inputs ?? [])
      .filter(({ from }) => from === id)
      .map(({ ratio = 1 }) => {
        const receivers = state.subtasks.get(vertex.id) ?? []
        const shares = sharesOf(vertex, receivers.length)
        const room = Math.min(
          ...receivers.map(({ queue }, index) => {
            const share = shares[index] ?? 0
            return share > 0
              ? Math.max(0, bufferOf(vertex) - queue) / share
              : Number.POSITIVE_INFINITY
          }),
        )
        return { receivers, shares, ratio, room }
      }),
  )
}

/** Records that wait in the buffers of a subtask: about three seconds of its work. */
function bufferOf({ seconds, asyncCapacity = 1 }: SimVertex): number {
  const cost = (typeof seconds === 'number' ? seconds : seconds(0)) / asyncCapacity
  return Math.max(20, 3 / cost)
}
