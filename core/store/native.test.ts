import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { storeConfig, temporaryPath } from './config.ts'
import type { NativeColumn } from './native.ts'
import { openStore, type Store } from './open.ts'
import { insertNative, selectRows } from './rows.ts'

interface Row {
  readonly id: number
  readonly at: number
  readonly small: number
  readonly kind: string | undefined
  readonly text: string | undefined
}

const columns: readonly NativeColumn<Row>[] = [
  { name: 'id', type: 'UInt64', of: ({ id }) => id },
  { name: 'at', type: "DateTime64(3, 'UTC')", of: ({ at }) => at },
  { name: 'small', type: 'UInt32', of: ({ small }) => small },
  { name: 'kind', type: 'LowCardinality(String)', of: ({ kind }) => kind },
  { name: 'text', type: 'String', of: ({ text }) => text },
]

const NOW = 1_767_607_872_345
const row = (id: number, more: Partial<Row> = {}): Row => ({
  ...{ id, at: NOW, small: id, kind: `kind ${id}`, text: 'x' },
  ...more,
})
const rowsOf = (count: number) => Array.from({ length: count }, (_, id) => row(id))

describe.skipIf(chdbMissing)('Native', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await store.client.command({
      query: `CREATE TABLE t (id UInt64, at DateTime64(3, 'UTC'), small UInt32, kind LowCardinality(String), text String)
        ENGINE = MergeTree ORDER BY id`,
    })
  })
  afterAll(() => store?.close())

  test.each<[string, readonly Row[]]>([
    ['one row', [row(1)]],
    ['nothing said', [row(1, { kind: undefined, text: undefined })]],
    ['the largest numbers', [row(2 ** 53 - 1, { small: 2 ** 32 - 1, at: 8_640_000_000_000 })]],
    ['signs of every length', [row(1, { kind: 'é中\u{1f4a5}', text: '中'.repeat(43) })]],
    [
      'texts around the length at which their length takes another byte',
      [42, 43, 127, 128, 129, 16_383, 16_384].map((length) =>
        row(length, { text: 'é'.repeat(length) }),
      ),
    ],
    [
      'a value that comes again after another',
      ['a', 'b', 'a', '', 'b'].map((kind, id) => row(id, { kind })),
    ],
    ['as many values as one byte tells apart', rowsOf(255)],
    ['one more', rowsOf(256)],
    ['as many values as two bytes tell apart', rowsOf(65_535)],
    ['one more than those', rowsOf(65_536)],
  ])('%s comes back as it was', async (_, rows) => {
    await store.client.command({ query: 'TRUNCATE TABLE t' })
    await insertNative(store, 't', columns, rows, {})
    const back = await selectRows<Row>(
      store,
      'SELECT toFloat64(id) AS id, toFloat64(toUnixTimestamp64Milli(t.at)) AS at, small, kind, text FROM t ORDER BY t.id',
      {},
    )
    expect(back).toEqual(
      [...rows]
        .sort((a, b) => a.id - b.id)
        .map((one) => ({ ...one, kind: one.kind ?? '', text: one.text ?? '' })),
    )
  })
})
