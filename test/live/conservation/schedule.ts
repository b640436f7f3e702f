/** What goes wrong, and to which of two where there are two. */
export type Fault =
  | { readonly kind: 'agent' | 'gateway'; readonly which: 0 | 1 }
  | { readonly kind: 'broker' | 'store' | 'answers' | 'disk' }

export interface Planned {
  readonly fault: Fault
  /** How long it lasts, and how long all is well after it, ms. */
  readonly lastsMs: number
  readonly thenMs: number
}

/** The same seed gives the same schedule. */
export function plan(seed: number, faults: number): readonly Planned[] {
  const random = mulberry32(seed)
  const which = () => (random() < 0.5 ? 0 : 1)
  const kinds: readonly (() => Fault)[] = [
    ...Array.from({ length: 5 }, () => () => ({ kind: 'agent', which: which() }) as const),
    ...Array.from({ length: 4 }, () => () => ({ kind: 'gateway', which: which() }) as const),
    ...Array.from({ length: 4 }, () => () => ({ kind: 'answers' }) as const),
    ...Array.from({ length: 3 }, () => () => ({ kind: 'store' }) as const),
    ...Array.from({ length: 2 }, () => () => ({ kind: 'disk' }) as const),
    () => ({ kind: 'broker' }) as const,
  ]
  return Array.from({ length: faults }, () => ({
    fault: kinds[Math.floor(random() * kinds.length)]?.() ?? { kind: 'answers' },
    lastsMs: 100 + Math.floor(random() * 900),
    thenMs: 100 + Math.floor(random() * 900),
  }))
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
