import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { UsageError } from '../../core/kit/errors.ts'
import { folderLogs, type LogServiceConfig } from '../../log-service/config.ts'

/**
 * `--logs [cluster=]DIR`: a folder whose files are logs of a cluster, which is named like it unless said.
 * @throws UsageError when there is no such folder
 */
export function parseLogs(text: string): LogServiceConfig['folders'][number] {
  const [, cluster, path = text] = /^([^=/]+)=(.*)$/.exec(text) ?? []
  const root = resolve(path)
  if (!existsSync(root)) {
    throw new UsageError(
      `--logs ${text}: there is no folder ${root}; give one that holds log files.`,
    )
  }
  return folderLogs.parse({ cluster: cluster ?? basename(root), root })
}
