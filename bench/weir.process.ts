import { Hono } from 'hono'
import { Registry } from 'prom-client'
import { EmbeddedBusConfig } from '../core/bus/config.ts'
import { openEmbedded } from '../core/bus/embedded.ts'
import { systemClock } from '../core/kit/clock.ts'
import { serve } from '../core/kit/http.ts'
import { silentLog } from '../core/kit/log.ts'
import { createScope } from '../core/kit/scope.ts'
import { storeConfig } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore } from '../core/store/open.ts'
import { gatewayConfig } from '../gateway/config.ts'
import { startGateway } from '../gateway/start.ts'

/**
 * A gateway with the embedded bus and store in one process, as `weir up` has it, and beside it a door that
 * answers `POST` of one SQL statement, to ask what arrived. Arguments: data folder, gateway port, query port.
 */
const [path = '', gatewayPort, queryPort] = process.argv.slice(2)
const scope = createScope('bench')
const kit = { clock: systemClock, log: silentLog, registry: new Registry() }
const store = await openStore(storeConfig.parse({ kind: 'chdb', path }))
await migrate(store)
const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
  ...kit,
  signal: scope.signal,
})
const config = gatewayConfig.parse({ port: Number(gatewayPort) })
await startGateway(config, { ...kit, bus, store }, scope)

const queries = new Hono().post('/', async (context) => {
  const query = await context.req.text()
  if (/^\s*(SELECT|WITH)/i.test(query)) {
    const result = await store.client.query({ query, format: 'JSONEachRow' })
    return context.json(await result.json())
  }
  await store.client.command({ query })
  return context.json([])
})
await serve(queries, { host: '127.0.0.1', port: Number(queryPort) }, scope, systemClock)
process.stdout.write('ready\n')

process.once('SIGTERM', () => {
  void scope.close(5_000).then(async () => {
    await bus.close()
    await store.close()
    process.exit(0)
  })
})
