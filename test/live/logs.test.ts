import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { madeApiServer } from '../../agent/sources/kubernetes/api-server.fixture.ts'
import type { JobSummary } from '../../core/api/public.ts'
import type { LastLines, LogNodesPage, LogPage } from '../../core/api/public-logs.ts'
import { madePod } from '../../core/flink/kubernetes/objects.fixture.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import { storeConfig } from '../../core/store/config.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import {
  beginScenario,
  down,
  hostsOf,
  kafkaDown,
  kafkaUp,
  killTaskManager,
  missingTools,
  setup,
  up,
} from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { type Running, startProcess, startWeir, until } from './weir.ts'

const reason = missingTools() ?? chdbMissing
if (reason !== undefined) process.stdout.write(`The suite of logs is skipped: ${reason}\n`)

const STORE = 7281
const GATEWAY = 7282
const PAGE = 7283
const NODE = 7284
// biome-ignore lint/style/noProcessEnv: ten minutes by hand are WEIR_FLOOD_SECONDS=600.
const { WEIR_FLOOD_SECONDS = '45' } = process.env
const FLOOD_SECONDS = Number(WEIR_FLOOD_SECONDS)
const folder = mkdtempSync(join(tmpdir(), 'weir-logs-live-'))

const configFile = (name: string, config: object): string => {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, stringify(config))
  return path
}

async function get<T>(path: string, port = PAGE): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T // The API's own tests hold its bodies to their types.
}

/** A line as Flink's own layout writes it. */
const flinkLine = (message: string, at = Date.now()) => {
  const time = new Date(at).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)
  return `${time} INFO  shop.Orders                                                 [] - ${message}\n`
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(reason !== undefined)('lines that outlive their pods, beside Flink 2.2', () => {
  const parts: Running[] = []
  let logRoot = ''
  let store: Store
  let kubernetes: Awaited<ReturnType<typeof madeApiServer>>

  beforeAll(async () => {
    await setup()
    const broker = await kafkaUp('2.2', { keep: true })
    const cluster = await up('2.2')
    logRoot = join(cluster.dir, 'log')
    kubernetes = await madeApiServer()
    const bus = {
      ...{ kind: 'kafka', brokers: [broker], prefix: `weir-${Date.now()}-` },
      ...{ partitions: 2, replicationFactor: 1 },
    }
    const storeAt = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
    const ship = { url: `http://127.0.0.1:${GATEWAY}` }
    const weir = async (name: string, config: object, ready: RegExp) =>
      parts.push(await startWeir([name, '--config', configFile(name, config)], ready))
    parts.push(
      await startProcess(
        join(packageRoot(import.meta.url), 'dist', 'test', 'store', 'serve.js'),
        ['--path', join(folder, 'store'), '--port', String(STORE)],
        /listening/,
      ),
    )
    store = await openStore(storeConfig.parse(storeAt))
    await weir('gateway', { bus, store: storeAt, gateway: { port: GATEWAY } }, /takes batches/)
    const diagnosis = { port: PAGE, logNodes: [{ url: `http://127.0.0.1:${NODE}` }] }
    await weir('diagnosis', { bus, store: storeAt, diagnosis }, /is served/)
    const agent = {
      ...{ name: 'lab', clusters: [{ name: 'lab', url: cluster.restUrl }] },
      kubernetes: { server: kubernetes.url },
    }
    await weir('agent', { agent, ship }, /Looking at/)
    const logs = {
      ...{ node: 'node-1', folder: join(folder, 'archive'), api: { port: NODE } },
      flink: [{ cluster: 'lab', root: logRoot, folders: '{pod}' }],
    }
    await weir('log-service', { logs, ship }, /are followed/)
  }, 300_000)

  afterAll(async () => {
    await store?.close()
    for (const part of parts.reverse()) await part.stop()
    await down('2.2')
    await kafkaDown('2.2')
    rmSync(folder, { recursive: true, force: true })
  }, 120_000)

  test('a TaskManager dies, its folder goes: its last line, exit code and first fault stay', async () => {
    const scenario = await beginScenario('live-kill')
    const { value: job } = await until('the job', 90_000, async () => {
      const { items } = await get<{ items: JobSummary[] }>('/jobs')
      return items.find((one) => one.name === 'parcel-events')
    })
    const [host] = await hostsOf('2.2', scenario.jobId, 'Last position')
    const pod = `tm${host}`
    const file = join(logRoot, pod, 'taskmanager.log')
    await killTaskManager('2.2', Number(host))
    const lastLine = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? ''
    // Its node has a second before the folder goes, as kubelet gives it.
    await wait(2_500)
    rmSync(join(logRoot, pod), { recursive: true, force: true })
    kubernetes.put(
      madePod(pod, killedStatus(), {
        metadata: {
          labels: { app: 'lab', component: 'taskmanager', type: 'flink-native-kubernetes' },
        },
      }),
    )
    const { value: last, tookMs } = await until('the end of the pod', 60_000, async () => {
      const answer = await get<LastLines>(`/jobs/${job.job}/logs/last?pod=${pod}&limit=5`)
      return answer.life.end?.exitCode !== undefined && answer.firstFault ? answer : undefined
    })
    process.stdout.write(`logs: ${last.items.length} last lines of a dead pod after ${tookMs} ms\n`)
    expect(lastLine).toContain(last.items.at(-1)?.line.message)
    expect(last.life.end).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
    expect(last.firstFault?.line.signature ?? last.firstFault?.line.exception).toBeDefined()
    await scenario.end()
  }, 300_000)

  test('while the broker is down the node answers; when it is back nothing is missing', async () => {
    const late = join(logRoot, 'late')
    mkdirSync(late, { recursive: true })
    const file = join(late, 'taskmanager.log')
    writeFileSync(file, flinkLine('marker before'))
    const stored = async () => {
      const result = await store.client.query({
        query: `SELECT count() AS rows, uniqExact(file, offset) AS lines FROM logs WHERE body LIKE 'marker %'`,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      })
      return (await result.json<{ rows: number; lines: number }>())[0]
    }
    await until('the first line', 60_000, async () => (await stored())?.lines === 1 || undefined)
    await kafkaDown('2.2')
    for (let n = 0; n < 200; n++) appendFileSync(file, flinkLine(`marker ${n}`))
    const { value: page } = await until('the node to answer', 30_000, async () => {
      const answer = await get<LogPage>('/logs?q=marker&limit=1000', NODE)
      return answer.items.length === 201 ? answer : undefined
    })
    expect(page.items[0]?.line.message).toMatch(/^marker/)
    // And so does the page, which knows what the store lacks meanwhile.
    const job = '/jobs/lab/-/parcel-events/logs'
    const read = await get<LogPage>(`${job}?q=marker&source=nodes&limit=1000`)
    expect([read.items.length, read.nodes?.map(({ state }) => state)]).toEqual([201, ['answered']])
    const { nodes, lives } = await get<LogNodesPage>(`${job}/nodes`)
    expect([nodes.length, lives.some(({ pod }) => pod === 'late')]).toEqual([1, true])
    await wait(5_000)
    await kafkaUp('2.2', { keep: true })
    const { tookMs } = await until('all lines', 120_000, async () => {
      const now = await stored()
      return now?.lines === 201 ? now : undefined
    })
    process.stdout.write(`logs: 200 lines of an outage in the store after ${tookMs} ms\n`)
    // Copies would fold in a merge, but there are none.
    expect(await stored()).toEqual({ rows: 201, lines: 201 })
  }, 300_000)

  test(
    "a flood from one TaskManager does not hold up another's lines",
    async () => {
      for (const name of ['flood', 'calm']) mkdirSync(join(logRoot, name), { recursive: true })
      const files = { flood: join(logRoot, 'flood', 'a.log'), calm: join(logRoot, 'calm', 'a.log') }
      let written = 0
      const newest = async () => {
        const result = await store.client.query({
          query: `SELECT max(toUInt32OrZero(splitByChar(' ', body)[2])) AS n FROM logs WHERE pod = 'calm'`,
          format: 'JSONEachRow',
          clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
        })
        return (await result.json<{ n: number }>())[0]?.n ?? 0
      }
      const writtenAt: number[] = []
      const waitedMs: number[] = []
      for (let tenth = 1; tenth <= FLOOD_SECONDS * 10; tenth++) {
        const begunAt = Date.now()
        appendFileSync(
          files.flood,
          Array.from({ length: 200 }, () => flinkLine(`flood ${written++}`)).join(''),
        )
        if (tenth % 10 === 0) {
          writtenAt.push(begunAt)
          appendFileSync(files.calm, flinkLine(`calm ${writtenAt.length}`))
          const seen = await newest()
          const oldest = writtenAt[seen]
          waitedMs.push(oldest === undefined ? 0 : Date.now() - oldest)
        }
        await wait(Math.max(0, 100 - (Date.now() - begunAt)))
      }
      const [worstMs = 0, ...others] = waitedMs.sort((a, b) => b - a)
      const usualMs = others[Math.floor(others.length / 2)]
      process.stdout.write(
        `logs: in a flood of ${written} lines another's waited ${worstMs} ms at most, usually ${usualMs} ms\n`,
      )
      expect(worstMs).toBeLessThanOrEqual(5_000)
      await until('the whole flood', 120_000, async () => {
        const result = await store.client.query({
          query: `SELECT uniqExact(offset) AS lines FROM logs WHERE pod = 'flood'`,
          format: 'JSONEachRow',
          clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
        })
        return (await result.json<{ lines: number }>())[0]?.lines === written || undefined
      })
    },
    FLOOD_SECONDS * 1_000 + 255_000,
  )
})

/** What kubelet says of a container that the kernel killed for its memory just now. */
function killedStatus() {
  const now = `${new Date().toISOString().slice(0, 19)}Z`
  return {
    ...{ phase: 'Running', podIP: '10.0.0.7', startTime: now },
    containerStatuses: [
      {
        ...{
          name: 'flink-main-container',
          image: 'flink:2.2.1',
          imageID: 'sha256:0',
          ready: false,
        },
        state: {
          terminated: {
            ...{ exitCode: 137, reason: 'OOMKilled', startedAt: now, finishedAt: now },
            containerID: 'containerd://c1',
          },
        },
        ...{ lastState: {}, restartCount: 0 },
      },
    ],
  }
}
