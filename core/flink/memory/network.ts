import type { ShipStrategy } from '../../model/topology.ts'

/** `taskmanager.memory.segment-size`, `network.memory.buffers-per-channel`, `floating-buffers-per-gate`: fixed in 2.x. */
export interface NetworkOptions {
  readonly segmentBytes: number
  readonly buffersPerChannel: number
  readonly floatingBuffersPerGate: number
}

export const DEFAULT_NETWORK: NetworkOptions = {
  segmentBytes: 32 * 1024,
  buffersPerChannel: 2,
  floatingBuffersPerGate: 8,
}

const isPointwise = (strategy: ShipStrategy) => strategy === 'FORWARD' || strategy === 'RESCALE'

/** Channels of one subtask towards the other end of an edge: all of them, or its share of a pointwise edge. */
export function channelsOf(own: number, other: number, strategy: ShipStrategy): number {
  return isPointwise(strategy) ? Math.ceil(other / own) : other
}

/** Buffers that one subtask may hold at one end of an edge (flink.md 8: channels × 2 + 8). */
export function buffersOf(
  own: number,
  other: number,
  strategy: ShipStrategy,
  { buffersPerChannel, floatingBuffersPerGate }: NetworkOptions = DEFAULT_NETWORK,
): number {
  return channelsOf(own, other, strategy) * buffersPerChannel + floatingBuffersPerGate
}

/** Channels of the whole edge: what its two ends keep open between each other. */
export function connectionsOf(from: number, to: number, strategy: ShipStrategy): number {
  return isPointwise(strategy) ? Math.max(from, to) : from * to
}
