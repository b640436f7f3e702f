import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ClickHouseClientConfigOptions, ClickHouseSettings } from '@clickhouse/client'
// The client's own writing of values; its package does not export it, and its version is pinned.
import { formatQueryParams, formatQuerySettings } from '@clickhouse/client/dist/common/index.js'
import type { ChdbPool } from './pool.ts'
import type { Answer } from './run.ts'

/** The client's plug for engines other than HTTP; not exported by name. */
type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>
type Params = Parameters<Connection['command']>[0] & { readonly values?: string | Readable }

/**
 * Lets `createClient` talk to the embedded engine. Closing the connection leaves the pool open, as several
 * clients may share it.
 */
export function chdbConnection(pool: ChdbPool, database: string): Connection {
  const run = async (params: Params) => {
    const answer = await pool.run({
      sql: params.query,
      database,
      settings: settingTexts(params.clickhouse_settings),
      params: parameterTexts(params.query_params),
      body: params.values,
      signal: params.abort_signal,
    })
    return {
      query_id: params.query_id ?? randomUUID(),
      response_headers: {},
      http_status_code: 200,
      summary: summaryOf(answer),
      stream: answer.stream,
    }
  }
  const runToEnd = async (params: Params) => {
    const { stream, ...result } = await run(params)
    await finished(stream.resume())
    return result
  }
  return {
    query: run,
    exec: run,
    command: runToEnd,
    insert: runToEnd,
    async ping() {
      try {
        await pool.control('SELECT 1')
        return { success: true }
      } catch (error) {
        return { success: false, error: error instanceof Error ? error : new Error(String(error)) }
      }
    },
    close: async () => {},
  }
}

/** What ClickHouse says in its X-ClickHouse-Summary header. */
export function summaryOf({ rows, bytes, elapsedMs }: Answer) {
  return {
    read_rows: '0',
    read_bytes: '0',
    written_rows: String(rows),
    written_bytes: String(bytes),
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: '0',
    elapsed_ns: String(Math.round(elapsedMs * 1e6)),
  }
}

/** Settings as the texts that HTTP would carry; those that are undefined are not sent. */
export function settingTexts(settings: ClickHouseSettings = {}): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) result[name] = formatQuerySettings(value)
  }
  return result
}

/** An absent value is NULL, as over HTTP. */
function parameterTexts(params: Params['query_params'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, formatQueryParams({ value })]),
  )
}
