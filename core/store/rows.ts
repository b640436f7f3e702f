import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Store } from './open.ts'
import { type BinaryColumn, rowBinary } from './row-binary.ts'

/** Rows of one statement: beyond it our own JSON would block the event loop for long. */
const ROWS_PER_INSERT = 20_000

/** ClickHouse makes one block of up to a million rows (max_insert_block_size), so this stays one. */
const ROWS_PER_BINARY_INSERT = 250_000

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

/** Inserts many rows of numbers at the least cost. A repeat under the same token changes nothing. */
export async function insertBinary<Row>(
  store: Store,
  table: string,
  columns: readonly BinaryColumn<Row>[],
  rows: readonly Row[],
  { token }: WriteOptions,
): Promise<void> {
  const names = columns.map(({ name }) => `\`${name}\``).join(', ')
  for (let from = 0; from < rows.length; from += ROWS_PER_BINARY_INSERT) {
    const page = rowBinary(columns, rows.slice(from, from + ROWS_PER_BINARY_INSERT))
    const { stream } = await store.client.exec({
      query: `INSERT INTO ${table} (${names}) FORMAT RowBinary`,
      values: Readable.from([page], { objectMode: false }),
      clickhouse_settings: {
        // Rows of one key in one insert fold in a merge like any others; looking for them costs a sort.
        optimize_on_insert: 0,
        ...(token === undefined ? {} : { insert_deduplication_token: `${token}/${table}/${from}` }),
      },
    })
    await finished(stream.resume())
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
