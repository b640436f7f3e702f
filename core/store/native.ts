import { Page } from './page.ts'

/**
 * Rows in ClickHouse's Native format, column by column: nothing is left for the engine to parse, and of a
 * LowCardinality column each value is written and looked up once instead of once a row (ClickHouse docs, "Native";
 * `SerializationLowCardinality.cpp`).
 */
export type NativeColumn<Row> =
  | {
      readonly name: string
      readonly type: 'String' | 'LowCardinality(String)'
      readonly of: (row: Row) => string | undefined
    }
  | {
      readonly name: string
      /** Whole numbers from 0 to 2^53; a time is epoch ms. */
      readonly type: 'UInt32' | 'UInt64' | "DateTime64(3, 'UTC')"
      readonly of: (row: Row) => number
    }

/** All rows as one block. */
export function nativeBlock<Row>(
  columns: readonly NativeColumn<Row>[],
  rows: readonly Row[],
): Buffer {
  const page = new Page(1_024 + rows.length * 256)
  page.varint(columns.length)
  page.varint(rows.length)
  for (const column of columns) {
    page.text(column.name)
    page.text(column.type)
    switch (column.type) {
      case 'String':
        for (const row of rows) page.text(column.of(row) ?? '')
        break
      case 'LowCardinality(String)':
        dictionary(page, rows, column.of)
        break
      case 'UInt32':
        for (const row of rows) page.uint32(column.of(row))
        break
      case 'UInt64':
      case "DateTime64(3, 'UTC')":
        for (const row of rows) page.count(column.of(row))
        break
    }
  }
  return page.bytes()
}

/** Keys of this block follow, and the dictionary of the part is to be brought up to date with them. */
const OWN_KEYS = 0x200 | 0x400
const VERSION = 1

/** Each value once, then the place of each row's among them. */
function dictionary<Row>(
  page: Page,
  rows: readonly Row[],
  of: (row: Row) => string | undefined,
): void {
  // The first key is the type's default.
  const places = new Map([['', 0]])
  const placeOfRow = new Uint32Array(rows.length)
  let lastValue = ''
  let lastPlace = 0
  rows.forEach((row, index) => {
    const value = of(row) ?? ''
    // Rows of one file come one after the other and say the same.
    if (value !== lastValue) {
      lastValue = value
      lastPlace = places.get(value) ?? places.size
      if (lastPlace === places.size) places.set(value, lastPlace)
    }
    placeOfRow[index] = lastPlace
  })
  const { width, array } = narrowest(placeOfRow, places.size)
  page.count(VERSION)
  page.count(OWN_KEYS | width)
  page.count(places.size)
  for (const value of places.keys()) page.text(value)
  page.count(rows.length)
  page.raw(new Uint8Array(array.buffer))
}

/** Places in as few bytes as hold them; the format calls one byte 0, two bytes 1, four bytes 2. */
function narrowest(places: Uint32Array, values: number) {
  if (values <= 0x100) return { width: 0, array: Uint8Array.from(places) }
  if (values <= 0x1_0000) return { width: 1, array: Uint16Array.from(places) }
  return { width: 2, array: places }
}
