import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FindingsPage, JobDetail, JobSummary } from '../../core/api/public.ts'
import {
  beginScenario,
  down,
  hostsOf,
  killTaskManager,
  missingTools,
  rest,
  setup,
  up,
} from '../lab/index.mjs'
import { installWithoutStore } from './installed.ts'
import { isTrouble, type Running, runWeir, startWeir, until } from './weir.ts'

const reason = missingTools()
if (reason !== undefined) process.stdout.write(`Live tests are skipped: ${reason}\n`)

const PORT = 7171
const base = `http://127.0.0.1:${PORT}/api/v1`

async function get<T>(path: string): Promise<T> {
  const response = await fetch(base + path)
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T // The API's own tests hold its bodies to their types.
}

/** The job of this name that runs now. */
async function jobNamed(name: string): Promise<JobSummary | undefined> {
  const { items } = await get<{ items: JobSummary[] }>('/jobs')
  return items.find((job) => job.name === name && job.state === 'RUNNING')
}

async function causes(job: string): Promise<FindingsPage['items']> {
  const { items } = await get<FindingsPage>(`/jobs/${job}/findings`)
  return items.filter(isTrouble)
}

/** Waits until the job has been judged healthy. */
function healthy(name: string) {
  return until(`${name} to be healthy`, 90_000, async () => {
    const job = await jobNamed(name)
    return job?.verdict === 'healthy' && job.coverage >= 0.9 ? job : undefined
  })
}

describe.skipIf(reason !== undefined)('weir up --flink beside a real Flink 2.2', () => {
  let weir: Running
  let restUrl: string
  beforeAll(async () => {
    await setup()
    const cluster = await up('2.2')
    restUrl = cluster.restUrl
    weir = await startWeir(
      ['up', '--flink', `lab=${cluster.restUrl}`, '--listen', `127.0.0.1:${PORT}`],
      /Weir is at/,
    )
  }, 240_000)
  afterAll(async () => {
    await weir?.stop()
    await down('2.2')
  }, 60_000)

  test('an operator slow by computing is under-provisioned, and the advice carries it', async () => {
    const scenario = await beginScenario('live-spin')
    const { value: job } = await healthy('basket-prices')
    expect((await causes(job.job)).map(({ rule }) => rule)).toEqual([])
    await scenario.enter('sick')
    const { value: found, tookMs } = await until('under-provisioned', 90_000, async () => {
      const all = await causes(job.job)
      return all.length > 0 ? all : undefined
    })
    process.stdout.write(`live-spin: found after ${Math.round(tookMs / 1000)} s\n`)
    expect(found.map(({ rule, subject }) => `${rule} at ${subject.name}`)).toEqual([
      'under-provisioned at Price basket',
    ])
    const { advice } = await get<JobDetail>(`/jobs/${job.job}`)
    const [change] = advice
    expect(change?.target.name).toBe('Price basket')
    expect(change?.from).toBe(1)
    // Two carry it; beside other work on two cores the measured capacity may ask for one more.
    expect([2, 3]).toContain(change?.to)
    await scenario.end()
  }, 300_000)

  test('an operator slow by waiting is a blocking call, with the parallelism that would carry it', async () => {
    const scenario = await beginScenario('live-park')
    const { value: job } = await healthy('stock-check')
    await scenario.enter('sick')
    const { value: found, tookMs } = await until('blocking-call', 90_000, async () => {
      const all = await causes(job.job)
      return all.length > 0 ? all : undefined
    })
    process.stdout.write(`live-park: found after ${Math.round(tookMs / 1000)} s\n`)
    expect(found.map(({ rule, subject }) => `${rule} at ${subject.name}`)).toEqual([
      'blocking-call at Check stock',
    ])
    const { advice } = await get<JobDetail>(`/jobs/${job.job}`)
    expect(advice[0]?.target.name).toBe('Check stock')
    expect([3, 4]).toContain(advice[0]?.to)
    expect(advice[0]?.warnings.join(' ')).toMatch(/asynchronous/)

    const installed = await installWithoutStore()
    expect([await installed.has('kafkajs'), await installed.has('chdb')]).toEqual([true, false])
    const begunAt = Date.now()
    const answer = await runWeir(['diagnose', restUrl, '--json'], installed.bin)
    process.stdout.write(`weir diagnose answered after ${(Date.now() - begunAt) / 1000} s\n`)
    expect(answer.err).toBe('')
    expect(answer.code).toBe(1)
    expect(answer.out).toContain('"rule": "blocking-call"')
    await installed.remove()
    await scenario.end()
  }, 300_000)

  test('a killed TaskManager is seen within ten seconds', async () => {
    const scenario = await beginScenario('live-kill')
    const { value: job } = await healthy('parcel-events')
    const [host] = await hostsOf('2.2', scenario.jobId, 'Last position')
    if (host === undefined) throw new Error('The scenario runs nowhere.')
    await killTaskManager('2.2', host)
    const noticed = until('Flink itself to notice', 60_000, async () => {
      const { text } = await rest('2.2', '/overview')
      return JSON.parse(text).taskmanagers < 3 || undefined
    })
    const { value: found, tookMs } = await until('taskmanager-lost', 30_000, async () => {
      const lost = (await causes(job.job)).filter(({ rule }) => rule === 'taskmanager-lost')
      return lost.length > 0 ? lost : undefined
    })
    const flinkMs = (await noticed).tookMs
    process.stdout.write(
      `live-kill: seen after ${(tookMs / 1000).toFixed(1)} s, Flink itself noticed after ${(flinkMs / 1000).toFixed(1)} s\n`,
    )
    expect(found.map(({ subject }) => subject.subject.kind)).toEqual(['taskmanager'])
    // Ten seconds, or as soon as can be where Flink itself needs longer to notice.
    expect(tookMs).toBeLessThanOrEqual(Math.max(10_000, flinkMs + 3_000))
    await scenario.end()
  }, 300_000)
})
