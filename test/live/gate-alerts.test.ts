import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { GateAnswer } from '../../core/api/gate.ts'
import type { JobSummary } from '../../core/api/public.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import {
  beginScenario,
  down,
  hostsOf,
  killTaskManager,
  missingTools,
  rest,
  type ScenarioRun,
  setControl,
  setup,
  startTaskManager,
  submit,
  untilRunning,
  up,
} from '../lab/index.mjs'
import { chdbMissing } from '../store/chdb-missing.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { type Running, runWeir, startProcess, startWeir, until } from './weir.ts'

const reason = missingTools() ?? chdbMissing
if (reason !== undefined) process.stdout.write(`Gate and alerts are not tested live: ${reason}\n`)

const [STORE, GATEWAY, PAGE, UP] = [7195, 7196, 7197, 7198]
const folder = mkdtempSync(join(tmpdir(), 'weir-gate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function configFile(name: string, config: object): string {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, stringify(config))
  return path
}

async function jobNamed(port: number, name: string): Promise<JobSummary | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/jobs`)
  // The API's own tests hold its bodies to their types.
  const { items } = (await response.json()) as { items: readonly JobSummary[] }
  return items.find((job) => job.name === name && job.state === 'RUNNING')
}

const ms = (value: number) => `${(value / 1000).toFixed(1)} s`

describe.skipIf(reason !== undefined)('the gate of a job that runs on a real Flink 2.2', () => {
  const running: Running[] = []
  let agent: Running
  let startAgent: () => Promise<Running>
  let scenario: ScenarioRun

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
    const store = { kind: 'clickhouse', url: `http://127.0.0.1:${STORE}` }
    const start = (part: string, config: object, ready: RegExp) =>
      startWeir([part, '--config', configFile(part, config)], ready)
    running.push(await start('gateway', { store, gateway: { port: GATEWAY } }, /takes batches/))
    running.push(await start('diagnosis', { store, diagnosis: { port: PAGE } }, /is served/))
    startAgent = () =>
      start(
        'agent',
        {
          agent: { name: 'lab', clusters: [{ name: 'lab', url: cluster.restUrl }] },
          ship: { url: `http://127.0.0.1:${GATEWAY}` },
        },
        /Looking at/,
      )
    agent = await startAgent()
    scenario = await beginScenario('live-spin')
  }, 300_000)
  afterAll(async () => {
    await scenario?.end()
    await agent?.stop()
    for (const one of running.reverse()) await one.stop()
    await down('2.2')
  }, 120_000)

  const job = 'lab/-/basket-prices'
  const weirGate = (...options: string[]) =>
    runWeir(['gate', job, '--server', `http://127.0.0.1:${PAGE}`, '--for', '20s', ...options])

  async function ask(): Promise<{ readonly status: number; readonly answer: GateAnswer }> {
    const response = await fetch(`http://127.0.0.1:${PAGE}/api/v1/jobs/${job}/gate?for=20s`)
    // As above.
    return { status: response.status, answer: (await response.json()) as GateAnswer }
  }
  const untilItSays = (word: GateAnswer['answer'], withinMs: number) =>
    until(`the gate to say ${word}`, withinMs, async () => {
      const asked = await ask()
      return asked.answer.answer === word ? asked : undefined
    })

  test('a good job passes', async () => {
    const { code, out, err } = await weirGate('--timeout', '3m', '--output', 'json')
    expect([code, err]).toEqual([0, expect.any(String)])
    const answer: GateAnswer = JSON.parse(out)
    expect([answer.answer, answer.ok]).toEqual(['pass', true])
    expect((await ask()).status).toBe(200)
    process.stdout.write(`gate: ${answer.reason}\n`)
  }, 240_000)

  test('made sick, it fails, and the reason is the one that made it sick', async () => {
    scenario.enter('sick')
    const { value, tookMs } = await untilItSays('fail', 120_000)
    process.stdout.write(`gate: fails after ${ms(tookMs)}: ${value.answer.reason}\n`)
    expect(value.status).toBe(412)
    const [worst] = value.answer.findings
    expect([worst?.rule, worst?.subject]).toEqual(['under-provisioned', 'Price basket'])
    const { code, out } = await weirGate('--timeout', '0s')
    expect(code).toBe(1)
    expect(out).toContain('Price basket')
  }, 240_000)

  test('when its agent is stopped it is unknown, and known again once it is back', async () => {
    await agent.stop()
    const { value, tookMs } = await untilItSays('unknown', 90_000)
    process.stdout.write(`gate: unknown after ${ms(tookMs)}: ${value.answer.reasons.join(' ')}\n`)
    expect(value.status).toBe(503)
    expect(value.answer.ok).toBe(false)
    const { code } = await weirGate('--timeout', '0s')
    expect(code).toBe(3)
    agent = await startAgent()
    await untilItSays('fail', 120_000)
  }, 300_000)
})

describe.skipIf(reason !== undefined)('alerts of a real Flink 2.2', () => {
  let weir: Running
  let inbox: Inbox

  beforeAll(async () => {
    await setup()
    inbox = await startInbox()
    const cluster = await up('2.2')
    const config = configFile('up', {
      diagnosis: {
        alerts: {
          targets: { hook: { kind: 'webhook', url: inbox.url } },
          routes: [{ name: 'all', to: ['hook'], intervalMs: 1_000 }],
        },
      },
    })
    weir = await startWeir(
      [
        ...['up', '--flink', `lab=${cluster.restUrl}`, '--config', config],
        ...['--listen', `127.0.0.1:${UP}`],
      ],
      /Weir is at/,
    )
  }, 300_000)
  afterAll(async () => {
    await weir?.stop()
    await inbox?.close()
    await down('2.2')
  }, 120_000)

  const known = (name: string) =>
    until(`${name} to be known`, 90_000, async () => {
      const job = await jobNamed(UP, name)
      return job?.score === null ? undefined : job
    })

  /** The first message in which this cause of this job has this status. */
  const told = (status: 'firing' | 'resolved', cause: string, job: string, withinMs: number) =>
    until(`${cause} of ${job} to be ${status}`, withinMs, async () =>
      inbox.received.find(({ body }) =>
        body.alerts.some(
          ({ labels, status: own }) =>
            own === status && labels.alertname === cause && labels.job === job,
        ),
      ),
    )

  test('a job that fails for good is told within ten seconds, and that it runs again is told too', async () => {
    const start = async (control: Readonly<Record<string, number>>) => {
      const { jobId } = await submit('2.2', {
        job: 'coupon-check',
        nodes: [
          'c=gen();p=1;name=codes;rate=300',
          'chk=map(c);p=1;name=Check code;in=rebalance;cost=300',
          'o=sink(chk);p=1;name=answers;cost=100',
        ],
        control,
        flinkConfiguration: { 'restart-strategy.type': 'none' },
      })
      await untilRunning('2.2', jobId)
      return jobId
    }
    const jobId = await start({})
    await known('coupon-check')
    setControl('2.2', { 'chk.fail': 1, 'chk.fail.kind': 'null' })
    const { value } = await told('firing', 'job-failed', 'lab/-/coupon-check', 60_000)
    const { timestamps } = JSON.parse((await rest('2.2', `/jobs/${jobId}`)).text)
    const tookMs = value.at - Number(timestamps.FAILED)
    process.stdout.write(`alerts: a failed job was told ${ms(tookMs)} after Flink gave it up\n`)
    expect(tookMs).toBeLessThanOrEqual(10_000)
    const again = await start({ 'chk.fail': 0 })
    const { tookMs: overMs } = await told('resolved', 'job-failed', 'lab/-/coupon-check', 120_000)
    process.stdout.write(`alerts: its end was told ${ms(overMs)} after it ran again\n`)
    await rest('2.2', `/jobs/${again}`, { method: 'PATCH' })
  }, 300_000)

  test('SIGKILL of a TaskManager is told within ten seconds, and its end too', async () => {
    const scenario = await beginScenario('live-kill')
    await known('parcel-events')
    const [host] = await hostsOf('2.2', scenario.jobId, 'Last position')
    if (host === undefined) throw new Error('The scenario runs nowhere.')
    await killTaskManager('2.2', host)
    const killedAt = Date.now()
    const noticed = until('Flink itself to notice', 60_000, async () => {
      const { text } = await rest('2.2', '/overview')
      return JSON.parse(text).taskmanagers < 3 || undefined
    })
    const { value } = await told('firing', 'taskmanager-lost', 'lab/-/parcel-events', 60_000)
    const flinkMs = (await noticed).tookMs
    const tookMs = value.at - killedAt
    process.stdout.write(
      `alerts: a killed TaskManager was told after ${ms(tookMs)}, Flink itself noticed after ${ms(flinkMs)}\n`,
    )
    // Ten seconds, or as soon as can be where Flink itself needs longer to notice.
    expect(tookMs).toBeLessThanOrEqual(Math.max(10_000, flinkMs + 3_000))
    await startTaskManager('2.2', host)
    const { tookMs: overMs } = await told(
      'resolved',
      'taskmanager-lost',
      'lab/-/parcel-events',
      240_000,
    )
    process.stdout.write(`alerts: its end was told ${ms(overMs)} after it was back\n`)
    await scenario.end()
  }, 400_000)
})
