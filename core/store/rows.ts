import type { Store } from './open.ts'

/** Rows of one statement: beyond it our own JSON would block the event loop for long. */
const ROWS_PER_INSERT = 20_000

export interface WriteOptions {
  /** Names these rows for ever; a repeat with the same token is dropped by the table. */
  readonly token?: string
}

/** Inserts rows in the order of `columns`. A repeat under the same token changes nothing. */
export async function insertRows(
  store: Store,
  table: string,
  columns: readonly [string, ...string[]],
  rows: readonly (readonly unknown[])[],
  { token }: WriteOptions,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await store.client.insert({
      table,
      columns: [...columns],
      values: rows.slice(from, from + ROWS_PER_INSERT),
      format: 'JSONCompactEachRow',
      ...(token === undefined
        ? {}
        : { clickhouse_settings: { insert_deduplication_token: `${token}/${table}/${from}` } }),
    })
  }
}

/** Runs a query whose parameters are bound, and returns its rows as objects. */
export async function selectRows<T>(
  store: Store,
  query: string,
  params: Readonly<Record<string, unknown>>,
): Promise<T[]> {
  const result = await store.client.query({
    query,
    query_params: { ...params },
    format: 'JSONEachRow',
  })
  return result.json<T>()
}
