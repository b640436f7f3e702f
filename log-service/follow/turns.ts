/**
 * Who may read next. Those who are nearly at the end of their file come first and again and again, so that a flood
 * elsewhere does not delay them; between them those who are behind, one after another. Of what nobody writes any
 * more only a few are under way at a time.
 */
export interface Turns<T> {
  /** Asks for a turn; a second time before it has come changes nothing but the urgency. */
  ask(one: T, urgency: Urgency): void
  next(): T | undefined
  /** It has nothing to read for now; what it asked for meanwhile stands. */
  rest(one: T): void
  readonly size: number
}

/** near: little is unread. behind: much is unread and more comes. old: much is unread and no more comes. */
export type Urgency = 'near' | 'behind' | 'old'

/** So many turns of those near the end for one of those behind. */
const NEAR_TURNS = 8
const OLD_AT_ONCE = 8

export function createTurns<T>(): Turns<T> {
  const queues: Readonly<Record<Urgency, Set<T>>> = {
    near: new Set(),
    behind: new Set(),
    old: new Set(),
  }
  /** Old ones whose time has come; they stay until they are near their end. */
  const admitted = new Set<T>()
  let nearTurns = 0
  let oldIsNext = false

  const shift = (queue: Set<T>): T | undefined => {
    for (const one of queue) {
      queue.delete(one)
      return one
    }
    return undefined
  }
  const nextOld = (): T | undefined => {
    for (const one of queues.old) {
      if (!admitted.has(one) && admitted.size >= OLD_AT_ONCE) continue
      admitted.add(one)
      queues.old.delete(one)
      return one
    }
    return undefined
  }
  const nextBehind = (): T | undefined => {
    oldIsNext = !oldIsNext
    return oldIsNext ? (nextOld() ?? shift(queues.behind)) : (shift(queues.behind) ?? nextOld())
  }

  return {
    ask(one, urgency) {
      for (const [other, queue] of Object.entries(queues)) if (other !== urgency) queue.delete(one)
      queues[urgency].add(one)
      if (urgency === 'near') admitted.delete(one)
    },
    next() {
      if (nearTurns < NEAR_TURNS) {
        const near = shift(queues.near)
        if (near !== undefined) {
          nearTurns++
          return near
        }
      }
      nearTurns = 0
      return nextBehind() ?? shift(queues.near)
    },
    rest: (one) => admitted.delete(one),
    get size() {
      return queues.near.size + queues.behind.size + queues.old.size
    },
  }
}
