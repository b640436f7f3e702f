import { Registry } from 'prom-client'
import { EmbeddedBusConfig } from '../core/bus/config.ts'
import { openEmbedded } from '../core/bus/embedded.ts'
import { systemClock } from '../core/kit/clock.ts'
import { silentLog as log } from '../core/kit/log.ts'
import { createScope } from '../core/kit/scope.ts'
import { storeConfig } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore } from '../core/store/open.ts'
import { gatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

// A gateway of its own process over the folder that it is given; it lives until it is killed.
const store = await openStore(storeConfig.parse({ kind: 'chdb', path: process.argv[2] }))
await migrate(store)
const scope = createScope()
const deps = { log, clock: systemClock }
const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
  ...{ ...deps, signal: scope.signal },
})
const registry = new Registry()
const config = gatewayConfig.parse({ port: 0 })
const { url } = await startGateway(config, { ...deps, bus, store, registry }, scope)
process.stdout.write(`${url}\n`)
