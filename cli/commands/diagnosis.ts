import { hostname } from 'node:os'
import { Command } from 'commander'
import { Registry } from 'prom-client'
import { openBus } from '../../core/bus/open.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { shipOwnNumbers } from '../../core/ship/own-numbers.ts'
import { storedPipeline, storeOwnNumbers } from '../../diagnosis/pipeline/stored.ts'
import { storedRecords } from '../../diagnosis/records.ts'
import { startDiagnosis } from '../../diagnosis/start.ts'
import { readConfig } from '../config.ts'
import type { Io } from '../io.ts'
import { openMigratedStore } from '../open-store.ts'
import { runCommand, untilClosed } from '../run.ts'
import { uiFolder } from '../ui-folder.ts'

export function diagnosisCommand(io: Io): Command {
  return new Command('diagnosis')
    .description('Reads the store, holds the rounds, serves the API and the page.')
    .option('--config <file>', 'configuration (sections diagnosis, bus, store, log)')
    .action((options: { readonly config?: string }) =>
      runCommand(io, async (scope) => {
        const config = readConfig(io, options.config)
        const log = io.log(config.log.level, config.log.format)
        const clock = systemClock
        const store = await openMigratedStore(config.store, scope)
        // An embedded bus of this process would hear nothing: events are found by the rounds then.
        const bus =
          config.bus.kind === 'kafka'
            ? await openBus(config.bus, { log, clock, signal: scope.signal })
            : undefined
        if (bus) scope.add('bus', () => bus.close())
        const registry = new Registry()
        const tell = storeOwnNumbers(store, (error) =>
          log.warn('The own numbers of this part could not be stored.', { error }),
        )
        const self = { part: 'diagnosis', instance: hostname() }
        shipOwnNumbers({ ...self, registry, ship: tell, clock, log }, scope)
        await startDiagnosis(
          config.diagnosis,
          {
            records: storedRecords(store),
            ...(bus ? { bus } : {}),
            clock,
            log,
            registry,
            pipeline: storedPipeline(store, clock),
            uiFolder: uiFolder(),
          },
          scope,
        )
        return untilClosed(scope)
      }),
    )
}
