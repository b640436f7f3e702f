import type { LogSource } from './layout.ts'
import { withoutGeneration } from './layout.ts'

const PATH =
  /^(?<namespace>[^/_]+)_(?<pod>[^/_]+)_(?<podUid>[^/_]+)\/(?<container>[^/]+)\/(?<attempt>\d+)\.log(?=$|\.)/

/**
 * The logs of pods as kubelet lays them out: `<namespace>_<pod>_<uid>/<container>/<restarts>.log`, rotated to
 * `….log.<time>` and later `.gz`. Source: kubernetes/kubernetes pkg/kubelet/kuberuntime, pkg/kubelet/logs.
 */
export function criLayout(options: {
  readonly root: string
  readonly cluster: string
  readonly node: string
  readonly linkRoots: readonly string[]
  /** Only these; empty for all. */
  readonly namespaces: readonly string[]
}): LogSource {
  const { root, cluster, node, linkRoots, namespaces } = options
  return {
    root,
    format: { container: 'cri' },
    linkRoots,
    maxDepth: 2,
    place(path) {
      const { namespace, pod, podUid, container, attempt } = PATH.exec(path)?.groups ?? {}
      const name = withoutGeneration(path)
      if (!name || !namespace || !pod || !podUid || !container || attempt === undefined) {
        return undefined
      }
      if (namespaces.length > 0 && !namespaces.includes(namespace)) return undefined
      // The number of restarts looks like a mark of rotation to nobody, as it stands before `.log`.
      if (!name.stem.endsWith(`/${attempt}.log`)) return undefined
      const who = { namespace, pod, podUid, container, attempt: Number(attempt) }
      return { ...name, origin: { cluster, node, ...who, path: name.stem } }
    },
  }
}
