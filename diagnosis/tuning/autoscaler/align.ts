import type { AutoscalerOptions, Release } from './options.ts'

/** What a parallelism is aligned to: partitions of a source, or key groups behind a hash. */
export interface AlignmentCase {
  readonly current: number
  readonly target: number
  readonly sourcePartitions: number
  readonly maxParallelism: number
  readonly lowerLimit: number
  readonly upperLimit: number
  readonly keyed: boolean
}

/**
 * `blocking` modes are those of 1.15.0: they search downwards too, and keep the present value with a
 * `ScalingLimited` event where nothing fits. The modes of main keep the target instead.
 */
export interface AlignmentMode {
  readonly name: 'OFF' | 'EVENLY_SPREAD' | 'BALANCED' | 'MAXIMIZE_UTILISATION'
  readonly blocking: boolean
}

/** Which mode counts: main reads its own key first, then the older one as it was, then BALANCED (ParallelismAligner.resolve). */
export function alignmentModeOf(
  options: Pick<AutoscalerOptions, 'alignmentMode' | 'partitionsAdjustMode'>,
  release: Release,
): AlignmentMode {
  const legacy = options.partitionsAdjustMode
  if (release === '1.15.0') return blocking(legacy ?? 'EVENLY_SPREAD')
  const { alignmentMode } = options
  if (alignmentMode === undefined)
    return legacy === undefined ? { name: 'BALANCED', blocking: false } : blocking(legacy)
  return alignmentMode === 'OFF' || alignmentMode === 'EVENLY_SPREAD'
    ? { name: alignmentMode, blocking: false }
    : { name: 'BALANCED', blocking: false }
}

const blocking = (name: string): AlignmentMode => ({
  name: name === 'MAXIMIZE_UTILISATION' ? name : 'EVENLY_SPREAD',
  blocking: true,
})

export interface Aligned {
  readonly parallelism: number
  /** A `ScalingLimited` event is sent. */
  readonly limited: boolean
}

/** The parallelism that a mode makes of a target; sources without partitions and unkeyed vertices keep it. */
export function align(alignment: AlignmentCase, mode: AlignmentMode): Aligned {
  const { target, current } = alignment
  const applies = alignment.sourcePartitions > 0 || alignment.keyed
  if (!applies || mode.name === 'OFF' || target === current)
    return { parallelism: target, limited: false }
  const found = firstAligned(alignment, mode.name !== 'EVENLY_SPREAD')
  if (found !== undefined) return { parallelism: found, limited: false }
  if (!mode.blocking) return { parallelism: target, limited: false }
  const relaxed = Math.max(relaxedDown(groupsOf(alignment), target), alignment.lowerLimit)
  const turnsBack = target > current ? relaxed <= current : relaxed >= current
  return turnsBack
    ? { parallelism: current, limited: true }
    : { parallelism: relaxed, limited: relaxed !== target }
}

function groupsOf({ sourcePartitions, maxParallelism }: AlignmentCase): number {
  return sourcePartitions <= 0 ? maxParallelism : sourcePartitions
}

/** Upwards from the target, never past the present value when scaling down: the first divisor, or lighter load. */
function firstAligned(alignment: AlignmentCase, orLighter: boolean): number | undefined {
  const groups = groupsOf(alignment)
  const { target, current } = alignment
  const bound = Math.min(groups, alignment.maxParallelism, alignment.upperLimit)
  const end = target > current ? bound : Math.min(current, bound)
  const perSubtask = Math.floor(groups / target)
  for (let p = target; p <= end; p++) {
    if (groups % p === 0 || (orLighter && Math.floor(groups / p) < perSubtask)) return p
  }
  return undefined
}

/** Downwards to where a subtask would get more groups, then up to the last that does not. */
function relaxedDown(groups: number, target: number): number {
  for (let p = target; p > 0; p--) {
    if (Math.floor(groups / p) > Math.floor(groups / target)) return groups % p === 0 ? p : p + 1
  }
  return 0
}
