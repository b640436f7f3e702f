import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { renderSchema } from './render-schema.ts'
import { readMigrations, shippedSchema } from './schema-files.ts'
import { splitStatements } from './sql.ts'

/** Tables of facts and diagnoses, with the days that they remember. */
const days = {
  task_samples: 7,
  process_samples: 7,
  job_samples: 7,
  events: 400,
  episodes: 400,
  scores: 400,
  findings: 400,
  advice: 400,
  follow_ups: 400,
  trackers: 30,
}

describe.skipIf(chdbMissing)('the tables', () => {
  let store: Store
  const rows = async <T>(query: string): Promise<T[]> =>
    (await store.client.query({ query, format: 'JSONEachRow' })).json<T>()

  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  test.each([
    ['task_samples', taskMetrics],
    ['process_samples', processMetrics],
    ['job_samples', jobMetrics],
  ])('%s has a column for each metric of the catalogue, and no other', async (table, metrics) => {
    const columns = await rows<{ name: string; type: string }>(
      `SELECT name, type FROM system.columns
       WHERE database = '${store.database}' AND table = '${table}' AND NOT is_in_sorting_key
       ORDER BY position`,
    )
    // Absent must be NULL: a 0 would be a measurement.
    expect(columns).toEqual(
      Object.keys(metrics).map((name) => ({ name, type: 'Nullable(Float64)' })),
    )
  })

  test('repeats fold, tokens are remembered, and what is old is forgotten', async () => {
    const tables = await rows<{ name: string; engine: string; ddl: string }>(
      `SELECT name, engine, create_table_query AS ddl FROM system.tables
       WHERE database = '${store.database}' AND name IN ('${Object.keys(days).join("', '")}')`,
    )
    expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(days).sort())
    for (const { name, engine, ddl } of tables) {
      expect([name, engine]).toEqual([name, 'ReplacingMergeTree'])
      expect(ddl).toContain('non_replicated_deduplication_window = 1000')
      const [, kept] = /TTL .* \+ toIntervalDay\((\d+)\)/.exec(ddl) ?? []
      expect([name, Number(kept)]).toEqual([name, days[name as keyof typeof days]]) // Asked for above.
    }
  })

  test('forgetting can be switched off, for what is shown of long ago', async () => {
    for (const table of Object.keys(days)) {
      await store.client.command({ query: `ALTER TABLE ${table} REMOVE TTL` })
    }
    const [left] = await rows<{ n: number }>(
      `SELECT count() AS n FROM system.tables
       WHERE database = '${store.database}' AND name IN ('${Object.keys(days).join("', '")}')
         AND position(create_table_query, ' TTL ') > 0`,
    )
    expect(left?.n).toBe(0)
  })
})

test('on a cluster every table is a replicated one', () => {
  for (const { name, sql } of readMigrations(shippedSchema())) {
    const rendered = renderSchema(sql, { cluster: 'weir' })
    const created = rendered.match(/CREATE TABLE IF NOT EXISTS \w+ ON CLUSTER 'weir'/g) ?? []
    const engines = rendered.match(/ENGINE = Replicated(?:Replacing|Aggregating)MergeTree/g) ?? []
    expect([name, created.length]).toEqual([name, engines.length])
    expect(rendered.match(/ ON CLUSTER 'weir'/g)?.length).toBe(splitStatements(sql).length)
    expect(rendered).not.toContain('non_replicated_deduplication_window')
  }
})
