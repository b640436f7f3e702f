import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { SampleBlock } from '../../core/api/batch.ts'
import { answers, bytesBelow, serve } from '../process.ts'
import type { Body, Peer } from './peer.ts'

const PORT = 7476

/**
 * How samples reach it: as JSON lines, one per series with all its values (its bulk import, what a backfill
 * uses), or as Prometheus text, a line per sample (what a scrape gives it).
 */
export type VictoriaFormat = 'json' | 'text'

/** VictoriaMetrics, single node. */
export async function victoriaMetrics(
  folder: string,
  binary: string,
  format: VictoriaFormat,
): Promise<Peer> {
  const base = `http://127.0.0.1:${PORT}`
  const served = await serve(
    `victoria-metrics (${format})`,
    [
      binary,
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${PORT}`,
      '-retentionPeriod=1y',
      '-search.latencyOffset=0s',
      '-search.maxStalenessInterval=1m',
      '-loggerLevel=ERROR',
    ],
    {
      url: `${base}/api/v1/import${format === 'json' ? '' : '/prometheus'}`,
      ready: () => answers(`${base}/health`),
    },
  )
  return {
    ...served,
    folder,
    headers: { 'content-encoding': 'gzip' },
    bodies: format === 'json' ? jsonBodies : textBodies,
    async visible() {
      await fetch(`${base}/internal/force_flush`)
      const query = encodeURIComponent('sum(count_over_time({__name__!=""}[2d]))')
      const response = await fetch(`${base}/api/v1/query?query=${query}`)
      // The answer of Prometheus' HTTP API.
      const { data } = (await response.json()) as {
        readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
      }
      return Number(data.result[0]?.value[1] ?? 0)
    },
    async settle() {
      await fetch(`${base}/internal/force_flush`)
      await fetch(`${base}/internal/force_merge`)
      // The merge runs in the background; its end is when the size stands still.
      let before = -1
      for (let size = 0; size !== before; size = await bytesBelow(join(folder, 'data'))) {
        before = size
        await new Promise((resolve) => setTimeout(resolve, 2_000))
      }
    },
    bytes: async () =>
      (await bytesBelow(join(folder, 'data'))) +
      (await bytesBelow(join(folder, 'indexdb')).catch(() => 0)),
  }
}

/** As many samples in a request as ours carries, so that both have as many requests. */
const SAMPLES_PER_BODY = 100_000

function jsonBodies(_sender: string, blocks: Iterable<SampleBlock>): readonly Body[] {
  const series = new Map<string, { metric: string; values: number[]; timestamps: number[] }>()
  const done: Body[] = []
  let samples = 0
  const flush = () => {
    if (samples === 0) return
    const lines = [...series.values()].map(
      ({ metric, values, timestamps }) =>
        `{"metric":${metric},"values":${JSON.stringify(values)},"timestamps":${JSON.stringify(timestamps)}}`,
    )
    done.push({ body: gzipSync(`${lines.join('\n')}\n`, { level: 1 }), samples })
    series.clear()
    samples = 0
  }
  for (const { at, via, subjects, columns } of blocks) {
    for (const [metric, column = []] of Object.entries(columns)) {
      column.forEach((value, index) => {
        const subject = subjects[index]
        if (value === null || !subject) return
        const { kind, ...labels } = subject
        const key = JSON.stringify({ __name__: `flink_${kind}_${metric}`, via, ...labels }).replace(
          /:(\d+)(?=[,}])/g,
          ':"$1"',
        )
        const one = series.get(key) ?? { metric: key, values: [], timestamps: [] }
        series.set(key, one)
        one.values.push(value)
        one.timestamps.push(at)
        samples++
      })
    }
    if (samples >= SAMPLES_PER_BODY) flush()
  }
  flush()
  return done
}

function textBodies(_sender: string, blocks: Iterable<SampleBlock>): readonly Body[] {
  const done: Body[] = []
  let lines: string[] = []
  const flush = () => {
    if (lines.length === 0) return
    done.push({ body: gzipSync(`${lines.join('\n')}\n`, { level: 1 }), samples: lines.length })
    lines = []
  }
  for (const { at, via, subjects, columns } of blocks) {
    const labels = subjects.map(({ kind, ...rest }) =>
      Object.entries({ via, ...rest })
        .map(([name, value]) => `${name}=${JSON.stringify(String(value))}`)
        .join(','),
    )
    for (const [metric, column = []] of Object.entries(columns)) {
      column.forEach((value, index) => {
        if (value !== null)
          lines.push(`flink_${subjects[index]?.kind}_${metric}{${labels[index]}} ${value} ${at}`)
      })
    }
    if (lines.length >= SAMPLES_PER_BODY) flush()
  }
  flush()
  return done
}
