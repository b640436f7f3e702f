import { z } from 'zod'
import type { KubernetesObject } from '../../../core/flink/kubernetes/object.ts'
import type { Clock } from '../../../core/kit/clock.ts'
import { messageOf } from '../../../core/kit/errors.ts'
import { backoffMs } from '../../../core/kit/retry.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import { type KubernetesApi, KubernetesError, type Params } from './api.ts'
import type { Happenings } from './happenings.ts'
import { createKnown, type ToldKind } from './known.ts'
import { listObjects } from './list.ts'

/** One kind of object, in one namespace or all of them. */
export interface WatchedKind<T extends KubernetesObject> extends ToldKind<T> {
  readonly path: string
  /** Selectors of labels and fields. */
  readonly params: Params
}

export interface WatchDeps {
  readonly api: KubernetesApi
  readonly clock: Clock
  readonly happenings: Happenings
  readonly tell: (events: readonly FlinkEvent[]) => void
  /** From 0 to 1, for the jitter between attempts. */
  readonly random?: () => number
  /** Called when the first attempt to list has come to its end, whatever it was, and harmlessly again later. */
  readonly onFirstLook?: () => void
}

/** What to do next: list everything (at least as new as `from`; '' is the newest), or go on from a version. */
type Step = { readonly kind: 'list' | 'watch'; readonly from: string }

/** The API server ends a watch after this time; ends at random moments, so that agents do not come together. */
const WATCH_SECONDS = 290
const SILENT_MS = (WATCH_SECONDS + 30) * 1_000
/** A watch that ends sooner is taken for a failure, so that one that always does is no hot loop. */
const SHORT_WATCH_MS = 1_000
const BACKOFF = { minMs: 500, maxMs: 30_000 }
/** A kind that is forbidden, or that the cluster does not have, is looked for again after this time. */
const OFF_MS = 10 * 60_000

const Frame = z.object({ type: z.string(), object: z.unknown() })
const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) })
const Status = z.object({ code: z.number().optional(), message: z.string().optional() })

/**
 * Follows the objects of one kind until the signal aborts: lists them once, then watches from that version on
 * and, after any break, from the last version that was read in full. Only when the server has forgotten that
 * version (410) all is listed again and compared: what is not there any more is gone.
 */
export async function watchKind<T extends KubernetesObject>(
  kind: WatchedKind<T>,
  deps: WatchDeps,
  signal: AbortSignal,
): Promise<void> {
  const { api, clock, happenings, tell, random = Math.random } = deps
  const known = createKnown(kind, happenings)
  // From the server's cache, whatever it has: an agent on each node must not make etcd read it all.
  let step: Step = { kind: 'list', from: '0' }
  let failures = 0
  let isOff = false

  const seenAgain = () => {
    if (isOff) happenings.backOn(kind.name)
    isOff = false
  }

  const list = async (from: string): Promise<void> => {
    const { items, version } = await listObjects(api, kind, from, signal)
    tell(known.replaceBy(items))
    step = { kind: 'watch', from: version }
    seenAgain()
  }

  const readLine = (line: string): readonly FlinkEvent[] => {
    const { type, object: value } = Frame.parse(JSON.parse(line))
    if (type === 'ERROR') {
      const { code, message } = Status.parse(value)
      throw new KubernetesError(
        `The watch of ${kind.name} ended: ${message ?? code ?? 'no reason given'}.`,
        code,
      )
    }
    const version = Versioned.parse(value).metadata.resourceVersion
    step = { kind: 'watch', from: version }
    failures = 0
    seenAgain()
    return type === 'BOOKMARK' ? [] : known.change(type, value)
  }

  const follow = async (from: string): Promise<void> => {
    const params = {
      ...kind.params,
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(Math.round(WATCH_SECONDS * (0.7 + 0.3 * random()))),
    }
    for await (const lines of api.lines(kind.path, params, SILENT_MS, signal)) {
      const told: FlinkEvent[] = []
      try {
        for (const line of lines) told.push(...readLine(line))
      } finally {
        // What stood before a line that cannot be read is told: its version has been passed.
        tell(told)
      }
    }
  }

  /** Where to go on after a failure. */
  const afterFailure = (error: unknown): Step => {
    if (!(error instanceof KubernetesError)) return { kind: 'list', from: step.from }
    // 410: the version is forgotten. 504: this server has not yet come as far, or never will, as its store was
    // restored. A list that is not older than what we have is asked for, then one of the newest there is.
    if (error.status !== 410 && error.status !== 504) return step
    return { kind: 'list', from: step.kind === 'list' ? '' : step.from }
  }

  const waitAfter = (error: unknown): number => {
    const facts = { kind: kind.name, reason: messageOf(error) }
    const status = error instanceof KubernetesError ? error.status : undefined
    if (status === 403 || status === 404) {
      isOff = true
      happenings.off({ ...facts, because: status === 403 ? 'forbidden' : 'missing' })
      return OFF_MS
    }
    failures++
    const leastMs = error instanceof KubernetesError ? error.retryAfterMs : 0
    happenings.broke({ ...facts, because: reasonWord(error) })
    return Math.max(leastMs, backoffMs(failures, { ...BACKOFF, random }))
  }

  const look = async (): Promise<number> => {
    const begunAt = clock.now()
    try {
      if (step.kind === 'list') await list(step.from)
      deps.onFirstLook?.()
      await follow(step.from)
      failures = clock.now() - begunAt >= SHORT_WATCH_MS ? 0 : failures + 1
      return failures === 0 ? 0 : backoffMs(failures, { ...BACKOFF, random })
    } catch (error) {
      if (signal.aborted) return 0
      step = afterFailure(error)
      return waitAfter(error)
    } finally {
      deps.onFirstLook?.()
    }
  }

  while (!signal.aborted) {
    const waitMs = await look()
    // Being stopped while waiting is the end, and no error.
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => {})
  }
  // Stopped before it began: whoever waits for the first look must not wait for ever.
  deps.onFirstLook?.()
}

function reasonWord(error: unknown): 'unreachable' | 'refused' | 'forgotten' | 'unreadable' {
  if (!(error instanceof KubernetesError)) return 'unreadable'
  if (error.status === 410) return 'forgotten'
  return error.status === undefined ? 'unreachable' : 'refused'
}
