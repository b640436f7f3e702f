import type { Notice } from '../notice.ts'

/** What came of one attempt. `detail` is for people: it never holds an address, a token or a body of ours. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly detail: string }
  /** May work later; `afterMs` is the receiver's own wish. */
  | { readonly kind: 'failed'; readonly detail: string; readonly afterMs?: number }
  /** Will never work like this. */
  | { readonly kind: 'refused'; readonly detail: string }

/** Makes one attempt. Never throws but when the signal aborts. */
export type SendNotice = (notice: Notice, at: number, signal: AbortSignal) => Promise<Outcome>

/** Where messages go: what a target is to the courier. */
export interface Target {
  readonly name: string
  readonly kind: string
  readonly send: SendNotice
}
