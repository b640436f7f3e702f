import { parseArgs } from 'node:util'
import { ChdbPool } from '../../core/store/chdb/pool.ts'
import { chdbConfig, temporaryPath } from '../../core/store/config.ts'
import { startHttpAdapter } from './http-adapter.ts'

/**
 * A ClickHouse for tests in a process of its own:
 * `UV_THREADPOOL_SIZE=16 node dist/test/store/serve.js --path DIR --port N [--password P] [--lanes N]`.
 * Without --path the data goes when the process ends. Prints `listening http://127.0.0.1:N`, ends on SIGTERM.
 */
const { values } = parseArgs({
  options: {
    path: { type: 'string', default: temporaryPath },
    port: { type: 'string', default: '0' },
    password: { type: 'string', default: '' },
    lanes: { type: 'string', default: '4' },
  },
})

// A server has no defaults of ours: what a statement needs must come over the wire.
const pool = await ChdbPool.open(
  chdbConfig.parse({ kind: 'chdb', path: values.path, lanes: Number(values.lanes) }),
)
const adapter = await startHttpAdapter({
  pool,
  port: Number(values.port),
  password: values.password,
})
process.stdout.write(`listening ${adapter.url}\n`)

const stop = () => {
  void adapter.close().then(() => pool.close())
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
