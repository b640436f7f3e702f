import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client'
import { messageOf, StoreError, WeirError } from '../kit/errors.ts'
import { chdbConnection, settingTexts } from './chdb/connection.ts'
import { ChdbPool } from './chdb/pool.ts'
import type { ChdbConfig, ClickhouseConfig, StoreConfig } from './config.ts'
import { ensureDatabase } from './database.ts'

/** The open store: one client over either engine. Only the reports of our own health ask which it is. */
export interface Store {
  readonly engine: StoreConfig['kind']
  /** Its statements run in `database`; every failure is a ClickHouseError with `code` and `type`. */
  readonly client: ClickHouseClient
  readonly database: string
  /** Stops what runs and lets the engine go. A second call joins the first. */
  close(): Promise<void>
}

/** An engine before anybody has asked whether our database exists. */
interface Backend {
  connect(database: string): ClickHouseClient
  close(): Promise<void>
}

/**
 * What both engines must agree on, whatever a server's profile says. `async_insert` would acknowledge
 * batches that a crash can lose and ignore deduplication tokens of materialized views.
 */
const sharedSettings: ClickHouseSettings = {
  async_insert: 0,
  date_time_input_format: 'best_effort',
  input_format_skip_unknown_fields: 0,
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
}

/**
 * Opens the store and makes its database if needed; tables come from `migrate`.
 * @throws StoreError that says what is wrong with which setting; retriable when a server does not answer
 */
export async function openStore(
  config: StoreConfig,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Store> {
  signal?.throwIfAborted()
  const backend = config.kind === 'chdb' ? await embedded(config) : server(config)
  try {
    const cluster = config.kind === 'clickhouse' ? config.cluster : undefined
    await ensureDatabase(backend.connect, config.database, { cluster, signal })
    signal?.throwIfAborted()
  } catch (cause) {
    await backend.close()
    signal?.throwIfAborted()
    throw describe(config, cause)
  }
  const client = backend.connect(config.database)
  let closing: Promise<void> | undefined
  return {
    engine: config.kind,
    client,
    database: config.database,
    close() {
      closing ??= client.close().then(() => backend.close())
      return closing
    },
  }
}

async function embedded(config: ChdbConfig): Promise<Backend> {
  const pool = await ChdbPool.open(config, settingTexts(sharedSettings))
  return {
    connect: (database) =>
      createClient({
        connection: chdbConnection(pool, database),
        clickhouse_settings: sharedSettings,
        log: { level: ClickHouseLogLevel.OFF },
      }),
    close: () => pool.close(),
  }
}

function server(config: ClickhouseConfig): Backend {
  return {
    connect: (database) =>
      createClient({
        url: config.url,
        database,
        username: config.username,
        password: config.password,
        application: 'weir',
        request_timeout: config.requestTimeoutMs,
        max_open_connections: config.maxConnections,
        compression: { request: config.compression, response: config.compression },
        // Long lists of ids do not fit into an address.
        use_multipart_params_auto: true,
        clickhouse_settings: {
          ...sharedSettings,
          // Without it a server computes on after we hang up.
          cancel_http_readonly_queries_on_client_close: 1,
        },
        // Every failure is thrown; whoever catches it logs it in our voice.
        log: { level: ClickHouseLogLevel.OFF },
      }),
    close: async () => {},
  }
}

const accessCodes = new Set(['192', '193', '194', '497', '516'])

function describe(config: StoreConfig, cause: unknown): Error {
  if (cause instanceof WeirError) return cause
  if (config.kind === 'chdb') {
    return new StoreError(
      `The embedded store ${config.path} opened, but its database "${config.database}" cannot be used: ${messageOf(cause)}`,
      { code: 'store-open', cause },
    )
  }
  const where = `ClickHouse at ${new URL(config.url).origin}`
  if (!(cause instanceof ClickHouseError)) {
    return new StoreError(
      `${where} does not answer (${messageOf(cause)}). Check store.url and that the server runs.`,
      { code: 'store-unreachable', retriable: true, cause },
    )
  }
  if (accessCodes.has(cause.code)) {
    return new StoreError(
      `${where} refused the user "${config.username}": ${cause.message.trim()} Check store.username, store.password and the rights on database "${config.database}".`,
      { code: 'store-access', cause },
    )
  }
  return new StoreError(
    `${where} answered, but its database "${config.database}" cannot be used: ${cause.message.trim()}`,
    { code: 'store-open', cause },
  )
}
