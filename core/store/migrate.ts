import { messageOf, StoreError } from '../kit/errors.ts'
import type { Store } from './open.ts'
import { renderSchema } from './render-schema.ts'
import { type Migration, readMigrations, shippedSchema } from './schema-files.ts'
import { splitStatements } from './sql.ts'

export interface MigrateOptions {
  /** Numbered SQL files; those of this version unless said otherwise. */
  readonly folder?: string
  /** Renders the schema for this cluster. */
  readonly cluster?: string | undefined
  readonly signal?: AbortSignal | undefined
}

type Recorded = Pick<Migration, 'id' | 'name' | 'checksum'>

// Two processes may record the same step; the same rows fold into one.
const versionTable = `CREATE TABLE IF NOT EXISTS schema_migrations (
  id UInt32,
  name String,
  checksum String,
  appliedAt DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree ORDER BY id`

/**
 * Brings the database to the schema of this version and returns the names of the steps it took, none when
 * nothing was to do. Forward only. A step is recorded after its last statement; one that was interrupted
 * runs again from its beginning, so its statements must bear that (`IF NOT EXISTS`). For the same reason
 * two processes do each other no harm.
 * @throws StoreError when the database is newer than this version, a recorded file has changed since, or a
 * statement fails
 */
export async function migrate(
  store: Store,
  { folder = shippedSchema(), cluster, signal }: MigrateOptions = {},
): Promise<string[]> {
  const migrations = readMigrations(folder)
  await runAll(store, renderSchema(versionTable, { cluster }), signal)
  const recorded = await readRecorded(store, signal)
  refuseForeign(recorded, migrations, store.database)
  const pending = migrations.slice(recorded.length)
  for (const migration of pending) {
    try {
      await runAll(store, renderSchema(migration.sql, { cluster }), signal)
    } catch (cause) {
      signal?.throwIfAborted()
      throw new StoreError(
        `The database "${store.database}" could not be migrated: step ${titleOf(migration)} failed (${messageOf(cause).trim()}). It has not been recorded and will run again at the next start.`,
        { code: 'store-migration', cause },
      )
    }
    const { id, name, checksum } = migration
    await store.client.insert({
      table: 'schema_migrations',
      columns: ['id', 'name', 'checksum'],
      values: [{ id, name, checksum }],
      format: 'JSONEachRow',
    })
  }
  return pending.map(titleOf)
}

/**
 * Says nothing when the database has exactly the schema of this version. For those who only read.
 * @throws StoreError when it has no tables of Weir, is older, or is newer
 */
export async function assertMigrated(
  store: Store,
  { folder = shippedSchema(), signal }: Omit<MigrateOptions, 'cluster'> = {},
): Promise<void> {
  const migrations = readMigrations(folder)
  const { database } = store
  if (!(await hasVersionTable(store, signal))) {
    throw new StoreError(
      `The database "${database}" holds nothing of Weir. Give the store that a running Weir writes to.`,
      { code: 'store-foreign' },
    )
  }
  const recorded = await readRecorded(store, signal)
  refuseForeign(recorded, migrations, database)
  const missing = migrations[recorded.length]
  if (missing) {
    throw new StoreError(
      `The database "${database}" was made by an older version of Weir: it lacks step ${titleOf(missing)}. Start this version on it once, or read it with the older one.`,
      { code: 'store-older' },
    )
  }
}

async function hasVersionTable(store: Store, signal: AbortSignal | undefined): Promise<boolean> {
  const result = await store.client.query({
    query:
      "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
    format: 'JSONEachRow',
    ...(signal && { abort_signal: signal }),
  })
  return (await result.json()).length > 0
}

async function runAll(
  store: Store,
  script: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const query of splitStatements(script)) {
    await store.client.command({
      query,
      // Each statement has happened everywhere before the next one begins.
      clickhouse_settings: { alter_sync: '2', mutations_sync: '2', wait_end_of_query: 1 },
      ...(signal && { abort_signal: signal }),
    })
  }
}

async function readRecorded(store: Store, signal: AbortSignal | undefined): Promise<Recorded[]> {
  const result = await store.client.query({
    query: 'SELECT id, name, checksum FROM schema_migrations FINAL ORDER BY id',
    format: 'JSONEachRow',
    ...(signal && { abort_signal: signal }),
  })
  return result.json<Recorded>()
}

/** What is recorded must be the beginning of what we have. */
function refuseForeign(
  recorded: readonly Recorded[],
  migrations: readonly Migration[],
  database: string,
): void {
  const newest = recorded.at(-1)
  const last = migrations.at(-1)
  if (newest && newest.id > (last?.id ?? 0)) {
    throw new StoreError(
      `The database "${database}" belongs to a newer version of Weir: it has step ${titleOf(newest)}, this version ends with ${last ? titleOf(last) : 'none'}. Start the newer version again, or use another database.`,
      { code: 'store-newer' },
    )
  }
  recorded.forEach((step, index) => {
    const ours = migrations[index]
    if (ours?.id === step.id && ours.checksum === step.checksum) return
    const difference =
      ours && ours.id !== step.id
        ? `with step ${titleOf(step)} where this version has ${titleOf(ours)}`
        : `with another text of step ${titleOf(step)} than this version has`
    throw new StoreError(
      `The database "${database}" was made ${difference}. Steps that were released must not change; add a new one at the end, or use another database.`,
      { code: 'store-changed' },
    )
  })
}

function titleOf({ id, name }: Pick<Migration, 'id' | 'name'>): string {
  return `${String(id).padStart(3, '0')}-${name}`
}
