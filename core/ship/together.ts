import type { Payload } from '../api/batch.ts'
import type { Clock } from '../kit/clock.ts'
import type { Scope } from '../kit/scope.ts'
import { mergePayloads } from './merge.ts'

/** Sources of one interval look within milliseconds of each other; nobody sees a quarter of a second. */
const WITHIN_MS = 250

/**
 * Ships what several sources say at about the same time as one batch per kind: a batch costs a request, a
 * place in the bus and an insert, however small it is. What it still holds goes out when the scope closes.
 */
export function shipTogether(
  ship: (payload: Payload) => void,
  clock: Clock,
  scope: Scope,
): (payload: Payload) => void {
  let held: Payload[] = []
  const send = () => {
    const payloads = mergePayloads(held)
    held = []
    for (const payload of payloads) ship(payload)
  }
  scope.add('shipping together', send)
  return (payload) => {
    held.push(payload)
    // Closing wakes the sleeper, too, and sends.
    if (held.length === 1) clock.sleep(WITHIN_MS, scope.signal).then(send, send)
  }
}
