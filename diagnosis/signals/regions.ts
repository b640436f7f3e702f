import type { ShipStrategy, Topology } from '../../core/model/topology.ts'

const isPointwise = (strategy: ShipStrategy) => strategy === 'FORWARD' || strategy === 'RESCALE'

/**
 * Failover regions of a streaming job: subtasks that exchange records fail together, so all-to-all edges join
 * everything, and pointwise ones only a receiver with its senders (PipelinedRegionComputeUtil, EdgeManagerBuildUtil).
 */
export function regionsOf({ vertices, edges }: Topology): number {
  const first = new Map<string, number>()
  let subtasks = 0
  for (const { id, parallelism } of vertices) {
    first.set(id, subtasks)
    subtasks += parallelism
  }
  const parent = Array.from({ length: subtasks }, (_, index) => index)
  const rootOf = (index: number): number => {
    let root = index
    while ((parent[root] ?? root) !== root) root = parent[root] ?? root
    parent[index] = root
    return root
  }
  let regions = subtasks
  const join = (a: number, b: number) => {
    const [left, right] = [rootOf(a), rootOf(b)]
    if (left === right) return
    parent[right] = left
    regions--
  }
  const size = new Map(vertices.map(({ id, parallelism }) => [id, parallelism]))
  for (const { from, to, strategy } of edges) {
    const [senders, receivers] = [size.get(from) ?? 0, size.get(to) ?? 0]
    const [sender0, receiver0] = [first.get(from) ?? 0, first.get(to) ?? 0]
    if (isPointwise(strategy)) {
      for (const [sender, receiver] of pointwise(senders, receivers))
        join(sender0 + sender, receiver0 + receiver)
    } else {
      for (let i = 0; i < senders; i++) join(receiver0, sender0 + i)
      for (let i = 1; i < receivers; i++) join(receiver0, receiver0 + i)
    }
  }
  return regions
}

/** Which sender feeds which receiver of a pointwise edge. */
function* pointwise(senders: number, receivers: number): Generator<readonly [number, number]> {
  if (senders < receivers) {
    for (let r = 0; r < receivers; r++) yield [Math.floor((r * senders) / receivers), r]
  } else {
    for (let r = 0; r < receivers; r++) {
      const [from, to] = [(r * senders) / receivers, ((r + 1) * senders) / receivers].map(
        Math.floor,
      )
      for (let s = from ?? 0; s < (to ?? 0); s++) yield [s, r]
    }
  }
}

/** The busiest receiver of a pointwise edge against an even share: 2 senders to 3 receivers give one of them half (1.5). */
export function pointwiseImbalance(senders: number, receivers: number): number {
  return senders < receivers
    ? receivers / (senders * Math.floor(receivers / senders))
    : (Math.ceil(senders / receivers) * receivers) / senders
}
