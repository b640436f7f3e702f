import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { FindingsPage, JobSummary } from '../../core/api/public.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import { beginScenario, down, kafkaDown, kafkaUp, missingTools, setup, up } from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { type Running, startProcess, startWeir, until } from './weir.ts'

const reason = missingTools() ?? chdbMissing
if (reason !== undefined) process.stdout.write(`The distributed suite is skipped: ${reason}\n`)

const STORE = 7181
const GATEWAY = 7182
const PAGE = 7183
const folder = mkdtempSync(join(tmpdir(), 'weir-distributed-'))

function configFile(name: string, config: object): string {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, stringify(config))
  return path
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${PAGE}/api/v1${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return (await response.json()) as T // The API's own tests hold its bodies to their types.
}

describe.skipIf(reason !== undefined)(
  'agent, gateway and diagnosis as processes of their own, over Kafka and HTTP, beside Flink 1.20',
  () => {
    const running: Running[] = []
    beforeAll(async () => {
      await setup()
      const broker = await kafkaUp('1.20', { keep: true })
      const cluster = await up('1.20')
      const bus = {
        kind: 'kafka',
        brokers: [broker],
        prefix: `weir-${Date.now()}-`,
        partitions: 2,
        replicationFactor: 1,
      }
      const store = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
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
            configFile('gateway', { bus, store, gateway: { port: GATEWAY } }),
          ],
          /takes batches/,
        ),
        await startWeir(
          [
            'diagnosis',
            '--config',
            configFile('diagnosis', { bus, store, diagnosis: { port: PAGE } }),
          ],
          /is served/,
        ),
        await startWeir(
          [
            'agent',
            '--config',
            configFile('agent', {
              agent: {
                name: 'lab',
                clusters: [
                  {
                    name: 'lab',
                    url: cluster.restUrl,
                    prometheus: Object.values(cluster.promUrls),
                  },
                ],
              },
              ship: { url: `http://127.0.0.1:${GATEWAY}` },
            }),
          ],
          /Looking at/,
        ),
      )
    }, 300_000)
    afterAll(async () => {
      for (const one of running.reverse()) await one.stop()
      await down('1.20')
      await kafkaDown('1.20')
      rmSync(folder, { recursive: true, force: true })
    }, 120_000)

    test('the same finding arrives at the API', async () => {
      const scenario = await beginScenario('live-spin', { line: '1.20' })
      const { value: job } = await until('basket-prices to be healthy', 120_000, async () => {
        const { items } = await get<{ items: JobSummary[] }>('/jobs')
        return items.find(
          (one) => one.name === 'basket-prices' && one.verdict === 'healthy' && one.coverage >= 0.9,
        )
      })
      await scenario.enter('sick')
      const { value: found, tookMs } = await until('under-provisioned', 120_000, async () => {
        const { items } = await get<FindingsPage>(`/jobs/${job.job}/findings`)
        const causes = items.filter((finding) => finding.cause && finding.state === 'open')
        return causes.length > 0 ? causes : undefined
      })
      process.stdout.write(`distributed: found after ${Math.round(tookMs / 1000)} s\n`)
      expect(found.map(({ rule, subject }) => `${rule} at ${subject.name}`)).toEqual([
        'under-provisioned at Price basket',
      ])
      await scenario.end()
    }, 400_000)
  },
)
