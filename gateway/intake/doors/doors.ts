import { hostname } from 'node:os'
import { BATCH_VERSION, type Payload } from '../../../core/api/batch.ts'
import type { Clock } from '../../../core/kit/clock.ts'
import { IntakeError } from '../../../core/kit/errors.ts'
import { splitPayload } from '../../../core/ship/split.ts'
import type { GatewayToken, IntakeLimits } from '../../config.ts'
import type { GatewayEvents } from '../../events.ts'
import type { CardinalityGuard } from '../cardinality.ts'
import type { Intake } from '../intake.ts'
import { type LogStreamEntries, logBlockOf } from './log-entries.ts'
import { type Point, type PointOptions, payloadsOf } from './point.ts'
import { createSeenJobs } from './seen-jobs.ts'

export interface DoorsDeps {
  readonly intake: Intake
  readonly guard: CardinalityGuard
  readonly limits: IntakeLimits
  readonly clock: Clock
  readonly events: GatewayEvents
}

/** What became of the points of one request. */
export interface Delivered {
  readonly taken: number
  /** Sentences about what was left out; empty when everything was taken. */
  readonly objections: readonly string[]
}

export interface DeliverOptions extends Omit<PointOptions, 'cluster'> {
  /** Whose token was shown; its cluster is that of the points. */
  readonly by: GatewayToken | undefined
}

/** Where foreign protocols join the road of our own batches: numbered, checked and acknowledged alike. */
export interface Doors {
  /** @throws IntakeError 429 or 503 when the sender must come again; what was taken then folds */
  deliver(points: readonly Point[], options: DeliverOptions): Promise<Delivered>
  /** The same for lines of logs. */
  deliverLogs(
    streams: readonly LogStreamEntries[],
    options: Pick<DeliverOptions, 'by' | 'defaultCluster'> & { readonly fold: boolean },
  ): Promise<Delivered>
}

/** Raw samples are forgotten after a week; what is older would be forgotten at once. */
const MAX_BEHIND_MS = 7 * 86_400_000
const MAX_LOG_BEHIND_MS = 14 * 86_400_000
const ENVELOPE_BYTES = 2_000

/** Foreign senders give no numbers, so this process numbers for them. */
export function createDoors({ intake, guard, limits, clock, events }: DoorsDeps): Doors {
  const epoch = clock.now()
  const agent = `door/${hostname()}/${process.pid}`
  const seen = createSeenJobs()
  let seq = 0

  const send = async (payload: Payload, by: GatewayToken | undefined) => {
    const { parts } = splitPayload(payload, limits.maxBatchBytes - ENVELOPE_BYTES)
    for (const { payload: part } of parts) {
      const envelope = { v: BATCH_VERSION, agent, epoch, lane: 'live', seq: ++seq } as const
      await intake.accept({ ...envelope, sentAt: clock.now(), ...part }, by)
    }
  }

  const timely = (points: readonly Point[], objections: string[]): readonly Point[] => {
    const now = clock.now()
    const kept = points.filter(
      ({ at }) => at > 0 && at - now <= limits.maxAheadMs && now - at <= MAX_BEHIND_MS,
    )
    const count = points.length - kept.length
    if (count > 0) {
      events.samplesRefused({ reason: 'time', count })
      objections.push(
        `${count} samples are more than ${limits.maxAheadMs / 60_000} minutes ahead of this gateway's clock, or older than the week that is kept.`,
      )
    }
    return kept
  }

  const withTimely = (stream: LogStreamEntries, objections: string[]): LogStreamEntries => {
    const now = clock.now()
    const entries = stream.entries.filter(({ atNanos }) => {
      const at = Number(atNanos / 1_000_000n)
      return at > 0 && at - now <= limits.maxAheadMs && now - at <= MAX_LOG_BEHIND_MS
    })
    const count = stream.entries.length - entries.length
    if (count > 0) {
      events.samplesRefused({ reason: 'time', count })
      objections.push(
        `${count} lines are more than ${limits.maxAheadMs / 60_000} minutes ahead of this gateway's clock, or older than the two weeks that are kept.`,
      )
    }
    return { ...stream, entries }
  }

  const wellNamed = (points: readonly Point[], objections: string[]): readonly Point[] => {
    const kept = points.filter(({ name, labels }) => isWellNamed(name, labels, limits))
    const count = points.length - kept.length
    if (count > 0) {
      events.samplesRefused({ reason: 'labels', count })
      objections.push(
        `${count} samples have names or labels that are not taken: at most ${limits.maxLabels} labels, names of Prometheus' alphabet up to 256 characters, values up to ${limits.maxLabelLength} characters.`,
      )
    }
    return kept
  }

  const admitted = (payload: Payload, objections: string[]): Payload => {
    if (payload.kind !== 'series') return payload
    const { blocks, refused } = guard.admit(payload.blocks, clock.now())
    if (refused > 0) {
      objections.push(
        `${refused} samples are of new series beyond the ${limits.maxSeriesPerOwner} that one job or cluster may have; known series are taken.`,
      )
    }
    return { kind: 'series', blocks }
  }

  return {
    async deliver(points, { by, ...options }) {
      const objections: string[] = []
      const kept = wellNamed(timely(points, objections), objections)
      const from = { ...options, cluster: by?.cluster }
      const news = seen.learn(kept, from)
      if (news.length > 0) {
        await send({ kind: 'events', events: news }, by).catch((error: unknown) => {
          seen.forget(news)
          if (!(error instanceof IntakeError) || error.status >= 429) throw error
          objections.push(error.message)
        })
      }
      let taken = 0
      for (const payload of payloadsOf(kept, from)) {
        const part = admitted(payload, objections)
        if (part.kind === 'events' || part.kind === 'logs' || part.blocks.length === 0) continue
        await send(part, by).catch((error: unknown) => {
          if (!(error instanceof IntakeError) || error.status >= 429) throw error
          objections.push(error.message)
        })
        taken += part.kind === 'series' ? part.blocks.reduce((n, b) => n + b.series.length, 0) : 0
      }
      return { taken: objections.length === 0 ? points.length : taken, objections }
    },

    async deliverLogs(streams, { by, defaultCluster, fold }) {
      const objections: string[] = []
      const timelyStreams = streams.map((stream) => withTimely(stream, objections))
      const blocks = timelyStreams.flatMap(
        (stream) => logBlockOf(stream, { cluster: by?.cluster, defaultCluster }, fold) ?? [],
      )
      const total = streams.reduce((sum, { entries }) => sum + entries.length, 0)
      const kept = timelyStreams.reduce((sum, { entries }) => sum + entries.length, 0)
      if (blocks.length === 0) return { taken: 0, objections }
      try {
        await send({ kind: 'logs', blocks }, by)
        return { taken: kept, objections: total === kept ? [] : objections }
      } catch (error) {
        if (!(error instanceof IntakeError) || error.status >= 429) throw error
        return { taken: 0, objections: [...objections, error.message] }
      }
    },
  }
}

function isWellNamed(
  name: string,
  labels: ReadonlyMap<string, string>,
  { maxLabels, maxLabelLength }: IntakeLimits,
): boolean {
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]{0,511}$/.test(name) || labels.size > maxLabels) return false
  for (const [key, value] of labels) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,255}$/.test(key) || value.length > maxLabelLength) return false
  }
  return true
}
