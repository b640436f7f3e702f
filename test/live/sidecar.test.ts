import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { FindingsPage, JobSummary } from '../../core/api/public.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import { storeConfig } from '../../core/store/config.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { beginScenario, down, list, missingTools, setup, up } from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { isTrouble, type Running, startProcess, startWeir, until } from './weir.ts'

const reason = missingTools() ?? chdbMissing
if (reason !== undefined) process.stdout.write(`Sidecars are not tested live: ${reason}\n`)

const STORE = 7131
const GATEWAY = 7132
const PAGE = 7133
const folder = mkdtempSync(join(tmpdir(), 'weir-sidecar-'))

function configFile(name: string, config: object): string {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, stringify(config))
  return path
}

/** What `/proc` of a pod shows that shares its process namespace: the one process and nothing else. */
function procOf(name: string, pid: number): string {
  const root = join(folder, `proc-${name}`)
  mkdirSync(root)
  symlinkSync(`/proc/${pid}`, join(root, String(pid)))
  return root
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${PAGE}/api/v1${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return (await response.json()) as T // The API's own tests hold its bodies to their types.
}

describe.skipIf(reason !== undefined)(
  'one agent beside each process of Flink, which sees its own reporter and its own process only',
  () => {
    const running: Running[] = []
    let store: Store
    beforeAll(async () => {
      await setup()
      const cluster = await up('1.20')
      const storeAt = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
      running.push(
        await startProcess(
          join(packageRoot(import.meta.url), 'dist', 'test', 'store', 'serve.js'),
          ['--path', join(folder, 'store'), '--port', String(STORE)],
          /listening/,
        ),
        await startWeir(
          [
            'gateway',
            '--config',
            configFile('gateway', { store: storeAt, gateway: { port: GATEWAY } }),
          ],
          /takes batches/,
        ),
        await startWeir(
          [
            'diagnosis',
            '--config',
            configFile('diagnosis', { store: storeAt, diagnosis: { port: PAGE } }),
          ],
          /is served/,
        ),
      )
      store = await openStore(storeConfig.parse(storeAt))
      for (const [name, reporter] of Object.entries(cluster.promUrls)) {
        const pid = list().find((one) => one.name === `${name}-1.20`)?.pid ?? 0
        // The JobManager's sidecar asks the JobManager; the others know of none.
        const rest = name === 'jm' ? { url: cluster.restUrl } : {}
        const agent = {
          name: `beside-${name}`,
          clusters: [{ name: 'lab', ...rest, prometheus: [reporter] }],
          host: { cluster: 'lab', reporter, procRoot: procOf(name, pid), everyMs: 5_000 },
        }
        const ship = { url: `http://127.0.0.1:${GATEWAY}` }
        const config = configFile(name, { agent, ship })
        running.push(await startWeir(['agent', '--config', config], /Looking at a Flink cluster/))
      }
    }, 300_000)
    afterAll(async () => {
      await store?.close()
      for (const one of running.reverse()) await one.stop()
      await down('1.20')
      rmSync(folder, { recursive: true, force: true })
    }, 120_000)

    test('together they tell the same story, each its part', async () => {
      const scenario = await beginScenario('live-spin', { line: '1.20' })
      const { value: job } = await until('basket-prices to be healthy', 120_000, async () => {
        const { items } = await get<{ items: JobSummary[] }>('/jobs')
        return items.find(
          (one) => one.name === 'basket-prices' && one.verdict === 'healthy' && one.coverage >= 0.9,
        )
      })
      const rows = await store.client.query({
        query: `SELECT process, groupUniqArray(via) AS vias, max(rssBytes) > 1e8 AS isJvm
                FROM process_samples WHERE cluster = 'lab' GROUP BY process ORDER BY process`,
        format: 'JSONEachRow',
      })
      const seen = (await rows.json<{ process: string; vias: string[]; isJvm: number }>()).map(
        ({ process, vias, isJvm }) => [process, vias.toSorted().join(' '), isJvm],
      )
      const vias = 'cgroup flink-prometheus procfs'
      expect(seen).toEqual([
        ['jobmanager', vias, 1],
        ['lab_120_taskmanager_1_1', vias, 1],
        ['lab_120_taskmanager_1_2', vias, 1],
        ['lab_120_taskmanager_1_3', vias, 1],
      ])
      await scenario.enter('sick')
      const { value: found, tookMs } = await until('under-provisioned', 120_000, async () => {
        const { items } = await get<FindingsPage>(`/jobs/${job.job}/findings`)
        const causes = items.filter(isTrouble)
        return causes.length > 0 ? causes : undefined
      })
      process.stdout.write(`sidecars: found after ${Math.round(tookMs / 1000)} s\n`)
      expect(found.map(({ rule, subject }) => `${rule} at ${subject.name}`)).toEqual([
        'under-provisioned at Price basket',
      ])
      await scenario.end()
    }, 400_000)
  },
)
