import { hostname } from 'node:os'
import { Command } from 'commander'
import { Registry } from 'prom-client'
import { openBus } from '../../core/bus/open.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { shipOwnNumbers } from '../../core/ship/own-numbers.ts'
import { createShipper } from '../../core/ship/shipper.ts'
import { startGateway } from '../../gateway/start.ts'
import { readConfig } from '../config.ts'
import type { Io } from '../io.ts'
import { openMigratedStore } from '../open-store.ts'
import { runCommand, untilClosed } from '../run.ts'

export function gatewayCommand(io: Io): Command {
  return new Command('gateway')
    .description(
      'Takes batches from agents, hands them to the bus and carries the bus into the store.',
    )
    .option('--config <file>', 'configuration (sections gateway, bus, store, log)')
    .action((options: { readonly config?: string }) =>
      runCommand(io, async (scope) => {
        const config = readConfig(io, options.config)
        const log = io.log(config.log.level, config.log.format)
        const clock = systemClock
        const store = await openMigratedStore(config.store, scope)
        const bus = await openBus(config.bus, { log, clock, signal: scope.signal })
        scope.add('bus', () => bus.close())
        const registry = new Registry()
        const { intake } = await startGateway(
          config.gateway,
          { bus, store, clock, log, registry },
          scope,
        )
        const self = { part: 'gateway', instance: hostname() }
        const shipper = createShipper(
          {
            ...{ agent: `${self.instance}/gateway`, epoch: clock.now(), clock, log },
            send: (batch) => intake.accept(batch),
          },
          scope,
        )
        shipOwnNumbers({ ...self, registry, ship: shipper.ship, clock, log }, scope)
        return untilClosed(scope)
      }),
    )
}
