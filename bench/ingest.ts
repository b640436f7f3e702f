import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Body, Peer } from './peers/peer.ts'
import { victoriaMetrics } from './peers/victoria-metrics.ts'
import { weir } from './peers/weir.ts'
import { copyOf, type RecordedCluster, recordedClusters } from './recorded.ts'

export interface IngestOptions {
  /** Clusters that send at the same time, each one agent. */
  readonly senders: number
  /** How often each recording is played on. */
  readonly loops: number
  readonly victoriaMetrics: string
}

export interface Ingested {
  readonly peer: string
  readonly samples: number
  readonly seconds: number
  readonly samplesPerSecond: number
  readonly cpuMicrosPerSample: number
  readonly wireBytesPerSample: number
  readonly diskBytesPerSample: number
  readonly rssBytes: number
}

/** The same samples into each, over HTTP, until a query sees them all; then merged, and measured on disk. */
export async function ingest(options: IngestOptions): Promise<readonly Ingested[]> {
  const clusters = await recordedClusters(options.senders)
  const rows: Ingested[] = []
  for (const open of [
    (folder: string) => weir(folder),
    (folder: string) => victoriaMetrics(folder, options.victoriaMetrics, 'text'),
    (folder: string) => victoriaMetrics(folder, options.victoriaMetrics, 'json'),
  ]) {
    const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
    const peer = await open(folder)
    try {
      rows.push(await measure(peer, clusters, options))
    } finally {
      await peer.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
  return rows
}

async function measure(
  peer: Peer,
  clusters: readonly RecordedCluster[],
  { senders, loops }: IngestOptions,
): Promise<Ingested> {
  const endAt = Date.now()
  const queues = Array.from({ length: senders }, (_, copy) => {
    const recorded = clusters[copy % clusters.length]
    if (!recorded) throw new Error('There is no recording.')
    return peer.bodies(`bench-${copy}`, copyOf(recorded, { copy, loops, endAt }))
  })
  const bodies = queues.flat()
  const samples = bodies.reduce((sum, body) => sum + body.samples, 0)
  const wireBytes = bodies.reduce((sum, { body }) => sum + body.byteLength, 0)
  const [startedAt, cpuBefore] = [performance.now(), peer.cpuSeconds()]
  await sendAll(peer, queues)
  let visible = await peer.visible()
  while (visible < samples) {
    if (performance.now() - startedAt > 600_000)
      throw new Error(`${peer.name} shows ${visible} of ${samples} samples.`)
    visible = await peer.visible()
  }
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = peer.cpuSeconds() - cpuBefore
  const rssBytes = peer.rssBytes()
  await peer.settle()
  return {
    peer: peer.name,
    samples,
    seconds,
    samplesPerSecond: samples / seconds,
    cpuMicrosPerSample: (cpu * 1e6) / samples,
    wireBytesPerSample: wireBytes / samples,
    diskBytesPerSample: (await peer.bytes()) / samples,
    rssBytes,
  }
}

/** A connection per sender, as agents have; each sends its bodies in order. */
async function sendAll(peer: Peer, queues: readonly (readonly Body[])[]): Promise<void> {
  const connection = async (queue: readonly Body[]) => {
    for (const { body } of queue) {
      const response = await fetch(peer.url, { method: 'POST', headers: peer.headers, body })
      if (!response.ok)
        throw new Error(`${peer.name} answered ${response.status}: ${await response.text()}`)
      await response.arrayBuffer()
    }
  }
  await Promise.all(queues.map(connection))
}
