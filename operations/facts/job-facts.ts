import type { Severity } from '../../core/model/finding.ts'
import { slotsOf } from '../../core/model/topology.ts'

/** What operations knows of a job when it decides, as diagnosis last said it. What is not known is null or absent. */
export interface JobFacts {
  /** cluster/namespace/name, each part percent-encoded. */
  readonly job: string
  /** The Flink job id; empty before it is known. */
  readonly run: string
  /** Flink's JobStatus. */
  readonly state: string
  readonly stateSince: number
  /** When diagnosis last looked. */
  readonly updatedAt: number
  readonly recording: boolean
  readonly score: number | null
  readonly unknownBecause: string | null
  /** Records a second taken by the sources. */
  readonly recordsPerSecond: number | null
  readonly advice: readonly AdvisedSize[]
  /** Advice of other kinds, which operations does not carry out. */
  readonly otherAdvice: readonly { readonly kind: string; readonly name: string }[]
  readonly abstained: readonly { readonly name: string; readonly reason: string }[]
  /** Open findings that nothing else explains. */
  readonly causes: readonly OpenCause[]
  readonly vertices: readonly SizedVertex[]
  /** When completed checkpoints were complete, oldest first. */
  readonly checkpointsAt: readonly number[]
}

export interface AdvisedSize {
  /** Key of the finding that it answers: `rule@subject`. */
  readonly cause: string
  readonly vertex: string
  readonly name: string
  readonly from: number
  readonly to: number
  readonly confidence: number
  /** Busy share to expect after the change, with its interval. */
  readonly busy?: { readonly to: number; readonly low: number; readonly high: number | null }
}

export interface OpenCause {
  readonly key: string
  readonly rule: string
  readonly severity: Severity
  readonly title: string
  /** Name of what it is about. */
  readonly name: string
}

export interface SizedVertex {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly slotSharingGroup: string
  /** Busy share now, 0–1. */
  readonly busy: number | null
}

/** Slots it has more once its vertices have other sizes; below zero where it has fewer. */
export function moreSlots(
  vertices: readonly SizedVertex[],
  sizes: Readonly<Record<string, number>>,
): number {
  const after = vertices.map((one) => ({ ...one, parallelism: sizes[one.id] ?? one.parallelism }))
  return slotsOf(after) - slotsOf(vertices)
}
