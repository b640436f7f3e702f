import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { packageRoot } from '../../core/kit/package-root.ts'
import { storeConfig } from '../../core/store/config.ts'
import { openStore } from '../../core/store/open.ts'
import { kafkaDown, kafkaUp, missingTools, setup } from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { type LossyProxy, startLossyProxy } from './conservation/lossy-proxy.ts'
import { type Fault, plan } from './conservation/schedule.ts'
import { type Running, startProcess, startWeir, until } from './weir.ts'

const reason = missingTools() ?? chdbMissing
if (reason !== undefined) process.stdout.write(`Conservation is not tested: ${reason}\n`)

// biome-ignore lint/style/noProcessEnv: a longer run by hand chooses its own.
const { WEIR_FAULTS = '30', WEIR_SEED = '20261121' } = process.env
const FAULTS = Number(WEIR_FAULTS)
const SEED = Number(WEIR_SEED)

const STORE = 7161
const GATEWAYS = [7162, 7163] as const
const PROXIES = [7164, 7165] as const
const LINE = '2.2'

const folder = mkdtempSync(join(tmpdir(), 'weir-conservation-'))
const program = (...path: string[]) => join(packageRoot(import.meta.url), 'dist', 'test', ...path)
const agentFolder = (which: 0 | 1) => join(folder, `agent-${which}`)
const beginAt = Date.now() - 4 * 3_600_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(reason !== undefined)('what agents have shipped', () => {
  const gateways: Running[] = []
  const agents: Running[] = []
  const proxies: LossyProxy[] = []
  let store: Running

  const startStore = () =>
    startProcess(
      program('store', 'serve.js'),
      ['--path', join(folder, 'store'), '--port', String(STORE)],
      /listening/,
    )
  const startGateway = (which: 0 | 1) =>
    startWeir(['gateway', '--config', join(folder, `gateway-${which}.yaml`)], /takes batches/)
  const startAgent = (which: 0 | 1) =>
    startProcess(
      program('live', 'conservation', 'agent.js'),
      [
        ...['--name', `agent-${which}`, '--folder', agentFolder(which)],
        ...['--gateway', proxies[which]?.url ?? '', '--beginAt', String(beginAt)],
      ],
      /^/,
    )

  beforeAll(async () => {
    await setup()
    const broker = await kafkaUp(LINE)
    const bus = { kind: 'kafka', brokers: [broker], partitions: 4, replicationFactor: 1 }
    const storeAt = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
    store = await startStore()
    for (const which of [0, 1] as const) {
      const config = { bus, store: storeAt, gateway: { port: GATEWAYS[which] } }
      writeFileSync(join(folder, `gateway-${which}.yaml`), stringify(config))
      gateways.push(await startGateway(which))
      proxies.push(await startLossyProxy(PROXIES[which], `http://127.0.0.1:${GATEWAYS[which]}`))
      mkdirSync(agentFolder(which))
      agents.push(await startAgent(which))
    }
  }, 240_000)
  afterAll(async () => {
    for (const one of [...agents, ...gateways]) await one.kill()
    await store?.kill()
    for (const proxy of proxies) await proxy.close()
    await kafkaDown(LINE)
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  /** Lets it go wrong, waits, and brings back what died. */
  async function suffer(fault: Fault, lastsMs: number): Promise<void> {
    switch (fault.kind) {
      case 'agent':
        await agents[fault.which]?.kill()
        await pause(lastsMs)
        agents[fault.which] = await startAgent(fault.which)
        return
      case 'gateway':
        await gateways[fault.which]?.kill()
        await pause(lastsMs)
        gateways[fault.which] = await startGateway(fault.which)
        return
      case 'store':
        await store.kill()
        await pause(lastsMs)
        store = await startStore()
        return
      case 'broker':
        await kafkaDown(LINE, 'SIGKILL')
        await pause(lastsMs)
        await kafkaUp(LINE, { keep: true })
        return
      case 'answers':
        for (const proxy of proxies) proxy.lose(true)
        await pause(lastsMs)
        for (const proxy of proxies) proxy.lose(false)
        return
      case 'disk':
        // What waits in memory alone is not promised to outlive the process, so no agent dies here.
        for (const which of [0, 1] as const) writeFileSync(join(agentFolder(which), 'full'), '')
        await pause(lastsMs)
        for (const which of [0, 1] as const) rmSync(join(agentFolder(which), 'full'))
        await Promise.all(([0, 1] as const).map((which) => drained(which, 60_000)))
    }
  }

  const status = (which: 0 | 1): { waiting: number; lost: Record<string, number>; n: number } =>
    JSON.parse(readFileSync(join(agentFolder(which), 'status.json'), 'utf8'))
  const drained = (which: 0 | 1, withinMs: number) =>
    until(`agent-${which} to have nothing waiting`, withinMs, async () =>
      status(which).waiting <= 1 ? true : undefined,
    )

  test(
    `is in the store once and with its value after ${FAULTS} faults (seed ${SEED})`,
    async () => {
      const counts: Record<string, number> = {}
      await pause(3_000)
      for (const { fault, lastsMs, thenMs } of plan(SEED, FAULTS)) {
        counts[fault.kind] = (counts[fault.kind] ?? 0) + 1
        await suffer(fault, lastsMs)
        await pause(thenMs)
      }
      for (const which of [0, 1] as const) await drained(which, 120_000)
      const beforeFresh = ([0, 1] as const).map((which) => status(which).n)
      await pause(1_000)
      for (const which of [0, 1] as const) writeFileSync(join(agentFolder(which), 'quiet'), '')
      await pause(500)
      for (const which of [0, 1] as const) {
        await until(`agent-${which} to be done`, 60_000, async () =>
          status(which).waiting === 0 ? true : undefined,
        )
      }

      const client = await openStore(
        storeConfig.parse({ kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }),
      )
      const rows = async (which: 0 | 1, final: 'FINAL' | '') => {
        const result = await client.client.query({
          query: `SELECT toUnixTimestamp64Milli(at) AS at, subtask, recordsIn FROM task_samples ${final}
                  WHERE job = 'conservation/-/agent-${which}'`,
          format: 'JSONCompactEachRow',
        })
        return result.json<[at: number, subtask: number, recordsIn: number]>()
      }
      for (const which of [0, 1] as const) {
        const tally = readFileSync(join(agentFolder(which), 'tally'), 'utf8')
          .trim()
          .split('\n')
        const promised = new Set(tally.map(Number))
        const expected = [...promised].flatMap((n) =>
          [0, 1, 2, 3, 4].map((subtask) => `${n} ${subtask} ${10 * n + subtask}`),
        )
        const seen = ([at, subtask, recordsIn]: [number, number, number]) =>
          `${(at - beginAt) / 1_000} ${subtask} ${recordsIn}`
        // The writers may still be at it; a partition of a dead one waits for the end of its session.
        const { value: stored } = await until('all to be stored', 120_000, async () => {
          const now = (await rows(which, 'FINAL')).map(seen)
          return new Set(now).size >= expected.length ? now : undefined
        })
        const known = new Set(expected)
        expect(expected.filter((one) => !new Set(stored).has(one))).toEqual([])
        expect(stored.length).toBe(new Set(stored).size)
        // Shipped, but the agent died before it could note so: true samples that nobody was promised.
        const unnoted = stored.filter((one) => !known.has(one))
        expect(unnoted.filter((one) => promised.has(Number(one.split(' ')[0])))).toEqual([])
        expect(unnoted.length).toBeLessThanOrEqual(5 * (counts.agent ?? 0))
        expect(status(which).lost).toMatchObject({ cut: 0, refused: 0, failed: 0, damaged: 0 })
        expect(Math.max(...promised)).toBeGreaterThan(beforeFresh[which] ?? 0)
        const raw = (await rows(which, '')).length
        process.stdout.write(
          `agent-${which}: ${promised.size} payloads, ${stored.length} rows, ${raw - stored.length} folded repeats, ${unnoted.length} unnoted\n`,
        )
      }
      await client.close()
      const lost = proxies.reduce((sum, proxy) => sum + proxy.lost(), 0)
      process.stdout.write(`faults ${JSON.stringify(counts)}, ${lost} answers lost on the way\n`)
    },
    FAULTS * 20_000 + 400_000,
  )
})
