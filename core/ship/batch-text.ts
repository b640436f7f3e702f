import type { Payload } from '../api/batch.ts'
import { packBlocks } from '../api/log-columns.ts'

/** By the blocks of lines they are of: the size of a batch is asked for before it is sent, and it may be sent again. */
const texts = new WeakMap<object, string>()

/** A payload, or the batch around it, as the JSON that travels. */
export function textOf(batch: Payload): string {
  if (batch.kind !== 'logs') return JSON.stringify(batch)
  const { blocks, ...envelope } = batch
  let text = texts.get(blocks)
  if (text === undefined) {
    text = JSON.stringify(packBlocks(blocks))
    texts.set(blocks, text)
  }
  return `${JSON.stringify(envelope).slice(0, -1)},"blocks":${text}}`
}
