import { resolve } from 'node:path'
import type { LogServiceConfig } from './config.ts'
import type { LogSource } from './follow/layout.ts'
import { criLayout } from './follow/layout-cri.ts'
import { filesLayout } from './follow/layout-files.ts'

/** All folders of logs that the configuration names. @param node name of this node */
export function sourcesOf(config: LogServiceConfig, node: string): readonly LogSource[] {
  const { pods, flink, folders } = config
  const rooted = <T extends { readonly root: string }>(one: T): T => ({
    ...one,
    root: resolve(one.root),
  })
  return [
    ...(pods ? [criLayout({ ...rooted(pods), node })] : []),
    ...flink.map((one) => filesLayout({ ...rooted(one), node })),
    ...folders.map((one) => filesLayout({ ...rooted(one), node, folders: '' })),
  ]
}
