import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SampleBlock } from '../core/api/batch.ts'
import { weir } from './peers/weir.ts'
import { copyOf, recordedClusters } from './recorded.ts'

export interface GatewayOptions {
  readonly minutes: number
  readonly agents: number
}

export interface GatewayMemory {
  readonly minutes: number
  /** How long so many agents take to send as much at their own pace. */
  readonly simulatedHours: number
  readonly batches: number
  readonly samples: number
  readonly startMB: number
  readonly highestMB: number
  readonly endMB: number
  /** Of a line through the second half, which begins when every buffer has been used. */
  readonly slopeMBPerSimulatedHour: number
}

const EVERY_MS = 1_000

/**
 * A gateway with its writer and the embedded store under a day's load, sent as fast as it is taken: whatever
 * grows with what was sent shows here in minutes.
 */
export async function gatewayMemory({ minutes, agents }: GatewayOptions): Promise<GatewayMemory> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const peer = await weir(folder)
  const clusters = await recordedClusters(25)
  const readings: { readonly simulatedHours: number; readonly mb: number }[] = []
  let [batches, samples, simulatedMs] = [0, 0, 0]
  const startMB = peer.rssBytes() / 1e6
  const untilAt = performance.now() + minutes * 60_000
  const watch = setInterval(() => {
    readings.push({ simulatedHours: simulatedMs / agents / 3_600_000, mb: peer.rssBytes() / 1e6 })
  }, EVERY_MS)

  /** One agent after another: each sends the ten newest minutes of its cluster. */
  const send = async (first: number) => {
    for (let copy = first; performance.now() < untilAt; copy += 4) {
      const recorded = clusters[copy % clusters.length]
      if (!recorded) return
      // Later ones of an agent go on where the ones before them ended.
      const loops = 3
      const blocks: SampleBlock[] = [...copyOf(recorded, { copy, loops, endAt: Date.now() })]
      for (const { body, samples: inBody } of peer.bodies(`agent-${copy}`, blocks)) {
        const response = await fetch(peer.url, { method: 'POST', headers: peer.headers, body })
        if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
        await response.arrayBuffer()
        batches++
        samples += inBody
      }
      simulatedMs += loops * (recorded.endAt - recorded.beginAt)
    }
  }
  try {
    await Promise.all([0, 1, 2, 3].map(send))
    clearInterval(watch)
    const half = readings.slice(Math.floor(readings.length / 2))
    return {
      ...{ minutes, simulatedHours: simulatedMs / agents / 3_600_000, batches, samples, startMB },
      highestMB: Math.max(...readings.map(({ mb }) => mb)),
      endMB: readings.at(-1)?.mb ?? 0,
      slopeMBPerSimulatedHour: slopeOf(half),
    }
  } finally {
    clearInterval(watch)
    await peer.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Least squares. */
function slopeOf(
  readings: readonly { readonly simulatedHours: number; readonly mb: number }[],
): number {
  const n = readings.length
  const mean = (of: (reading: (typeof readings)[number]) => number) =>
    readings.reduce((sum, reading) => sum + of(reading), 0) / n
  const [x, y] = [mean((r) => r.simulatedHours), mean((r) => r.mb)]
  const covariance = mean((r) => (r.simulatedHours - x) * (r.mb - y))
  return covariance / mean((r) => (r.simulatedHours - x) ** 2)
}
