import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type NativeColumn, nativeBlock } from './native.ts'
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
  for (let from = 0; from < rows.length; from += ROWS_PER_BINARY_INSERT) {
    const page = rowBinary(columns, rows.slice(from, from + ROWS_PER_BINARY_INSERT))
    await insertPage(store, { table, columns, format: 'RowBinary', page, from, token })
  }
}

/** The same for rows that are mostly texts and few values again and again. */
export async function insertNative<Row>(
  store: Store,
  table: string,
  columns: readonly NativeColumn<Row>[],
  rows: readonly Row[],
  { token }: WriteOptions,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_BINARY_INSERT) {
    const page = nativeBlock(columns, rows.slice(from, from + ROWS_PER_BINARY_INSERT))
    await insertPage(store, { table, columns, format: 'Native', page, from, token })
  }
}

interface RowPage {
  readonly table: string
  readonly columns: readonly { readonly name: string }[]
  readonly format: 'RowBinary' | 'Native'
  readonly page: Buffer
  /** Which row of the insert the first of the page is. */
  readonly from: number
  readonly token: string | undefined
}

async function insertPage(
  store: Store,
  { table, columns, format, page, from, token }: RowPage,
): Promise<void> {
  const names = columns.map(({ name }) => `\`${name}\``).join(', ')
  const { stream } = await store.client.exec({
    query: `INSERT INTO ${table} (${names}) FORMAT ${format}`,
    values: Readable.from([page], { objectMode: false }),
    clickhouse_settings: {
      // Rows of one key in one insert fold in a merge like any others; looking for them costs a sort.
      optimize_on_insert: 0,
      ...(token === undefined ? {} : { insert_deduplication_token: `${token}/${table}/${from}` }),
    },
  })
  await finished(stream.resume())
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
