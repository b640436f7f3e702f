import { type Book, bookKey, type Decision, type GroupBook } from './decide.ts'

/** The book while a program runs: it follows decisions once they are kept. */
export interface OpenBook extends Book {
  apply(decisions: readonly Decision[], at: number): void
}

/** What the outbox remembers of the time before. */
export interface Kept {
  readonly groups: readonly GroupBook[]
  /** Messages of things that fire, within the last hour. */
  readonly fired: readonly { readonly route: string; readonly at: number }[]
}

const HOUR_MS = 3_600_000

export function openBook({ groups: kept, fired }: Kept): OpenBook {
  const groups = new Map(kept.map((own) => [bookKey(own.route, own.group), own]))
  const firedAt = new Map<string, number[]>()
  const note = (route: string, at: number) => {
    const recent = (firedAt.get(route) ?? []).filter((one) => one > at - HOUR_MS)
    firedAt.set(route, [...recent, at])
  }
  for (const { route, at } of fired) note(route, at)

  return {
    groups,
    firedAt,
    apply(decisions, at) {
      for (const { book, notices } of decisions) {
        groups.set(bookKey(book.route, book.group), book)
        if (notices.some(({ status }) => status === 'firing')) note(book.route, at)
      }
      // A group that ended an hour ago begins anew; its numbers may, since ids carry their time.
      for (const [key, { told, toldAt }] of groups) {
        if (toldAt < at - HOUR_MS && told.every(({ endsAt }) => endsAt !== null)) groups.delete(key)
      }
    },
  }
}
