import { hostname } from 'node:os'
import { Command } from 'commander'
import { Registry } from 'prom-client'
import { systemClock } from '../../core/kit/clock.ts'
import { ConfigError } from '../../core/kit/errors.ts'
import { httpSender } from '../../core/ship/http-sender.ts'
import { shipOwnNumbers } from '../../core/ship/own-numbers.ts'
import { createShipper } from '../../core/ship/shipper.ts'
import { startLogService } from '../../log-service/start.ts'
import { readConfig } from '../config.ts'
import { logReaders, shipLogs } from '../follow-logs.ts'
import type { Io } from '../io.ts'
import { runCommand, untilClosed } from '../run.ts'
import { collect } from './flink-option.ts'
import { parseLogs } from './logs-option.ts'

interface Options {
  readonly config?: string
  readonly logs: readonly string[]
}

export function logServiceCommand(io: Io): Command {
  return new Command('log-service')
    .description(
      'Follows the log files of this node, keeps them beyond the life of their pods, and ships them to a gateway.',
    )
    .option('--config <file>', 'configuration (sections logs, ship, log)')
    .option(
      '--logs <[cluster=]dir>',
      'a folder of log files to follow (several times)',
      collect,
      [],
    )
    .action((options: Options) =>
      runCommand(io, async (scope) => {
        const config = readConfig(io, options.config)
        const { ship } = config
        if (!ship)
          throw new ConfigError(
            'ship.url: missing; a log service needs the address of a gateway (ship: { url: http://gateway:8474 }).',
          )
        const logs = {
          ...config.logs,
          folders: [...config.logs.folders, ...options.logs.map(parseLogs)],
        }
        const log = io.log(config.log.level, config.log.format)
        const clock = systemClock
        const registry = new Registry()
        const node = logs.node ?? hostname()
        const send = httpSender(ship.url, ship.token === undefined ? {} : { token: ship.token })
        const sender = { epoch: clock.now(), send, clock, log }
        const own = createShipper({ ...sender, agent: `${node}/log-service` }, scope)
        const self = { part: 'log-service', instance: node }
        shipOwnNumbers({ ...self, registry, ship: own.ship, clock, log }, scope)
        await startLogService(
          logs,
          {
            ship: shipLogs({ ...sender, agent: node, signal: scope.signal }),
            openReader: logReaders(logs.redact, clock.now),
            ...{ clock, log, registry },
          },
          scope,
        )
        return untilClosed(scope)
      }),
    )
}
