import type { Batch } from '../../core/api/batch.ts'
import { momentsOf } from '../../core/api/moments.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { IntakeLimits } from '../config.ts'

/** Why a well-formed batch is not taken: too much of something, or something that makes no sense. */
export interface Objection {
  readonly status: 400 | 413
  readonly because: string
}

/** Looks for what the schema cannot know. Undefined: nothing to object. */
export function objectionTo(
  batch: Batch,
  limits: IntakeLimits,
  nowAt: number,
): Objection | undefined {
  return (
    tooMuch(batch, limits) ??
    tooFarAhead(batch, limits, nowAt) ??
    namelessJob(batch) ??
    noSuchSubtask(batch)
  )
}

/** `bytes` of the batch as JSON. */
export function tooLarge(bytes: number, { maxBatchBytes }: IntakeLimits): Objection | undefined {
  if (bytes <= maxBatchBytes) return undefined
  return {
    status: 413,
    because: `The batch has ${bytes} bytes as JSON; at most ${maxBatchBytes} are taken. Split it.`,
  }
}

function tooMuch(
  batch: Batch,
  { maxSubjects, maxTextLength }: IntakeLimits,
): Objection | undefined {
  if (batch.kind === 'samples') {
    const subjects = batch.blocks.reduce((sum, block) => sum + block.subjects.length, 0)
    if (subjects > maxSubjects) {
      return {
        status: 413,
        because: `The batch has ${subjects} subjects; at most ${maxSubjects} are taken. Split it.`,
      }
    }
  }
  const length = longestText(textsOf(batch))
  if (length <= maxTextLength) return undefined
  return {
    status: 413,
    because: `A text in the batch has ${length} characters; at most ${maxTextLength} are taken. Shorten it.`,
  }
}

/** The parts of a batch that hold texts: to walk over every number would cost more than to read it. */
function textsOf(batch: Batch): readonly object[] {
  switch (batch.kind) {
    case 'samples':
      return batch.blocks.map(({ subjects }) => subjects)
    case 'series':
      return batch.blocks.map(({ series }) => series)
    case 'events':
      return batch.events
    case 'logs':
      return batch.blocks.map(({ origin }) => origin)
  }
}

function longestText(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  let longest = 0
  for (const [key, inner] of Object.entries(value)) {
    longest = Math.max(longest, key.length, longestText(inner))
  }
  return longest
}

/** Facts from the future would be "the newest" until then. */
function tooFarAhead(
  batch: Batch,
  { maxAheadMs }: IntakeLimits,
  nowAt: number,
): Objection | undefined {
  // Lines have the clock of whatever wrote them; `withLinesInTime` puts them right.
  if (batch.kind === 'logs') return undefined
  const aheadMs = momentsOf(batch).reduce((most, { at }) => Math.max(most, at - nowAt), 0)
  if (aheadMs <= maxAheadMs) return undefined
  return {
    status: 400,
    because: `The batch tells of a moment ${aheadMs} ms ahead of this gateway's clock; at most ${maxAheadMs} ms are taken. Set the clocks of both machines.`,
  }
}

/** Lines that say a time to come get the time of their arrival: to refuse them would lose them. */
export function withLinesInTime(
  batch: Extract<Batch, { kind: 'logs' }>,
  { maxAheadMs }: IntakeLimits,
  nowAt: number,
): Batch {
  const isAhead = ({ at }: { readonly at: number }) => at - nowAt > maxAheadMs
  if (!batch.blocks.some(({ lines }) => lines.some(isAhead))) return batch
  const blocks = batch.blocks.map((block) => ({
    ...block,
    lines: block.lines.map((line) =>
      isAhead(line) ? { ...line, at: nowAt, timed: 'read' as const } : line,
    ),
  }))
  return { ...batch, blocks }
}

/** Everything behind the door takes a job's name apart. */
function namelessJob(batch: Batch): Objection | undefined {
  const subjects: readonly object[] = textsOf(batch).flat()
  const seen = new Set<string>()
  for (const subject of subjects) {
    if (!('job' in subject) || typeof subject.job !== 'string' || seen.has(subject.job)) continue
    seen.add(subject.job)
    if (parseJobRef(subject.job) !== undefined) continue
    return {
      status: 400,
      because: `The job ${JSON.stringify(subject.job.slice(0, 200))} is not named cluster/namespace/name, each part percent-encoded.`,
    }
  }
  return undefined
}

/** The store keeps 32 bits of these numbers and would silently take 2^32 for 0. */
const maxNumber = 2 ** 32 - 1

function noSuchSubtask(batch: Batch): Objection | undefined {
  if (batch.kind !== 'samples') return undefined
  for (const { subjects } of batch.blocks) {
    for (const subject of subjects) {
      if (subject.kind !== 'subtask') continue
      const { subtask, attempt } = subject
      if (subtask <= maxNumber && attempt <= maxNumber) continue
      return {
        status: 400,
        because: `There is no subtask ${subtask} with attempt ${attempt}; both are at most ${maxNumber}.`,
      }
    }
  }
  return undefined
}
