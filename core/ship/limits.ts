export interface ShipLimits {
  /** Largest batch as JSON; larger payloads are split. A bus record of 900 kB holds it. */
  readonly maxBatchBytes: number
  /** What may wait for an acknowledgement; beyond it the oldest is cut. */
  readonly maxWaitingBytes: number
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  /** How long closing waits for acknowledgements. */
  readonly closeWithinMs: number
}

export const defaultShipLimits: ShipLimits = {
  maxBatchBytes: 890_000,
  maxWaitingBytes: 64 * 1024 * 1024,
  minBackoffMs: 500,
  maxBackoffMs: 30_000,
  closeWithinMs: 3_000,
}
