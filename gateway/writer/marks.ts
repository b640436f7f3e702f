import type { Batch } from '../../core/api/batch.ts'
import {
  type Attempt,
  type LedgerKey,
  type Mark,
  readAttempts,
  readMarks,
  writeAttempts,
  writeMarks,
} from '../../core/store/ledger.ts'
import type { Store } from '../../core/store/open.ts'

/** What the ledger says of a batch: stored or parked; perhaps stored; surely not. */
export type Standing = 'done' | 'attempted' | 'new'

/** The ledger's view of the agents of one call of the handler. */
export interface Marks {
  standingOf(batch: Batch): Standing
  /** Notes that these are about to be inserted. Until it resolves nothing may be. */
  attempt(batches: readonly Batch[]): Promise<void>
  /** The batch was written with this token, or put aside. */
  note(batch: Batch, outcome: { readonly token: string; readonly parked: boolean }): void
  /** Writes what was noted into the ledger. When that fails nothing is marked, and the batches come again. */
  commit(): Promise<void>
}

/**
 * Reads the marks anew for each call: it takes two milliseconds, costs no memory however many agents there
 * ever were, and is right after a partition went to another writer and came back.
 */
export async function openMarks(store: Store, agents: readonly string[]): Promise<Marks> {
  const names = [...new Set(agents)]
  const [marks, attempts] =
    names.length === 0
      ? [[], []]
      : await Promise.all([readMarks(store, names), readAttempts(store, names)])
  const known = new Map<string, Mark>(marks.map((mark) => [keyOf(mark), mark]))
  const attempted = new Map<string, Attempt>(attempts.map((one) => [keyOf(one), one]))
  const noted = new Set<string>()

  return {
    standingOf(batch) {
      const key = keyOf(batch)
      if (batch.seq <= (known.get(key)?.seq ?? 0)) return 'done'
      return batch.seq <= (attempted.get(key)?.seq ?? 0) ? 'attempted' : 'new'
    },
    async attempt(batches) {
      const ahead = new Map<string, Attempt>()
      for (const { agent, epoch, lane, kind, seq } of batches) {
        const key = keyOf({ agent, epoch, lane, kind })
        const before = ahead.get(key) ?? attempted.get(key)
        if (seq > (before?.seq ?? 0)) ahead.set(key, { agent, epoch, lane, kind, seq })
      }
      await writeAttempts(store, [...ahead.values()])
    },
    note({ agent, epoch, lane, kind, seq }, { token, parked }) {
      const key = keyOf({ agent, epoch, lane, kind })
      const before = known.get(key) ?? { batches: 0, parked: 0 }
      noted.add(key)
      known.set(key, {
        ...{ agent, epoch, lane, kind, seq, token },
        batches: before.batches + (parked ? 0 : 1),
        parked: before.parked + (parked ? 1 : 0),
      })
    },
    commit: () =>
      writeMarks(
        store,
        [...known].filter(([key]) => noted.has(key)).map(([, mark]) => mark),
      ),
  }
}

function keyOf({ agent, epoch, lane, kind }: LedgerKey): string {
  return JSON.stringify([agent, epoch, lane, kind])
}
