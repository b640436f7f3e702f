import type { SampleBlock } from '../../core/api/batch.ts'
import { subjectKey } from '../../core/model/subject.ts'

/** What may befall samples on their way: each takes a block and gives what is left of it. */
type Spoil = (block: SampleBlock) => SampleBlock | undefined

/** Loses this share of all samples: a subject at a moment, with everything that was measured of it. */
export const losing =
  (share: number, random: () => number): Spoil =>
  (block) =>
    only(block, () => random() >= share)

/** Loses this share of all values: Flink said NaN, or nothing. */
export const forgetting =
  (share: number, random: () => number): Spoil =>
  (block) =>
    mapped(block, (value) => (random() < share ? null : value))

/** From a moment on every number stays what it was, as of a reporter that hangs and is asked on. */
export function frozenFrom(from: number): Spoil {
  const last = new Map<string, number | null>()
  return (block) =>
    mapped(block, (value, key) => {
      const held = last.get(key)
      if (block.at >= from && held !== undefined) return held
      last.set(key, value)
      return value
    })
}

/** At a moment every counter begins anew, without a word of a restart. */
export function resetAt(moment: number, isCounter: (metric: string) => boolean): Spoil {
  const base = new Map<string, number>()
  return (block) =>
    mapped(block, (value, key, metric) => {
      if (!isCounter(metric) || value === null) return value
      if (block.at < moment) {
        base.set(key, value)
        return value
      }
      return Math.max(0, value - (base.get(key) ?? 0))
    })
}

/** The clock of some processes is off by so much. */
export const skewed =
  (ms: number, isOff: (block: SampleBlock) => boolean): Spoil =>
  (block) =>
    isOff(block) ? { ...block, at: block.at + ms } : block

/** Only these subjects are heard of. */
export function only(
  block: SampleBlock,
  isKept: (subject: SampleBlock['subjects'][number]) => boolean,
): SampleBlock | undefined {
  const kept = block.subjects.map((subject) => isKept(subject))
  if (!kept.includes(true)) return undefined
  return {
    ...block,
    subjects: block.subjects.filter((_, index) => kept[index]),
    columns: Object.fromEntries(
      Object.entries(block.columns).map(([metric, column]) => [
        metric,
        column?.filter((_, index) => kept[index]),
      ]),
    ),
  }
}

function mapped(
  block: SampleBlock,
  change: (value: number | null, key: string, metric: string) => number | null,
): SampleBlock {
  const keys = block.subjects.map((subject) => `${block.via} ${subjectKey(subject)}`)
  return {
    ...block,
    columns: Object.fromEntries(
      Object.entries(block.columns).map(([metric, column]) => [
        metric,
        column?.map((value, index) => change(value, `${keys[index]} ${metric}`, metric)),
      ]),
    ),
  }
}
