import type { Batch } from '../../core/api/batch.ts'
import { type LedgerKey, type Mark, readMarks, writeMarks } from '../../core/store/ledger.ts'
import type { Store } from '../../core/store/open.ts'

/** The high-water marks that matter to one call of the handler. */
export interface Marks {
  /** Whether the batch is stored or parked already, or was noted in this call. */
  covers(batch: Batch): boolean
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
  const stored = names.length === 0 ? [] : await readMarks(store, names)
  const known = new Map<string, Mark>(stored.map((mark) => [keyOf(mark), mark]))
  const noted = new Set<string>()

  return {
    covers: (batch) => batch.seq <= (known.get(keyOf(batch))?.seq ?? 0),
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
