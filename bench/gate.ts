import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobsPage } from '../core/api/public.ts'
import { packageRoot } from '../core/kit/package-root.ts'
import { answers, serve } from './process.ts'

export interface GateOptions {
  readonly jobs: number
  readonly perSecond: number
  readonly seconds: number
}

export interface GateCost {
  readonly question: string
  readonly perSecond: number
  readonly asked: number
  /** From the moment at which it was due, so that what waits behind a pause counts as waiting. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly longestMs: number
  readonly statuses: string
}

const PORT = 28_480
const url = `http://127.0.0.1:${PORT}`

/** How long a platform waits for the gate while rounds go on over all jobs. */
export async function gateCost(options: GateOptions): Promise<readonly GateCost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const script = join(packageRoot(import.meta.url), 'dist', 'bench', 'gate.process.js')
  const server = await serve(
    'Weir',
    [process.execPath, script, folder, String(options.jobs), String(PORT)],
    { url, ready: () => answers(`${url}/readyz`, 300_000) },
  )
  try {
    const jobs = await allJobs(options.jobs)
    await warm(jobs.slice(0, 50))
    const { perSecond, seconds } = options
    return [
      await asked('gate, last minute', jobs, '/gate', perSecond, seconds),
      await asked('health', jobs, '/health', perSecond, seconds),
      await asked('gate, ten minutes (store)', jobs, '/gate?for=10m', perSecond / 10, seconds),
    ]
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Every job, once all of them were evaluated. */
async function allJobs(expected: number): Promise<readonly string[]> {
  for (let tries = 0; tries < 120; tries++) {
    // Our own API: its tests hold its bodies to their types.
    const page = (await (await fetch(`${url}/api/v1/jobs?limit=1000`)).json()) as JobsPage
    if (page.items.length >= expected) return page.items.map(({ job }) => job)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
  throw new Error(`Not all of the ${expected} jobs were evaluated within two minutes.`)
}

/** A minute of rounds, as every process has behind it but for its first one: until then the store is asked. */
async function warm(jobs: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const known = await Promise.all(
      jobs.map(async (job) => (await fetch(`${url}/api/v1/jobs/${job}/gate`)).status !== 503),
    )
    // Some of the recorded jobs have failed or are over: they stay unknown.
    if (known.filter(Boolean).length >= jobs.length / 2) return
    await new Promise((resolve) => setTimeout(resolve, 3_000))
  }
  throw new Error(`The gate of most of ${jobs.length} jobs was unknown for three minutes.`)
}

/** Asks at a steady rate, whether answers come or not: a slow server gets no rest. */
async function asked(
  question: string,
  jobs: readonly string[],
  path: string,
  perSecond: number,
  seconds: number,
): Promise<GateCost> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const waits: number[] = []
  const statuses = new Map<number, number>()
  const begunAt = performance.now()
  const pending: Promise<void>[] = []
  for (let index = 0; index < perSecond * seconds; index++) {
    const dueAt = begunAt + (index * 1_000) / perSecond
    const earlyMs = dueAt - performance.now()
    if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs))
    // A step that no multiple of the number of jobs shares: all of them are asked about in turn.
    const job = jobs[(index * 7919) % jobs.length] ?? ''
    pending.push(
      ask(`${url}/api/v1/jobs/${job}${path}`, agent).then((status) => {
        waits.push(performance.now() - dueAt)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }),
    )
  }
  await Promise.all(pending)
  agent.destroy()
  waits.sort((a, b) => a - b)
  const quantile = (share: number) => waits[Math.floor((waits.length - 1) * share)] ?? Number.NaN
  return {
    ...{ question, perSecond, asked: waits.length },
    ...{ p50Ms: quantile(0.5), p99Ms: quantile(0.99), longestMs: quantile(1) },
    statuses: [...statuses].map(([status, count]) => `${status}: ${count}`).join(', '),
  }
}

function ask(target: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    // A connection that was kept may be closed while the question is on its way: then it is asked anew.
    sent.once('error', (error) => (sent.reusedSocket ? resolve(ask(target, agent)) : reject(error)))
    sent.end()
  })
}
