import { type BaseQueryParams, ClickHouseError } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { endless, failure, type Subject } from './subject.ts'

/** Failures say which they are, and the next statement does not notice them. */
export function failureContract({ command, rows }: Subject): void {
  test.each<[string, string, BaseQueryParams, { code: string; type: string }]>([
    ['an unknown table', 'SELECT * FROM nope', {}, { code: '60', type: 'UNKNOWN_TABLE' }],
    ['nonsense', 'SELEC 1', {}, { code: '62', type: 'SYNTAX_ERROR' }],
    [
      'two statements',
      'SELECT 1; DROP TABLE item; SELECT 1',
      {},
      { code: '62', type: 'SYNTAX_ERROR' },
    ],
    [
      'two statements without a result to stream',
      'EXISTS item; DROP TABLE item; EXISTS item',
      {},
      { code: '62', type: 'SYNTAX_ERROR' },
    ],
    [
      'an unknown setting',
      'SELECT 1',
      { clickhouse_settings: { nope_x: 1 } },
      { code: '115', type: 'UNKNOWN_SETTING' },
    ],
    [
      'too long a run',
      endless,
      { clickhouse_settings: { max_execution_time: 1 } },
      { code: '159', type: 'TIMEOUT_EXCEEDED' },
    ],
    [
      'a failure in the middle of a result that begins with FROM',
      'FROM numbers(4000000) SELECT throwIf(number = 3000000) AS x',
      {},
      { code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' },
    ],
    [
      'a failure in the middle of a result',
      'SELECT throwIf(number = 3000000) AS x FROM numbers(4000000)',
      {},
      { code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' },
    ],
  ])(
    '%s is a ClickHouseError with code and type, and leaves nothing behind',
    async (_, query, options, expected) => {
      const error = await failure(rows(query, options))
      expect(error).toBeInstanceOf(ClickHouseError)
      expect(error).toMatchObject(expected)
      for (let i = 0; i < 8; i++) {
        expect(await rows('SELECT 42 AS a, count() AS items FROM item')).toEqual([
          { a: 42, items: 0 },
        ])
      }
    },
  )

  test('a forgotten parameter is an error, also after a statement that had it', async () => {
    for (let i = 0; i < 8; i++) await rows('SELECT {x:UInt8} AS x', { query_params: { x: 1 } })
    expect(await failure(rows('SELECT {x:UInt8} AS x'))).toMatchObject({ code: '456' })
  })

  test('a failed command leaves nothing in front of the next result', async () => {
    for (let i = 0; i < 8; i++) {
      const query = 'INSERT INTO item (id) SELECT throwIf(number = 300000) FROM numbers(400000)'
      expect(await failure(command(query))).toMatchObject({ code: '395' })
      expect(await rows('SELECT 42 AS a')).toEqual([{ a: 42 }])
    }
  })
}
