import type { Payload, SampleBlock } from '../api/batch.ts'
import { textOf } from './batch-text.ts'

export interface Part {
  readonly payload: Payload
  /** Of the payload as JSON, as it travels. */
  readonly bytes: number
}

export interface Split {
  /** In the order of the payload. */
  readonly parts: readonly Part[]
  /** Single subjects or events that are larger than a whole part may be. */
  readonly tooLarge: readonly Part[]
}

/** Cuts a payload into parts of at most `maxBytes` as JSON, halving what is too large. */
export function splitPayload(payload: Payload, maxBytes: number): Split {
  const parts: Part[] = []
  const tooLarge: Part[] = []
  const take = (piece: Payload) => {
    const bytes = Buffer.byteLength(textOf(piece))
    if (bytes <= maxBytes) {
      parts.push({ payload: piece, bytes })
      return
    }
    const smaller = halves(piece)
    if (smaller === undefined) tooLarge.push({ payload: piece, bytes })
    else for (const half of smaller) take(half)
  }
  if (!isEmpty(payload)) take(finite(payload))
  return { parts, tooLarge }
}

function isEmpty(payload: Payload): boolean {
  return payload.kind === 'events' ? payload.events.length === 0 : payload.blocks.length === 0
}

function halves(payload: Payload): readonly Payload[] | undefined {
  if (payload.kind === 'events') {
    return halved(payload.events)?.map((events) => ({ kind: 'events', events }))
  }
  if (payload.kind === 'series') {
    const [only] = payload.blocks
    const smaller =
      payload.blocks.length === 1 && only
        ? halved(only.series)?.map((series) => [{ ...only, series }])
        : halved(payload.blocks)
    return smaller?.map((blocks) => ({ kind: 'series', blocks }))
  }
  if (payload.kind === 'logs') {
    const [only] = payload.blocks
    const smaller =
      payload.blocks.length === 1 && only
        ? halved(only.lines)?.map((lines) => [{ ...only, lines }])
        : halved(payload.blocks)
    return smaller?.map((blocks) => ({ kind: 'logs', blocks }))
  }
  const [first] = payload.blocks
  const blocks = payload.blocks.length === 1 && first ? halfBlocks(first) : halved(payload.blocks)
  return blocks?.map((half) => ({ kind: 'samples', blocks: half }))
}

function halved<T>(items: readonly T[]): readonly T[][] | undefined {
  if (items.length < 2) return undefined
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

function halfBlocks(block: SampleBlock): readonly SampleBlock[][] | undefined {
  const count = block.subjects.length
  if (count < 2) return undefined
  const middle = Math.ceil(count / 2)
  return [[slice(block, 0, middle)], [slice(block, middle, count)]]
}

function slice(block: SampleBlock, from: number, to: number): SampleBlock {
  const columns = Object.entries(block.columns).map(([metric, column]) => [
    metric,
    column?.slice(from, to),
  ])
  return {
    ...block,
    subjects: block.subjects.slice(from, to),
    columns: Object.fromEntries(columns),
  }
}

/**
 * Flink reports NaN for what it cannot compute. JSON would turn it into null and the in-process way would
 * not, so it becomes null (absent) here for both.
 */
function finite(payload: Payload): Payload {
  if (payload.kind !== 'samples') return payload
  return { kind: 'samples', blocks: payload.blocks.map(finiteBlock) }
}

function finiteBlock(block: SampleBlock): SampleBlock {
  const columns = Object.entries(block.columns)
  const isBad = (value: number | null) => value !== null && !Number.isFinite(value)
  if (!columns.some(([, column]) => column?.some(isBad))) return block
  return {
    ...block,
    columns: Object.fromEntries(
      columns.map(([metric, column]) => [metric, column?.map((v) => (isBad(v) ? null : v))]),
    ),
  }
}
