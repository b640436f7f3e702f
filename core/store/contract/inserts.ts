import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { failure, type Subject } from './subject.ts'

const bytesOf = (...values: (string | Buffer)[]) => Readable.from(values, { objectMode: false })

/** Whatever the rows look like and wherever they break, they arrive whole or not at all. */
export function insertContract({ client, command, rows }: Subject): void {
  const columns: [string, string] = ['id', 'text']
  const hostile = `a;'\n\n"é\\ DROP TABLE item;\n\n`
  test.each<[string, () => Promise<unknown>, [number, string][]]>([
    [
      'objects',
      () =>
        client().insert({
          table: 'item',
          values: [{ id: 1, text: hostile }],
          format: 'JSONEachRow',
        }),
      [[1, hostile]],
    ],
    [
      'a stream of arrays',
      () =>
        client().insert({
          table: 'item',
          columns,
          values: Readable.from([
            [2, 'b'],
            [3, 'c'],
          ]),
          format: 'JSONCompactEachRow',
        }),
      [
        [2, 'b'],
        [3, 'c'],
      ],
    ],
    [
      'CSV with a blank line and a statement in a text',
      () =>
        client().insert({
          table: 'item',
          columns,
          values: bytesOf('4,"x\n\nDROP TABLE item"\n', '5,"y"\n'),
          format: 'CSV',
        }),
      [
        [4, 'x\n\nDROP TABLE item'],
        [5, 'y'],
      ],
    ],
    [
      'Parquet',
      async () => {
        const query = "SELECT toUInt64(number) AS id, 'p' AS text FROM numbers(2) FORMAT Parquet"
        const parquet = await buffer((await client().exec({ query })).stream)
        await client().insert({
          table: 'item',
          columns,
          values: bytesOf(parquet),
          format: 'Parquet',
        })
      },
      [
        [0, 'p'],
        [1, 'p'],
      ],
    ],
    [
      'RowBinary with line feeds among the bytes',
      async () => {
        const row = Buffer.from([0x0a, 0x0a, 0, 0, 0, 0, 0, 0, 1, 0x0a])
        const { stream } = await client().exec({
          query: 'INSERT INTO item (id, text) FORMAT RowBinary',
          values: bytesOf(row, row),
        })
        await finished(stream.resume())
      },
      [
        [2570, '\n'],
        [2570, '\n'],
      ],
    ],
    [
      'an empty stream',
      () => client().insert({ table: 'item', values: Readable.from([]), format: 'JSONEachRow' }),
      [],
    ],
  ])('an insert takes %s', async (_, insert, expected) => {
    await insert()
    expect(await rows('SELECT * FROM item ORDER BY id')).toEqual(
      expected.map(([id, value]) => ({ id, text: value, copy: `d${value}` })),
    )
  })

  test('an insert whose source breaks writes nothing', async () => {
    const source = async function* () {
      for (let id = 0; id < 100_000; id++) yield `${id},${'x'.repeat(20)}\n`
      throw new Error('the source broke')
    }
    const values = Readable.from(source(), { objectMode: false })
    const insert = client().insert({ table: 'item', columns, values, format: 'CSV' })
    expect(await failure(insert)).toBeInstanceOf(Error)
    expect(await rows('SELECT count() AS n FROM item')).toEqual([{ n: 0 }])
  })

  test('an insert with one bad row at its end writes nothing', async () => {
    const values = [...Array.from({ length: 10_000 }, (_, id) => ({ id })), { id: 'zz' }]
    const insert = client().insert({ table: 'item', values, format: 'JSONEachRow' })
    expect(await failure(insert)).toMatchObject({ code: '27' })
    expect(await rows('SELECT count() AS n FROM item')).toEqual([{ n: 0 }])
  })

  test('an insert says how many rows it wrote', async () => {
    const values = [{ id: 1 }, { id: 2 }]
    const { summary } = await client().insert({
      table: 'item',
      values,
      format: 'JSONEachRow',
    })
    expect(summary?.written_rows).toBe('2')
  })

  test('a DELETE is done when its command ends', async () => {
    await client().insert({
      table: 'item',
      values: [{ id: 1 }, { id: 2 }],
      format: 'JSONEachRow',
    })
    await command('DELETE FROM item WHERE id = 1')
    expect(await rows('SELECT id FROM item')).toEqual([{ id: 2 }])
  })

  test('a field that no column has is an error, not a loss', async () => {
    const insert = client().insert({
      table: 'item',
      values: [{ id: 1, txet: 'x' }],
      format: 'JSONEachRow',
    })
    expect(await failure(insert)).toMatchObject({ code: '117' })
  })
}
