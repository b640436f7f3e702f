import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { assertMigrated, migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'

const jobs = `-- The jobs; all of them.
CREATE TABLE IF NOT EXISTS jobs (id UInt32, name String DEFAULT ';') ENGINE = MergeTree ORDER BY id;
CREATE VIEW IF NOT EXISTS job_names AS SELECT name FROM jobs;
`
const states = 'ALTER TABLE jobs ADD COLUMN IF NOT EXISTS state String;'

describe.skipIf(chdbMissing)('migrate', () => {
  let store: Store
  let folder: string
  const rows = async (query: string): Promise<unknown[]> =>
    (await store.client.query({ query, format: 'JSONEachRow' })).json()
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql)
  }
  const recorded = () => rows('SELECT id, name FROM schema_migrations FINAL ORDER BY id')

  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
  })
  afterAll(() => store?.close())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-schema-'))
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true })
    for (const name of ['job_names', 'jobs', 'schema_migrations']) {
      await store.client.command({ query: `DROP TABLE IF EXISTS ${name}` })
    }
  })

  test('a fresh database gets every step, in order', async () => {
    write({ '002-states.sql': states, '001-jobs.sql': jobs, 'notes.md': 'not a step' })
    expect(await migrate(store, { folder })).toEqual(['001-jobs', '002-states'])
    expect(await recorded()).toEqual([
      { id: 1, name: 'jobs' },
      { id: 2, name: 'states' },
    ])
    expect(
      await rows(
        "SELECT name FROM system.columns WHERE table = 'jobs' AND database = currentDatabase()",
      ),
    ).toEqual([{ name: 'id' }, { name: 'name' }, { name: 'state' }])
  })

  test('a second time there is nothing to do, and a new step is all that runs', async () => {
    write({ '001-jobs.sql': jobs })
    await migrate(store, { folder })
    expect(await migrate(store, { folder })).toEqual([])
    write({ '001-jobs.sql': jobs.replaceAll('\n', '\r\n'), '002-states.sql': states })
    expect(await migrate(store, { folder })).toEqual(['002-states'])
  })

  test('for reading alone it must be there, and as new as this version', async () => {
    write({ '001-jobs.sql': jobs })
    await expect(assertMigrated(store, { folder })).rejects.toThrow(/holds nothing of Weir/)
    await migrate(store, { folder })
    await expect(assertMigrated(store, { folder })).resolves.toBeUndefined()
    write({ '002-states.sql': states })
    await expect(assertMigrated(store, { folder })).rejects.toThrow(
      /older version of Weir: it lacks step 002-states/,
    )
  })

  test('two at the same time end as one', async () => {
    write({ '001-jobs.sql': jobs, '002-states.sql': states })
    await Promise.all([migrate(store, { folder }), migrate(store, { folder })])
    expect(await recorded()).toEqual([
      { id: 1, name: 'jobs' },
      { id: 2, name: 'states' },
    ])
    expect(await migrate(store, { folder })).toEqual([])
  })

  test('a step that fails is named, not recorded, and runs again when it is mended', async () => {
    write({ '001-jobs.sql': `${jobs} CREATE TABLE broken (a Nonsense) ENGINE = Memory;` })
    await expect(migrate(store, { folder })).rejects.toMatchObject({
      code: 'store-migration',
      message: expect.stringMatching(
        /^The database "weir" could not be migrated: step 001-jobs failed \(.*Nonsense.*It has not been recorded/s,
      ),
    })
    expect(await recorded()).toEqual([])
    write({ '001-jobs.sql': jobs })
    expect(await migrate(store, { folder })).toEqual(['001-jobs'])
  })

  test('a step whose text has changed is refused', async () => {
    write({ '001-jobs.sql': jobs })
    await migrate(store, { folder })
    write({ '001-jobs.sql': `${jobs}SELECT 1;` })
    await expect(migrate(store, { folder })).rejects.toMatchObject({
      code: 'store-changed',
      message:
        'The database "weir" was made with another text of step 001-jobs than this version has. Steps that were released must not change; add a new one at the end, or use another database.',
    })
  })

  test('a database of a newer version is refused', async () => {
    write({ '001-jobs.sql': jobs, '002-states.sql': states })
    await migrate(store, { folder })
    rmSync(join(folder, '002-states.sql'))
    await expect(migrate(store, { folder })).rejects.toMatchObject({
      code: 'store-newer',
      message:
        'The database "weir" belongs to a newer version of Weir: it has step 002-states, this version ends with 001-jobs. Start the newer version again, or use another database.',
    })
  })

  test('a step that comes in before one that was taken is refused', async () => {
    write({ '002-jobs.sql': jobs })
    await migrate(store, { folder })
    write({ '001-first.sql': 'SELECT 1' })
    await expect(migrate(store, { folder })).rejects.toThrow(
      'The database "weir" was made with step 002-jobs where this version has 001-first.',
    )
  })

  test('two steps of one number are refused', async () => {
    write({ '001-jobs.sql': jobs, '001-states.sql': states })
    await expect(migrate(store, { folder })).rejects.toThrow('use the number 1 twice (states)')
  })
})

describe.skipIf(chdbMissing)('the schema that ships', () => {
  test('bears to run twice, as a step that was interrupted does', async () => {
    const store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    try {
      const steps = await migrate(store)
      await store.client.command({ query: 'TRUNCATE TABLE schema_migrations' })
      expect(await migrate(store)).toEqual(steps)
    } finally {
      await store.close()
    }
  })
})
