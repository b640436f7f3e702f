import type { BaseQueryParams, ClickHouseClient } from '@clickhouse/client'
import type { Store } from '../open.ts'

/** What the parts of the contract work with: short words over the store under test. */
export interface Subject {
  client(): ClickHouseClient
  command(query: string): Promise<unknown>
  rows(query: string, options?: BaseQueryParams): Promise<unknown[]>
  /** Texts of the statements that the engine runs now and that contain a part. */
  running(part: string): Promise<unknown[]>
}

/** Longer than any test waits, so that only being stopped ends it. */
export const endless =
  'SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 3'

export function subject(store: () => Store): Subject {
  const client = () => store().client
  const rows = async (query: string, options: BaseQueryParams = {}): Promise<unknown[]> =>
    (await client().query({ query, format: 'JSONEachRow', ...options })).json()
  return {
    client,
    rows,
    command: (query) => client().command({ query }),
    running: (part) =>
      rows(
        "SELECT query FROM system.processes WHERE query LIKE {part:String} AND query NOT LIKE '%system.processes%'",
        { query_params: { part: `%${part}%` } },
      ),
  }
}

/** The error of an attempt that must fail. */
export function failure(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'no error',
    (error: unknown) => error,
  )
}
