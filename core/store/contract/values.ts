import { expect, test } from 'vitest'
import type { Subject } from './subject.ts'

/** Parameters and settings reach their statement unharmed, and no other statement. */
export function valueContract({ client, command, rows }: Subject): void {
  test.each<[string, string, unknown, unknown]>([
    ['a number', '{x:UInt32}', 7, 7],
    ['a text', '{x:String}', `x'\\\t\n{y:String};--`, `x'\\\t\n{y:String};--`],
    ['a list', '{x:Array(String)}', [`p'`, 'q'], [`p'`, 'q']],
    ['null', '{x:Nullable(Int32)}', null, null],
    ['a boolean', '{x:Bool}', true, true],
    ['a map', '{x:Map(String, UInt8)}', { k: 1 }, { k: 1 }],
    ['NaN', 'isNaN({x:Float64})', Number.NaN, 1],
    [
      'a time with milliseconds',
      `toString({x:DateTime64(3, 'UTC')})`,
      new Date(1_700_000_000_123),
      '2023-11-14 22:13:20.123',
    ],
    ['a name', '(SELECT count() FROM {x:Identifier})', 'item', 0],
    [
      'a long list',
      'length({x:Array(UInt32)})',
      Array.from({ length: 20_000 }, (_, i) => i),
      20_000,
    ],
  ])('a parameter carries %s', async (_, expression, x, expected) => {
    expect(await rows(`SELECT ${expression} AS v`, { query_params: { x } })).toEqual([
      { v: expected },
    ])
  })

  test('a command takes parameters', async () => {
    const query = 'CREATE TABLE {name:Identifier} (a UInt8) ENGINE = Memory'
    await client().command({ query, query_params: { name: 'made' } })
    expect(await rows('EXISTS made')).toEqual([{ result: 1 }])
  })

  test('a setting holds for its own statement only', async () => {
    const query = "SELECT getSetting('max_block_size') AS v"
    const before = await rows(query)
    expect(await rows(query, { clickhouse_settings: { max_block_size: '1234' } })).toEqual([
      { v: 1234 },
    ])
    for (let i = 0; i < 8; i++) expect(await rows(query)).toEqual(before)
  })

  test('a deduplication token drops the repeat of its own insert and no other insert', async () => {
    await command(
      'CREATE TABLE once (a UInt32) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
    )
    const insert = (a: number, clickhouse_settings = {}) =>
      client().insert({
        table: 'once',
        values: [{ a }],
        format: 'JSONEachRow',
        clickhouse_settings,
      })
    await insert(1, { insert_deduplication_token: 'x' })
    await insert(2, { insert_deduplication_token: 'x' })
    await insert(3, { insert_deduplication_token: 'y' })
    await insert(9)
    expect(await rows('SELECT a FROM once ORDER BY a')).toEqual([{ a: 1 }, { a: 3 }, { a: 9 }])
  })
}
