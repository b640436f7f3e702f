import type { PlatformTrouble } from '../model/platform.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'
import type { Span } from './samples.ts'

/** Keeps troubles of shared things as they are known at a moment. */
export async function writeTroubles(
  store: Store,
  troubles: readonly PlatformTrouble[],
  at: number,
): Promise<void> {
  await insertRows(
    store,
    'troubles',
    ['key', 'since', 'seenAt', 'resolvedAt', 'jobs', 'body'],
    troubles.map(({ jobs, ...own }) => {
      const { key, since, resolvedAt } = own.finding
      return [key, since, resolvedAt ?? at, resolvedAt ?? null, jobs, JSON.stringify(own)]
    }),
    {},
  )
}

interface TroubleRow {
  readonly jobs: readonly string[]
  readonly body: string
}

/** Troubles that were open at any moment of the span, each in its newest form, newest first. */
export async function readTroubles(
  store: Store,
  { from, to }: Span,
): Promise<readonly PlatformTrouble[]> {
  const rows = await selectRows<TroubleRow>(
    store,
    `SELECT jobs, body FROM troubles FINAL
     WHERE since <= fromUnixTimestamp64Milli({to:Int64}) AND seenAt >= fromUnixTimestamp64Milli({from:Int64})
     ORDER BY since DESC, key LIMIT 1000`,
    { from, to },
  )
  return rows.map(troubleOf)
}

// Written by writeTroubles and by nobody else.
function troubleOf({ jobs, body }: TroubleRow): PlatformTrouble {
  return { ...(JSON.parse(body) as Omit<PlatformTrouble, 'jobs'>), jobs }
}
