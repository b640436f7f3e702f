import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { FindingsPage, JobSummary } from '../../core/api/public.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import { storeConfig } from '../../core/store/config.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { beginScenario, down, kafkaDown, kafkaUp, missingTools, setup, up } from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { isTrouble, type Running, startProcess, startWeir, until } from './weir.ts'

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

type Part = 'store' | 'gateway' | 'diagnosis' | 'agent'

interface Told {
  readonly at: number
  readonly rows: number
  readonly subtasks: number
}

/** The details are read every five seconds; more than twice that between two samples is a hole. */
const HOLE_MS = 11_000

/** Stretches without a sample, but for those in which nobody looked. */
function gapsIn(
  samples: readonly Told[],
  excused: readonly (readonly [from: number, to: number])[],
): readonly string[] {
  return samples.slice(1).flatMap(({ at }, index) => {
    const before = samples[index]?.at ?? at
    const isExcused = excused.some(([from, to]) => before < to && at > from)
    return at - before > HOLE_MS && !isExcused ? [`${at - before} ms after ${before}`] : []
  })
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${PAGE}/api/v1${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return (await response.json()) as T // The API's own tests hold its bodies to their types.
}

describe.skipIf(reason !== undefined)(
  'agent, gateway and diagnosis as processes of their own, over Kafka and HTTP, beside Flink 1.20',
  () => {
    const parts = new Map<Part, { readonly start: () => Promise<Running>; running: Running }>()
    const begin = async (name: Part, start: () => Promise<Running>) =>
      parts.set(name, { start, running: await start() })
    let store: Store
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
      const storeAt = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
      const weir = (name: Part, config: object, ready: RegExp) => {
        const file = configFile(name, config)
        return begin(name, () => startWeir([name, '--config', file], ready))
      }
      await begin('store', () =>
        startProcess(
          join(packageRoot(import.meta.url), 'dist', 'test', 'store', 'serve.js'),
          ['--path', join(folder, 'store'), '--port', String(STORE)],
          /listening/,
        ),
      )
      store = await openStore(storeConfig.parse(storeAt))
      await weir('gateway', { bus, store: storeAt, gateway: { port: GATEWAY } }, /takes batches/)
      await weir('diagnosis', { bus, store: storeAt, diagnosis: { port: PAGE } }, /is served/)
      const { restUrl: url, promUrls } = cluster
      const clusters = [{ name: 'lab', url, prometheus: Object.values(promUrls) }]
      const spool = { path: join(folder, 'spool') }
      const ship = { url: `http://127.0.0.1:${GATEWAY}`, spool }
      await weir('agent', { agent: { name: 'lab', clusters }, ship }, /Looking at/)
    }, 300_000)
    afterAll(async () => {
      await store?.close()
      for (const { running } of [...parts.values()].reverse()) await running.stop()
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
        const causes = items.filter(isTrouble)
        return causes.length > 0 ? causes : undefined
      })
      process.stdout.write(`distributed: found after ${Math.round(tookMs / 1000)} s\n`)
      expect(found.map(({ rule, subject }) => `${rule} at ${subject.name}`)).toEqual([
        'under-provisioned at Price basket',
      ])
    }, 400_000)

    test('each process is killed in turn and starts again: nothing is lost, nothing doubled', async () => {
      // Two copies of a row are two here: nothing is folded while it is read.
      const told = async (): Promise<readonly Told[]> => {
        const result = await store.client.query({
          query: `SELECT toUnixTimestamp64Milli(at) AS at, count() AS rows,
                    uniqExact(job, run, vertex, subtask, attempt) AS subtasks
                  FROM task_samples WHERE via = 'flink-rest' AND job LIKE '%basket-prices'
                  GROUP BY at ORDER BY at`,
          format: 'JSONEachRow',
          clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
        })
        return result.json<Told>()
      }
      const fresh = async (since: number) =>
        until('a fresh sample', 90_000, async () => {
          const newest = (await told()).at(-1)?.at ?? 0
          return newest > since || undefined
        })
      const beginAt = Date.now()
      const downtimes: (readonly [from: number, to: number])[] = []
      for (const [name, part] of parts) {
        const killedAt = Date.now()
        await part.running.kill()
        await new Promise((resolve) => setTimeout(resolve, 5_000))
        part.running = await part.start()
        // An agent that is away cannot look; all others are waited for by it.
        if (name === 'agent') downtimes.push([killedAt, Date.now()])
        await fresh(Date.now())
      }
      await kafkaDown('1.20', 'SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      await kafkaUp('1.20', { keep: true })
      await fresh(Date.now())
      const samples = (
        await until('all that waited', 60_000, async () => {
          const all = (await told()).filter(({ at }) => at >= beginAt)
          return gapsIn(all, downtimes).length === 0 ? all : undefined
        }).catch(async () => ({ value: (await told()).filter(({ at }) => at >= beginAt) }))
      ).value
      expect(gapsIn(samples, downtimes)).toEqual([])
      expect(samples.filter(({ rows, subtasks }) => rows !== subtasks)).toEqual([])
      process.stdout.write(`distributed: ${samples.length} moments over six kills, none missing\n`)
      const { items } = await get<{ items: JobSummary[] }>('/jobs')
      expect(items.find(({ name }) => name === 'basket-prices')?.topCause?.rule).toBe(
        'under-provisioned',
      )
    }, 600_000)
  },
)
