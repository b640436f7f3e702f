import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { packageRoot } from '../../core/kit/package-root.ts'
import { storeConfig } from '../../core/store/config.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { beginScenario, down, missingTools, setup, up } from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { type Running, startProcess, startWeir, until } from './weir.ts'

const binary = ['/usr/bin/prometheus', '/usr/local/bin/prometheus'].find(existsSync)
const reason =
  missingTools() ??
  chdbMissing ??
  (binary === undefined ? 'there is no Prometheus; apt-get install prometheus' : undefined)
if (reason !== undefined) process.stdout.write(`Remote write is not tested live: ${reason}\n`)

const STORE = 7151
const GATEWAY = 7152
const PROMETHEUS = 7153
const folder = mkdtempSync(join(tmpdir(), 'weir-prometheus-'))

/** Samples as Prometheus has them: by series, each with its own time. */
interface Vector {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [seconds: number, value: string])[]
}

async function prometheus(query: string): Promise<readonly Vector[]> {
  const url = `http://127.0.0.1:${PROMETHEUS}/api/v1/query?query=${encodeURIComponent(query)}`
  const answer = (await (await fetch(url)).json()) as { data?: { result?: readonly Vector[] } } // Prometheus' HTTP API.
  return answer.data?.result ?? []
}

describe.skipIf(reason !== undefined)('a real Prometheus that scrapes a real Flink', () => {
  const running: Running[] = []
  let store: Store
  let stopPrometheus = () => Promise.resolve()
  beforeAll(async () => {
    await setup()
    const cluster = await up('2.2')
    running.push(
      await startProcess(
        join(packageRoot(import.meta.url), 'dist', 'test', 'store', 'serve.js'),
        ['--path', join(folder, 'store'), '--port', String(STORE)],
        /listening/,
      ),
    )
    const storeAt = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
    writeFileSync(
      join(folder, 'gateway.yaml'),
      stringify({ store: storeAt, gateway: { port: GATEWAY } }),
    )
    running.push(
      await startWeir(['gateway', '--config', join(folder, 'gateway.yaml')], /takes batches/),
    )
    store = await openStore(storeConfig.parse(storeAt))
    writeFileSync(
      join(folder, 'prometheus.yaml'),
      stringify({
        global: { scrape_interval: '5s', external_labels: { cluster: 'prom' } },
        scrape_configs: [
          {
            job_name: 'flink',
            static_configs: [
              { targets: Object.values(cluster.promUrls).map((url) => new URL(url).host) },
            ],
          },
        ],
        remote_write: [
          {
            url: `http://127.0.0.1:${GATEWAY}/api/v1/write`,
            queue_config: { batch_send_deadline: '1s' },
          },
        ],
      }),
    )
    const child = spawn(
      binary ?? '',
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${PROMETHEUS}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    )
    stopPrometheus = () =>
      new Promise((resolve) => {
        child.once('close', () => resolve())
        child.kill('SIGTERM')
      })
  }, 240_000)
  afterAll(async () => {
    await stopPrometheus()
    await store?.close()
    for (const one of running.reverse()) await one.stop()
    await down('2.2')
    rmSync(folder, { recursive: true, force: true })
  }, 120_000)

  async function rows<T>(query: string): Promise<readonly T[]> {
    return (await store.client.query({ query, format: 'JSONEachRow' })).json<T>()
  }

  test('has its numbers in our store as in its own, typed ones and all others', async () => {
    const scenario = await beginScenario('live-spin')
    await until('a minute of samples', 120_000, async () => {
      const [one] = await prometheus(
        'count_over_time(flink_taskmanager_job_task_numRecordsIn[10m])',
      )
      return (
        Number(one && (one as unknown as { value: [number, string] }).value[1]) >= 8 || undefined
      ) // An instant vector has `value`.
    })
    // What was scraped in the last seconds may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const cutAt = Date.now() - 5_000
    const settled = (vectors: readonly Vector[]) =>
      vectors.flatMap(({ metric, values }) =>
        values.flatMap(([seconds, value]) => {
          const at = Math.round(seconds * 1_000)
          return at <= cutAt ? [{ metric, at, value: Number(value) }] : []
        }),
      )

    const typed = settled(await prometheus('flink_taskmanager_job_task_numRecordsIn[10m]'))
    const stored = await rows<{ vertex: string; subtask: number; at: number; recordsIn: number }>(
      `SELECT vertex, subtask, toUnixTimestamp64Milli(at) AS at, recordsIn FROM task_samples FINAL
       WHERE via = 'remote-write' AND recordsIn IS NOT NULL`,
    )
    const known = new Set(stored.map((r) => `${r.vertex} ${r.subtask} ${r.at} ${r.recordsIn}`))
    expect(typed.length).toBeGreaterThan(20)
    expect(
      typed.filter(
        ({ metric, at, value }) =>
          !known.has(`${metric.task_id} ${metric.subtask_index} ${at} ${value}`),
      ),
    ).toEqual([])

    const other = settled(
      await prometheus(
        '{__name__=~"flink_taskmanager_job_task_busyTimeMsPerSecond|flink_jobmanager_numRegisteredTaskManagers|scrape_duration_seconds"}[10m]',
      ),
    )
    const series = await rows<{ metric: string; at: number; value: number }>(
      `SELECT metric, toUnixTimestamp64Milli(at) AS at, value FROM samples FINAL`,
    )
    const have = new Set(series.map(({ metric, at, value }) => `${metric} ${at} ${value}`))
    const finite = other.filter(({ value }) => Number.isFinite(value))
    expect(finite.length).toBeGreaterThan(20)
    expect(
      finite.filter(({ metric, at, value }) => !have.has(`${metric.__name__} ${at} ${value}`)),
    ).toEqual([])
    process.stdout.write(
      `remote write: ${typed.length} typed and ${finite.length} other samples are the same\n`,
    )
    await scenario.end()
  }, 300_000)
})
