import { z } from 'zod'
import { AgentConfig } from '../agent/config.ts'
import { BusConfig } from '../core/bus/config.ts'
import { loadConfig } from '../core/kit/config.ts'
import { logLevels } from '../core/kit/log.ts'
import { storeConfig } from '../core/store/config.ts'
import { diagnosisConfig } from '../diagnosis/config.ts'
import { gatewayConfig } from '../gateway/config.ts'
import { logServiceConfig } from '../log-service/config.ts'
import { operationsConfig } from '../operations/config.ts'
import type { Io } from './io.ts'

/** Everything that can be configured; each part reads its own section. */
export const WeirConfig = z.strictObject({
  log: z
    .strictObject({
      level: z.enum(logLevels).default('info'),
      format: z
        .enum(['json', 'text'])
        .optional()
        .describe('Default: text on a terminal, else json.'),
    })
    .prefault({}),
  bus: BusConfig.prefault({ kind: 'embedded' }),
  store: storeConfig.optional().describe('Default of "weir up": embedded, in its --data folder.'),
  agent: AgentConfig.prefault({}),
  ship: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'must look like http://gateway:8474' })
        .describe('The gateway.'),
      token: z.string().min(1).optional(),
      spool: z
        .strictObject({
          path: z.string().min(1).describe('A folder of its own for each agent.'),
          maxBytes: z
            .int()
            .min(1_000_000)
            .default(1_000_000_000)
            .describe('Of the files there; beyond it the oldest is cut and shown as a gap.'),
        })
        .optional()
        .describe('Where batches wait that no gateway has yet; without it they wait in memory.'),
    })
    .optional()
    .describe('Where "weir agent" and "weir log-service" hand their batches to.'),
  gateway: gatewayConfig.prefault({}),
  diagnosis: diagnosisConfig.prefault({}),
  logs: logServiceConfig.prefault({}),
  operations: operationsConfig
    .optional()
    .describe('What carries advice out. Without it "weir up" changes nothing anywhere.'),
})
export type WeirConfig = z.output<typeof WeirConfig>

/** Configuration of a command: file ← environment `WEIR__…` ← what the command line said. */
export function readConfig(
  io: Io,
  file: string | undefined,
  overrides: Readonly<Record<string, unknown>> = {},
): WeirConfig {
  return loadConfig(WeirConfig, { ...(file === undefined ? {} : { file }), env: io.env, overrides })
}
