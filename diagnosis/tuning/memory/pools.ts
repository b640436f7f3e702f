import { DAY_MS, seenText, type TuningHistory } from '../history.ts'
import type { PoolUse } from './use.ts'

/**
 * What a pool should have, by its own rule (tuning.md 6.2); sizes in bytes. `enough` leaves it alone, `unknown` names
 * what would tell.
 */
export type Need =
  | {
      readonly kind: 'resize'
      readonly bytes: number
      readonly basis: string
      readonly confidence: number
    }
  | { readonly kind: 'enough' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** A live set at this share of the heap leaves collections room to be cheap. */
export const LIVE_SHARE = 0.55
/** One step never grows a pool by more than half nor takes more than a fifth: the effect is to be seen first. */
const STEP_UP = 1.5
const STEP_DOWN = 0.8
const STEP_FLOOR = 1.25
const HEADROOM = 1.2
const MEBI = 2 ** 20

const size = (bytes: number) => `${Math.ceil(bytes / MEBI)} MiB`
const percent = (share: number) => `${Math.round(share * 100)} %`

function stepped(wantedBytes: number, fromBytes: number): number {
  return Math.min(Math.max(wantedBytes, fromBytes * STEP_DOWN), fromBytes * STEP_UP)
}

/** Heap under pressure: at least a quarter more, towards a live set of 55 %. */
export function raisedHeap({ liveHeapBytes: live, heapMaxBytes: from }: PoolUse): Need {
  if (live === undefined || from === undefined)
    return { kind: 'unknown', reason: 'how much of the heap stays alive is not measured' }
  const wanted = live / LIVE_SHARE
  return {
    kind: 'resize',
    bytes: stepped(Math.max(wanted, from * STEP_FLOOR), from),
    basis: `${size(live)} of ${size(from)} stay alive; collections are cheap while that is at most ${percent(LIVE_SHARE)} of the heap`,
    confidence: wanted > from ? 0.8 : 0.6,
  }
}

/** Heap that nobody needs: only after a whole day, with cheap collections, and never below what lives in it. */
export function loweredHeap(use: PoolUse, history: TuningHistory): Need {
  const { liveHeapBytes: live, heapMaxBytes: from, gcShare } = use
  if (live === undefined || from === undefined || gcShare === undefined)
    return { kind: 'unknown', reason: 'live heap and collections are not measured' }
  const unseen = notSeenForADay(history)
  if (unseen) return unseen
  const wanted = Math.max(live, history.peakLiveHeapBytes ?? live) / LIVE_SHARE
  if (gcShare >= 0.02 || wanted >= 0.7 * from) return { kind: 'enough' }
  return {
    kind: 'resize',
    bytes: stepped(wanted, from),
    basis: `at most ${size(live)} of ${size(from)} stayed alive, ${percent(gcShare)} of the time went into collections`,
    confidence: 0.7,
  }
}

/** A pool is taken from only after its daily peak was seen. */
function notSeenForADay(history: TuningHistory): Need | undefined {
  if ((history.observedMs ?? 0) >= DAY_MS) return undefined
  return {
    kind: 'unknown',
    reason: `memory is given back only after a whole day was seen, its peak included; ${seenText(history)}`,
  }
}

export function neededMetaspace({ metaspaceBytes: used }: PoolUse, fromBytes: number): Need {
  if (used === undefined) return { kind: 'unknown', reason: 'metaspace in use is not measured' }
  const bytes = Math.max(used * HEADROOM, 128 * MEBI)
  return bytes <= fromBytes
    ? { kind: 'enough' }
    : {
        kind: 'resize',
        bytes: stepped(bytes, fromBytes),
        basis: `${size(used)} of ${size(fromBytes)} metaspace are in use`,
        confidence: 0.8,
      }
}

export function neededNetwork(needBytes: number | undefined, fromBytes: number): Need {
  if (needBytes === undefined)
    return { kind: 'unknown', reason: 'the edges of the job graph are not known' }
  return needBytes <= fromBytes
    ? { kind: 'enough' }
    : {
        kind: 'resize',
        // Not stepped: with less than this the job does not start.
        bytes: needBytes,
        basis: `the gates of the fullest TaskManager may take ${size(needBytes / HEADROOM)} of buffers, it has ${size(fromBytes)}`,
        confidence: 0.9,
      }
}

/** Native memory is what the container holds beyond everything that Flink accounts for. */
export function neededOverhead(use: PoolUse, fromBytes: number): Need {
  const { workingSetBytes: working, limitBytes: limit, heapMaxBytes: heap } = use
  if (working === undefined || limit === undefined || heap === undefined)
    return {
      kind: 'unknown',
      reason: 'the working set and the limit of the container are not measured',
    }
  const accounted =
    heap + (use.directBytes ?? 0) + (use.metaspaceBytes ?? 0) + (use.managedBytes ?? 0)
  const native = Math.max(0, working - accounted)
  // The limit keeps a tenth free: as much is added to the reservation as the working set lacks.
  const lacking = Math.max(0, working / 0.9 - limit)
  const bytes = Math.max(native * HEADROOM, fromBytes + lacking)
  return bytes <= fromBytes
    ? { kind: 'enough' }
    : {
        kind: 'resize',
        bytes: stepped(bytes, fromBytes),
        basis: `the container holds ${size(working)} of ${size(limit)}, ${size(native)} of it outside of what Flink accounts for (${size(fromBytes)} reserved)`,
        confidence: 0.7,
      }
}

export function neededDirect(
  { directBytes: used }: PoolUse,
  limitBytes: number,
  fromBytes: number,
): Need {
  if (used === undefined) return { kind: 'unknown', reason: 'direct memory in use is not measured' }
  if (used < 0.95 * limitBytes) return { kind: 'enough' }
  const bytes = fromBytes + HEADROOM * Math.max(used - 0.95 * limitBytes, 32 * MEBI)
  return {
    kind: 'resize',
    bytes,
    basis: `${size(used)} of ${size(limitBytes)} direct memory are in use`,
    confidence: 0.7,
  }
}

/** Managed memory without a user is 40 % of Flink's share for nothing. RocksDB reserves all it has, so its use says nothing. */
export function unusedManaged(
  { managedBytes: used }: PoolUse,
  backend: string | undefined,
  history: TuningHistory,
): Need {
  if (used === undefined)
    return { kind: 'unknown', reason: 'managed memory in use is not measured' }
  if (used > 0)
    return {
      kind: 'unknown',
      reason:
        'managed memory is reserved, and how much of it RocksDB needs is not measured: switch on state.backend.rocksdb.metrics.block-cache-usage and -hit',
    }
  if (backend !== undefined && /rocksdb|forst/i.test(backend)) return { kind: 'enough' }
  const unseen = notSeenForADay(history)
  if (unseen) return unseen
  return {
    kind: 'resize',
    bytes: 0,
    basis: 'nothing has reserved managed memory for a day: state lives on the heap',
    confidence: 0.8,
  }
}
