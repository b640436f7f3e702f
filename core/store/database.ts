import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client'
import { quote, quoteName } from './sql.ts'

const unknownDatabase = '81'

/**
 * Makes the database if it is not there. Asks first, so that a user without the right to make databases
 * can use one that somebody else made.
 * @param connect a client whose statements run in the named database
 */
export async function ensureDatabase(
  connect: (database: string) => ClickHouseClient,
  database: string,
  options: { readonly cluster?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const request = options.signal ? { abort_signal: options.signal } : {}
  const client = connect(database)
  try {
    await client.command({ query: 'SELECT 1', ...request })
    return
  } catch (error) {
    if (!(error instanceof ClickHouseError && error.code === unknownDatabase)) throw error
  } finally {
    await client.close()
  }
  const bootstrap = connect('default')
  try {
    const cluster = options.cluster === undefined ? '' : ` ON CLUSTER ${quote(options.cluster)}`
    await bootstrap.command({
      query: `CREATE DATABASE IF NOT EXISTS ${quoteName(database)}${cluster} ENGINE = Atomic`,
      ...request,
    })
  } finally {
    await bootstrap.close()
  }
}
