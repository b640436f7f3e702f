import type { Payload } from './batch.ts'

/** All that a payload tells of and that has a time of its own: blocks of samples, events, lines. */
export function momentsOf(payload: Payload): readonly { readonly at: number }[] {
  switch (payload.kind) {
    case 'samples':
    case 'series':
      return payload.blocks
    case 'events':
      return payload.events
    case 'logs':
      return payload.blocks.flatMap(({ lines }) => lines)
  }
}
