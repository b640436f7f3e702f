import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Registry } from 'prom-client'
import type { Clock } from '../../core/kit/clock.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Scope } from '../../core/kit/scope.ts'
import type { LogNodeConfig } from '../../diagnosis/archives/config.ts'
import type { Intake } from '../../gateway/intake/intake.ts'
import { startLogService } from '../../log-service/start.ts'
import { parseLogs } from '../commands/logs-option.ts'
import type { WeirConfig } from '../config.ts'
import { logReaders, shipLogs } from '../follow-logs.ts'

/**
 * The logs of this machine, where some are named; they reach the store without a gateway between.
 * Returns where their archive answers, for the page of this process.
 */
export async function followLogs(
  { logs: folders, data }: { readonly logs: readonly string[]; readonly data?: string },
  { logs: config }: WeirConfig,
  { intake, ...kit }: { intake: Intake; clock: Clock; log: Log; registry: Registry },
  scope: Scope,
): Promise<LogNodeConfig | undefined> {
  const logs = { ...config, folders: [...config.folders, ...folders.map(parseLogs)] }
  if (logs.folders.length + logs.flink.length === 0 && !logs.pods) return undefined
  const folder = data === undefined ? temporaryFolder(scope) : join(data, 'logs')
  // Who wants tokens wants one of the page, too.
  const token = logs.api.tokens.length > 0 ? randomBytes(32).toString('hex') : undefined
  const sha256 = createHash('sha256')
    .update(token ?? '')
    .digest('hex')
  const own = { name: 'the page of this process', sha256 }
  const tokens = token === undefined ? [] : [...logs.api.tokens, own]
  const { url } = await startLogService(
    { ...logs, folder, api: { ...logs.api, tokens, port: 0 } },
    {
      ...kit,
      ship: shipLogs({
        ...{ agent: logs.node ?? hostname(), epoch: kit.clock.now(), ...kit },
        ...{ signal: scope.signal, send: (batch) => intake.accept(batch) },
      }),
      openReader: logReaders(logs.redact, kit.clock.now),
    },
    scope,
  )
  return { url, everyAddress: false, ...(token !== undefined && { token }) }
}

function temporaryFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-logs-'))
  scope.add('archive folder', async () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
