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

/** A buffer that grows, and the place in it where the next value goes. */
class Page {
  #buffer: Buffer
  #end = 0

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes)
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value)
    this.#room(bytes + 5)
    let left = bytes
    for (; left >= 0x80; left >>>= 7) this.#buffer[this.#end++] = (left & 0x7f) | 0x80
    this.#buffer[this.#end++] = left
    this.#end += this.#buffer.write(value, this.#end, 'utf8')
  }

  uint32(value: number): void {
    this.#room(4)
    this.#end = this.#buffer.writeUInt32LE(value, this.#end)
  }

  int8(value: number): void {
    this.#room(1)
    this.#end = this.#buffer.writeInt8(value, this.#end)
  }

  uint64(value: bigint): void {
    this.#room(8)
    this.#end = this.#buffer.writeBigUInt64LE(value, this.#end)
  }

  int64(value: bigint): void {
    this.#room(8)
    this.#end = this.#buffer.writeBigInt64LE(value, this.#end)
  }

  float64(value: number): void {
    this.#room(9)
    this.#buffer[this.#end++] = 0
    this.#end = this.#buffer.writeDoubleLE(value, this.#end)
  }

  missing(): void {
    this.#room(1)
    this.#buffer[this.#end++] = 1
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end)
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(2 * this.#buffer.length + bytes)
    this.#buffer.copy(grown, 0, 0, this.#end)
    this.#buffer = grown
  }
}
