import { ConfigError } from '../core/kit/errors.ts'
import type { Scope } from '../core/kit/scope.ts'
import type { ChdbConfig, StoreConfig } from '../core/store/config.ts'
import { assertMigrated, migrate } from '../core/store/migrate.ts'
import { openStore, type Store } from '../core/store/open.ts'

/**
 * Opens the store with the schema of this version; it closes with the scope.
 * @throws ConfigError when no store is configured, StoreError when it cannot be used
 */
export async function openMigratedStore(
  config: StoreConfig | undefined,
  scope: Scope,
): Promise<Store> {
  if (!config) {
    throw new ConfigError(
      'store: missing; say where everything is kept, such as store: { kind: clickhouse, url: http://clickhouse:8123 }.',
    )
  }
  const store = await openStore(config, { signal: scope.signal })
  scope.add('store', () => store.close())
  await migrate(store, {
    cluster: config.kind === 'clickhouse' ? config.cluster : undefined,
    signal: scope.signal,
  })
  return store
}

/**
 * Opens a store for reading alone; it closes with the scope.
 * @throws StoreError when it cannot be used, or has another schema than this version reads
 */
export async function openStoreToRead(config: StoreConfig, scope: Scope): Promise<Store> {
  const store = await openStore(config, { signal: scope.signal })
  scope.add('store', () => store.close())
  await assertMigrated(store, { signal: scope.signal })
  return store
}

/** The store inside this process that commands without a configuration use; it shares two cores with the rest. */
export function embeddedStore(path: string): ChdbConfig {
  return {
    kind: 'chdb',
    path,
    database: 'weir',
    lanes: 3,
    threads: 2,
    backgroundThreads: 2,
    maxMemoryBytes: 800_000_000,
    maxQueryMemoryBytes: 300_000_000,
    fsync: false,
  }
}
