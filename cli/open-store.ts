import { ConfigError } from '../core/kit/errors.ts'
import type { Scope } from '../core/kit/scope.ts'
import type { StoreConfig } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
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
