/** A node: what it can give and what is taken, cores and bytes. */
export interface Node {
  readonly cores: number
  readonly memoryBytes: number
  readonly usedCores?: number
  readonly usedMemoryBytes?: number
}

export interface Instance {
  readonly cores: number
  readonly memoryBytes: number
}

/**
 * Whether so many TaskManagers fit on the nodes when the present ones are released first, first fit
 * (ClusterResourceManager). A success keeps its reservation: `nodes` is the view for the next question.
 */
export function reserve(
  nodes: readonly Node[],
  instance: Instance,
  now: number,
  after: number,
): { readonly fits: boolean; readonly nodes: readonly Node[] } {
  const view = nodes.map(({ cores, memoryBytes, usedCores = 0, usedMemoryBytes = 0 }) => ({
    ...{ cores, memoryBytes, usedCores, usedMemoryBytes },
  }))
  for (let i = 0; i < now; i++) {
    const host = view.find(
      (node) => node.usedCores >= instance.cores && node.usedMemoryBytes >= instance.memoryBytes,
    )
    if (!host) break
    host.usedCores -= instance.cores
    host.usedMemoryBytes -= instance.memoryBytes
  }
  for (let i = 0; i < after; i++) {
    const host = view.find(
      (node) =>
        node.cores - node.usedCores >= instance.cores &&
        node.memoryBytes - node.usedMemoryBytes >= instance.memoryBytes,
    )
    if (!host) return { fits: false, nodes }
    host.usedCores += instance.cores
    host.usedMemoryBytes += instance.memoryBytes
  }
  return { fits: true, nodes: view }
}
