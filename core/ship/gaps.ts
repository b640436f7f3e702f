import type { Payload } from '../api/batch.ts'

/** Why facts will never arrive. */
export type GapReason = 'cut' | 'refused' | 'failed' | 'too-large' | 'stopped' | 'damaged'

/** A stretch of facts that was given up: what a chart must show as a gap, never as a zero. */
export interface Gap {
  readonly reason: GapReason
  readonly kind: Payload['kind']
  /** When the lost facts were measured, epoch ms. */
  readonly fromAt: number
  readonly toAt: number
  readonly batches: number
}

const maxGaps = 100

export interface GapList {
  add(reason: GapReason, facts: Pick<Gap, 'kind' | 'fromAt' | 'toAt'>): void
  /** Something arrived again: what is lost from now on is a gap of its own. */
  end(): void
  /** The newest hundred, oldest first. */
  all(): Gap[]
}

/** Remembers what was given up; losses of one reason without an arrival between them are one gap. */
export function createGapList(): GapList {
  const ended: Gap[] = []
  const open = new Map<string, Gap>()
  return {
    add(reason, { kind, fromAt, toAt }) {
      const key = `${reason} ${kind}`
      const gap = open.get(key) ?? { reason, kind, fromAt, toAt, batches: 0 }
      open.set(key, {
        ...gap,
        fromAt: Math.min(gap.fromAt, fromAt),
        toAt: Math.max(gap.toAt, toAt),
        batches: gap.batches + 1,
      })
    },
    end() {
      ended.push(...open.values())
      ended.splice(0, ended.length - maxGaps)
      open.clear()
    },
    all: () => [...ended, ...open.values()].slice(-maxGaps),
  }
}
