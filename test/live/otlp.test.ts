import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { FindingsPage, JobSummary } from '../../core/api/public.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import { beginScenario, down, missingTools, setup } from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { isTrouble, type Running, startProcess, startWeir, until } from './weir.ts'

const reason = missingTools() ?? chdbMissing
if (reason !== undefined) process.stdout.write(`OTLP is not tested live: ${reason}\n`)

const STORE = 7141
const GATEWAY = 7142
const GRPC = 7143
const PAGE = 7144
const folder = mkdtempSync(join(tmpdir(), 'weir-otlp-'))

const key = 'metrics.reporter.otel'
const reporter = {
  'metrics.reporters': 'prom,otel',
  [`${key}.factory.class`]: 'org.apache.flink.metrics.otel.OpenTelemetryMetricReporterFactory',
  [`${key}.exporter.endpoint`]: `http://127.0.0.1:${GRPC}`,
  [`${key}.interval`]: '5 s',
}

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
  'a real Flink whose own OpenTelemetry reporter is all that there is: no agent, no REST, no scrape',
  () => {
    const running: Running[] = []
    beforeAll(async () => {
      await setup()
      const store = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
      const gateway = { port: GATEWAY, otlpGrpcPort: GRPC, defaultCluster: 'otel' }
      running.push(
        await startProcess(
          join(packageRoot(import.meta.url), 'dist', 'test', 'store', 'serve.js'),
          ['--path', join(folder, 'store'), '--port', String(STORE)],
          /listening/,
        ),
        await startWeir(
          ['gateway', '--config', configFile('gateway', { store, gateway })],
          /takes batches/,
        ),
        await startWeir(
          ['diagnosis', '--config', configFile('diagnosis', { store, diagnosis: { port: PAGE } })],
          /is served/,
        ),
      )
    }, 300_000)
    afterAll(async () => {
      for (const one of running.reverse()) await one.stop()
      await down('2.2')
      rmSync(folder, { recursive: true, force: true })
    }, 120_000)

    test('a slow operator is named, as far as the metrics reach', async () => {
      const scenario = await beginScenario('live-spin', { conf: reporter })
      const { value: job } = await until('basket-prices to be healthy', 120_000, async () => {
        const { items } = await get<{ items: JobSummary[] }>('/jobs')
        return items.find((one) => one.name === 'basket-prices' && one.verdict === 'healthy')
      })
      expect([job.job, job.vertices]).toEqual(['otel/-/basket-prices', 3])
      await scenario.enter('sick')
      const { value: found, tookMs } = await until('a cause', 150_000, async () => {
        const { items } = await get<FindingsPage>(`/jobs/${job.job}/findings`)
        const causes = items.filter(isTrouble)
        return causes.length > 0 ? causes : undefined
      })
      process.stdout.write(`OTLP alone: found after ${Math.round(tookMs / 1000)} s\n`)
      expect(found.map(({ rule, subject }) => `${rule} at ${subject.name}`)).toEqual([
        'under-provisioned at Price basket',
      ])
      await scenario.end()
    }, 400_000)
  },
)
