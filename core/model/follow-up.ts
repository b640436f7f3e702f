import type { AdviceKind, NamedSubject } from './finding.ts'

/**
 * What became of a prediction: advice was followed (by whomever), and some minutes later what it had said would
 * happen was compared with what did.
 */
export interface FollowUp {
  readonly job: string
  readonly run: string
  /** When it was judged, when the advice was last shown, and when the new size was first seen. */
  readonly at: number
  readonly advisedAt: number
  readonly appliedAt: number
  readonly kind: AdviceKind
  readonly target: NamedSubject
  /** Key of the finding that it answered. */
  readonly cause: string
  readonly from: number
  readonly to: number
  /** What was really set: inside the interval of the advice, else it was not followed. */
  readonly applied: number
  /** Of a parallelism the busy share, for what really arrived. */
  readonly predicted?: { readonly value: number; readonly low: number; readonly high: number }
  readonly observed?: number
  readonly outcome: 'held' | 'missed' | 'unknown'
  readonly because: string
}

/** How often predictions for a job held. Unknown ones count for neither side. */
export interface TrackRecord {
  readonly held: number
  readonly missed: number
}
