import { Page } from './page.ts'

/**
 * Rows in ClickHouse's RowBinary format: a third of the engine's CPU time that the same rows cost as JSON.
 * Little-endian; a string is its length as LEB128 and its UTF-8 bytes; a Nullable value follows a byte that
 * is 1 for NULL; a LowCardinality column is written as what it holds (ClickHouse docs, "RowBinary").
 */
export interface BinaryColumn<Row> {
  readonly name: string
  readonly type: keyof typeof writers
  readonly of: (row: Row) => Value
}

/** All rows in one buffer, each as its columns in their order. */
export function rowBinary<Row>(
  columns: readonly BinaryColumn<Row>[],
  rows: readonly Row[],
): Buffer {
  const page = new Page(Math.max(1_024, rows.length * columns.length * 9))
  for (const row of rows) {
    for (const { type, of } of columns) writers[type](page, of(row))
  }
  return page.bytes()
}

type Value = string | number | bigint | null | undefined

const writers = {
  String: (page: Page, value: Value) => page.text(String(value ?? '')),
  UInt32: (page: Page, value: Value) => page.uint32(Number(value)),
  UInt64: (page: Page, value: Value) => page.uint64(BigInt(value ?? 0)),
  Int64: (page: Page, value: Value) => page.int64(BigInt(value ?? 0)),
  Int8: (page: Page, value: Value) => page.int8(Number(value)),
  /** Epoch ms. */
  'DateTime64(3)': (page: Page, value: Value) => page.int64(BigInt(Math.round(Number(value)))),
  /** What is absent, and what Flink could not compute (NaN), is NULL. */
  'Nullable(Float64)': (page: Page, value: Value) =>
    typeof value === 'number' && Number.isFinite(value) ? page.float64(value) : page.missing(),
} as const
