import { Command } from 'commander'
import { Registry } from 'prom-client'
import { startAgent } from '../../agent/start.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { ConfigError } from '../../core/kit/errors.ts'
import { httpSender } from '../../core/ship/http-sender.ts'
import { shipMetrics } from '../../core/ship/metrics.ts'
import { shipOwnNumbers } from '../../core/ship/own-numbers.ts'
import { createShipper } from '../../core/ship/shipper.ts'
import { openSpool } from '../../core/ship/spool/spool.ts'
import { shipTogether } from '../../core/ship/together.ts'
import { readConfig } from '../config.ts'
import type { Io } from '../io.ts'
import { runCommand, untilClosed } from '../run.ts'

export function agentCommand(io: Io): Command {
  return new Command('agent')
    .description('Looks at Flink clusters and ships what it sees to a gateway.')
    .option('--config <file>', 'configuration (sections agent, ship, log)')
    .action((options: { readonly config?: string }) =>
      runCommand(io, async (scope) => {
        const config = readConfig(io, options.config)
        const { ship: road, agent } = config
        if (!road)
          throw new ConfigError(
            'ship.url: missing; an agent needs the address of a gateway (ship: { url: http://gateway:8474 }).',
          )
        const { clusters, host, kubernetes, history } = agent
        if (clusters.length + history.length === 0 && !host && !kubernetes)
          throw new ConfigError(
            'agent: there is nothing to look at; name at least one JobManager (agent: { clusters: [{ url: http://jobmanager:8081 }] }), or set agent.host or agent.kubernetes.',
          )
        const log = io.log(config.log.level, config.log.format)
        const clock = systemClock
        const spool =
          road.spool === undefined
            ? undefined
            : openSpool({
                folder: road.spool.path,
                maxBytes: road.spool.maxBytes,
                ...{ agent: agent.name, clock, log },
              })
        const shipper = createShipper(
          {
            agent: agent.name,
            epoch: spool?.epoch ?? clock.now(),
            ...(spool && { keep: spool }),
            send: httpSender(road.url, road.token === undefined ? {} : { token: road.token }),
            clock,
            log,
          },
          scope,
        )
        const registry = new Registry()
        shipMetrics(registry, shipper.stats)
        const ship = shipTogether(shipper.ship, clock, scope)
        const self = { part: 'agent', instance: agent.name }
        shipOwnNumbers({ ...self, registry, ship, clock, log }, scope)
        await startAgent(agent, { ship, clock, log, registry }, scope)
        return untilClosed(scope)
      }),
    )
}
