import type {
  CheckpointPulse,
  ProcessPulse,
  Pulse,
  VertexPulse,
} from '../../core/store/pulses/pulse.ts'
import { SAMPLE_WINDOW_MS } from '../facts/source.ts'
import { mayLeak } from '../rules/heap-leak.ts'
import { GC_FROM } from '../rules/look-alikes.ts'
import { growthOf, MOST } from '../rules/state-growth.ts'
import { GREW } from '../rules/thread-leak.ts'
import { HELD_BACK, SATURATED } from '../signals/bottleneck.ts'
import { featuresOf } from './features.ts'
import type { Settled, SettledCheckpoints } from './settled.ts'

/** Windows of two looks must overlap, so that no sample lies in neither. */
const BETWEEN_LOOKS_MS = SAMPLE_WINDOW_MS / 2

/**
 * Whether the word on a job holds without its windows being read: everything that could change an answer is
 * below the least at which any rule would look twice, and what standing findings rest on is the same. Returns
 * what the next round starts from; undefined means: read the windows. Pure.
 */
export function stillHolds(settled: Settled, pulse: Pulse, at: number): Settled | undefined {
  if (at - settled.heldAt > BETWEEN_LOOKS_MS) return undefined
  if (!isSteady(pulse, at) || !isCalm(pulse)) return undefined
  if (featuresOf(pulse, settled) !== settled.features) return undefined
  const checkpoints = checkpointsSince(settled, pulse.checkpoints, at)
  return checkpoints && { ...settled, heldAt: at, checkpoints }
}

/** A series whose first sample in the window is younger than this began in it, or paused. */
const WHOLE_MS = SAMPLE_WINDOW_MS - 75_000
const PAUSE_MS = 75_000
/** Older than this is silence (`score/freshness.ts`), and no load of a process. */
const FRESH_MS = 30_000

/** Everything is measured, all through the window, and nothing fell or came and went. */
export function isSteady({ vertices, processes, runs }: Pulse, at: number): boolean {
  const isWhole = ({ flaws, unmeasured, firstAt, lastAt, gapMs }: VertexPulse | ProcessPulse) =>
    flaws === 0 &&
    unmeasured === 0 &&
    at - firstAt >= WHOLE_MS &&
    at - lastAt <= FRESH_MS &&
    gapMs <= PAUSE_MS
  return (
    vertices.length > 0 &&
    vertices.every(isWhole) &&
    processes.every(isWhole) &&
    runs.every(
      ({ troubles, fewestRunning, mostTotal }) => troubles === 0 && fewestRunning >= mostTotal,
    )
  )
}

/** Event time that is nearer to the clock than this, and moves, is nothing to any rule. */
const BEHIND_MS = 30_000
const STOOD_MS = 20_000
/** Rules look at ten seconds' worth of records that wait; a source of a few fewer may be measured otherwise. */
const WAITING_S = 3
/** From a quarter of its periods on a container counts as throttled. */
const THROTTLED = 0.25

function isCalm({ vertices, processes }: Pulse): boolean {
  const hasClocks = vertices.some(({ clocks }) => clocks > 0)
  const sentBy = new Map<string, number>()
  for (const { vertex, outPerSecond } of vertices)
    sentBy.set(vertex, Math.max(sentBy.get(vertex) ?? 0, outPerSecond))
  return (
    vertices.every(
      ({ vertex, backpressured, busy, clocks, clockless, watermarkStoodMs, behindMs, ...one }) =>
        backpressured < HELD_BACK &&
        busy < SATURATED &&
        !(hasClocks && clockless > 0) &&
        (clocks === 0 || (watermarkStoodMs < STOOD_MS && behindMs < BEHIND_MS)) &&
        Math.max(one.pending, one.lag) <= WAITING_S * (sentBy.get(vertex) ?? 0) &&
        one.connections !== 0,
    ) && processes.every(isCalmProcess)
  )
}

function isCalmProcess({
  gc,
  throttled,
  newestLows,
  heapMaxBytes,
  threadsApart,
}: ProcessPulse): boolean {
  if (heapMaxBytes !== undefined && mayLeak(newestLows, heapMaxBytes)) return false
  return gc < GC_FROM && throttled < THROTTLED && threadsApart < GREW
}

/** Below these no rule about a phase of a checkpoint looks at it. */
const SYNC_MS = 2_000
const ASYNC_MS = 5_000
const IN_FLIGHT_BYTES = 256 * 2 ** 20
/** From half of the interval on checkpoints come one after the other. */
const OF_INTERVAL = 0.5
/** From three timeouts on the newest one is too old. */
const TIMEOUTS = 3

/** What is known of the checkpoints now; undefined where one of them needs to be looked at. */
function checkpointsSince(
  { run, checkpoints: before }: Settled,
  pulses: readonly CheckpointPulse[],
  at: number,
): SettledCheckpoints | undefined {
  const told = pulses.find((one) => one.run === run)
  const after = told ? added(before, told) : before
  const { endedAt, timeoutMs, shortestMs = 0 } = after
  if (Number.isFinite(timeoutMs)) {
    if (endedAt === undefined || at - endedAt >= TIMEOUTS * timeoutMs) return undefined
  }
  if (!told) return after
  const isCalm =
    before.shortestMs !== undefined &&
    told.failed === 0 &&
    told.savepoints === 0 &&
    told.longestMs < OF_INTERVAL * shortestMs &&
    told.longestSyncMs < SYNC_MS &&
    told.longestAsyncMs < ASYNC_MS &&
    told.mostInFlightBytes < IN_FLIGHT_BYTES
  return isCalm && growthOf(after.sizes) === undefined ? after : undefined
}

function added(before: SettledCheckpoints, told: CheckpointPulse): SettledCheckpoints {
  const { sizes } = before
  const newest = sizes.at(-1)?.at ?? 0
  const fresh = told.sizes.flatMap(([at, value]) => (at > newest ? [{ at, value }] : []))
  return {
    ...before,
    sizes: fresh.length === 0 ? sizes : [...sizes, ...fresh].slice(-MOST),
    endedAt: told.completed === 0 ? before.endedAt : Math.max(before.endedAt ?? 0, told.endedAt),
    // A space longer than the window is not seen, and none that is longer matters.
    shortestMs:
      before.shortestMs && Math.min(before.shortestMs, told.shortestSpaceMs, SAMPLE_WINDOW_MS),
  }
}
