import { z } from 'zod'
import { BATCH_VERSION, Batch } from '../core/api/batch.ts'
import { unpackBatch } from '../core/api/log-columns.ts'
import { isPlainBatch } from '../core/api/quick-read.ts'

/** A batch, or the sentence that says why it is none. */
export type ReadBatch =
  | { readonly ok: true; readonly batch: Batch }
  | { readonly ok: false; readonly because: string }

/**
 * Batches by the bytes that the door has read them from. The embedded bus hands over those very bytes, so
 * that the writer behind it need not read them a second time.
 */
const readAtTheDoor = new WeakMap<Uint8Array, Batch>()

export function rememberRead(bytes: Uint8Array, batch: Batch): void {
  readAtTheDoor.set(bytes, batch)
}

export function rememberedRead(bytes: Uint8Array): Batch | undefined {
  return readAtTheDoor.get(bytes)
}

const shownProblems = 5
const Claim = z.object({ v: z.unknown().optional(), agent: z.unknown().optional() })

/** Reads what somebody says is a batch. Both the door and the writer behind the bus read with it. */
export function readBatch(sent: unknown): ReadBatch {
  const unpacked = unpackBatch(sent)
  if (typeof unpacked === 'string') {
    return { ok: false, because: `The batch has 1 problem: ${cut(unpacked)}.` }
  }
  const value = unpacked.batch
  if (isPlainBatch(value)) return { ok: true, batch: value }
  const claim = Claim.safeParse(value).data
  if (claim === undefined) return { ok: false, because: 'A batch must be a JSON object.' }
  if (claim.v !== BATCH_VERSION) return { ok: false, because: versionSentence(claim) }
  const read = Batch.safeParse(value)
  if (read.success) return { ok: true, batch: read.data }
  return { ok: false, because: problemSentence(read.error.issues) }
}

function versionSentence({ v, agent }: z.output<typeof Claim>): string {
  const who = typeof agent === 'string' ? `Agent ${cut(JSON.stringify(agent))}` : 'The sender'
  if (typeof v !== 'number') {
    return `${who} does not say in "v" which batch version it speaks; this gateway speaks ${BATCH_VERSION}.`
  }
  const older = v > BATCH_VERSION ? 'this gateway' : 'the agent'
  return `${who} speaks batch version ${v}; this gateway speaks ${BATCH_VERSION}: upgrade ${older}.`
}

function problemSentence(issues: readonly z.core.$ZodIssue[]): string {
  const shown = issues
    .slice(0, shownProblems)
    .map(({ path, message }) => cut(`${path.map(String).join('.') || 'the batch'}: ${message}`))
  const more = issues.length - shown.length
  return `The batch has ${issues.length === 1 ? '1 problem' : `${issues.length} problems`}: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
}

/** What a stranger wrote is quoted, but not at any length. */
function cut(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`
}
