import { formatJobRef } from '../../core/model/job-ref.ts'
import type { LogOrigin } from '../../core/model/logs.ts'
import { type LogSource, withoutGeneration } from './layout.ts'

/** Names of folders in a layout, and what they tell. */
export const layoutParts = [
  'namespace',
  'job',
  'pod',
  'podUid',
  'container',
  'attempt',
  'taskmanager',
] as const
type LayoutPart = (typeof layoutParts)[number]

export interface FilesLayout {
  readonly root: string
  readonly cluster: string
  readonly node: string
  /** Folders from the root on, such as `{namespace}/{job}/{podUid}/{attempt}`; empty for a plain folder. */
  readonly folders: string
  /** Ends of names that are logs, before marks of rotation. */
  readonly endings: readonly string[]
  readonly pattern?: string | undefined
  readonly zone?: string | undefined
}

/** `flink-<user>-<service>-<number>-<host>.log`, bin/flink-daemon.sh and flink-console.sh; in a pod the host is its name. */
const FLINK_FILE =
  /(?:^|\/)flink-.+?-(?<service>taskexecutor|standalonesession|standalonejob|historyserver|kubernetes-session|kubernetes-application|kubernetes-taskmanager)-\d+-(?<host>.+?)\.(?:log|out|err)$/

/** Log files in folders that say whose they are, or in one plain folder. */
export function filesLayout(layout: FilesLayout): LogSource {
  const { root, cluster, node, endings, pattern, zone } = layout
  const parts = layout.folders.split('/').filter((part) => part !== '')
  return {
    root,
    linkRoots: [],
    format: {
      container: 'none',
      ...(pattern !== undefined && { pattern }),
      ...(zone !== undefined && { zone }),
    },
    maxDepth: parts.length + 4,
    place(path) {
      const name = withoutGeneration(path)
      if (!name || !endings.some((ending) => name.stem.endsWith(ending))) return undefined
      const folders = path.split('/').slice(0, -1)
      const told = tell(parts, folders)
      if (!told) return undefined
      const { groups: flink } = FLINK_FILE.exec(name.stem) ?? {}
      const namespace = told.namespace ?? '-'
      const pod = told.pod ?? flink?.host ?? told.podUid ?? folders[parts.length] ?? node
      const isTaskmanager = flink?.service?.endsWith('taskmanager') ?? false
      const taskmanager = told.taskmanager ?? (isTaskmanager ? flink?.host : undefined)
      const origin: Omit<LogOrigin, 'file'> = {
        ...{ cluster, namespace, node, pod, attempt: Number(told.attempt ?? 0), path: name.stem },
        ...(told.podUid !== undefined && { podUid: told.podUid }),
        ...(told.container !== undefined && { container: told.container }),
        ...(told.job !== undefined && {
          job: formatJobRef({ cluster, namespace, name: told.job }),
        }),
        ...(taskmanager !== undefined && { taskmanager }),
      }
      return { ...name, origin }
    },
  }
}

/** What the folders say; undefined when they are not as the layout wants them. */
function tell(
  parts: readonly string[],
  folders: readonly string[],
): Partial<Record<LayoutPart, string>> | undefined {
  const told: Partial<Record<LayoutPart, string>> = {}
  for (const [index, part] of parts.entries()) {
    const folder = folders[index]
    if (folder === undefined) return undefined
    const named = layoutParts.find((one) => part === `{${one}}`)
    if (named === undefined) {
      if (part !== '*' && part !== folder) return undefined
      continue
    }
    if (named === 'attempt' && !/^\d{1,9}$/.test(folder)) return undefined
    told[named] = folder
  }
  return told
}
