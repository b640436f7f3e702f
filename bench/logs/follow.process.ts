import { Registry } from 'prom-client'
import { systemClock } from '../../core/kit/clock.ts'
import { createLog } from '../../core/kit/log.ts'
import { createScope } from '../../core/kit/scope.ts'
import { createLineReader } from '../../core/logs/reader.ts'
import { createRedactor } from '../../core/logs/redact.ts'
import { createTemplates } from '../../core/logs/templates.ts'
import { logServiceConfig } from '../../log-service/config.ts'
import { startLogService } from '../../log-service/start.ts'

/** The log service alone, with the product's reader and a gateway that takes everything at once. */
const [logs = '', folder = '', port = '0'] = process.argv.slice(2)
const scope = createScope('bench')
const redactor = createRedactor()
const templates = createTemplates()
const config = logServiceConfig.parse({
  folder,
  folders: [{ cluster: 'bench', root: logs }],
  // Sealed soon, so that sizes can be compared.
  archive: { sealAfterMs: 10_000 },
  api: { port: Number(port) },
})
await startLogService(
  config,
  {
    openReader: ({ format, startAt }) =>
      createLineReader({ format, startAt, redactor, templates, readAt: () => Date.now() }),
    ship: async () => {},
    clock: systemClock,
    log: createLog({ level: 'warn', format: 'text', write: (line) => process.stderr.write(line) }),
    registry: new Registry(),
  },
  scope,
)
process.once('SIGTERM', () => void scope.close(10_000).then(() => process.exit(0)))
