import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { OperationsStatus } from '../../core/api/operations.ts'
import type { JobSummary } from '../../core/api/public.ts'
import { JobDetail } from '../../core/flink/rest/job-detail.ts'
import { beginScenario, down, missingTools, rest, setup, up } from '../lab/index.mjs'
import { type Running, startWeir, until } from './weir.ts'

const reason = missingTools()
if (reason !== undefined) process.stdout.write(`Applying is not tried live: ${reason}\n`)

const PAGE = 7191
const STATUS = 7192
const conf = {
  'jobmanager.scheduler': 'adaptive',
  // The default waits half a minute after a start before it looks at new sizes.
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': '5 s',
}
const folder = mkdtempSync(join(tmpdir(), 'weir-apply-'))
const configFile = join(folder, 'weir.yaml')
// Times of a test: a job is not to be watched for ten minutes here.
const policy = {
  ...{ mode: 'apply', minConfidence: 0.5, holdMs: 8_000, cooldownMs: 20_000 },
  ...{ effectWithinMs: 120_000, settleMs: 20_000 },
}
const operations = { folder: join(folder, 'journal'), port: STATUS, everyMs: 2_000, policy }
writeFileSync(configFile, stringify({ operations }))

async function status(): Promise<OperationsStatus> {
  const response = await fetch(`http://127.0.0.1:${STATUS}/api/v1/operations`)
  return OperationsStatus.parse(await response.json())
}

async function healthy(name: string): Promise<JobSummary> {
  const { value } = await until(`${name} to be healthy`, 90_000, async () => {
    const response = await fetch(`http://127.0.0.1:${PAGE}/api/v1/jobs`)
    // The API's own tests hold its bodies to their types.
    const { items } = (await response.json()) as { items: JobSummary[] }
    return items.find(
      (job) => job.name === name && job.verdict === 'healthy' && job.coverage >= 0.9,
    )
  })
  return value
}

async function sizes(run: string): Promise<Readonly<Record<string, number>>> {
  const { vertices } = JobDetail.parse((await rest('2.2', `/jobs/${run}`)).json)
  return Object.fromEntries(vertices.map(({ name, parallelism }) => [name, parallelism]))
}

describe.skipIf(reason !== undefined)(
  'operations beside the adaptive scheduler of Flink 2.2',
  () => {
    let weir: Running
    beforeAll(async () => {
      await setup()
      const { restUrl } = await up('2.2', { conf })
      const listen = ['--listen', `127.0.0.1:${PAGE}`, '--config', configFile]
      weir = await startWeir(['up', '--flink', `lab=${restUrl}`, ...listen], /Weir is at/)
    }, 240_000)
    afterAll(async () => {
      await weir?.stop()
      await down('2.2')
      rmSync(folder, { recursive: true, force: true })
    }, 60_000)

    test('a slow operator gets the size that carries its load, in one step', async () => {
      const scenario = await beginScenario('live-park', { conf })
      const { job } = await healthy('stock-check')
      await scenario.enter('sick')
      const { value: change, tookMs } = await until(
        'the change to be settled',
        180_000,
        async () => {
          const { changes } = await status()
          return changes.find(({ stateAt, state }) => stateAt > 0 && ENDS.includes(state))
        },
      ).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(await status(), null, 1)}`)
      })
      process.stdout.write(
        `apply: ${change.change} ${change.state} ${Math.round(tookMs / 1000)} s after the fault: ${change.because}\n`,
      )
      expect(change).toMatchObject({ job, way: 'rest', state: 'verified' })
      // 2.1 seconds of waiting a second: three carry it at 70 %.
      expect(change.resized.map(({ name, from, to }) => [name, from, to])).toEqual([
        ['Check stock', 1, 3],
      ])
      expect((await sizes(scenario.jobId))['Check stock']).toBe(3)
      const { changes } = await status()
      expect(changes.length).toBe(1)
      await scenario.end()
    }, 300_000)

    test('a skewed key is left alone, and it is said why', async () => {
      const scenario = await beginScenario('keyed-skew-a', { line: '2.2', conf })
      const { job } = await healthy('cart-totals')
      const before = await sizes(scenario.jobId)
      await scenario.enter('sick')
      const saidSo = async () => {
        const { jobs, changes } = await status()
        expect(changes.filter((change) => change.job === job)).toEqual([])
        const report = jobs.find((one) => one.job === job)
        return report?.abstained.find(({ reason }) => /do not scale: .*key/.test(reason)) && report
      }
      const { value, tookMs } = await until('the reason', 120_000, saidSo).catch(
        async (error: unknown) => {
          throw new Error(`${String(error)}\n${JSON.stringify(await status(), null, 1)}`)
        },
      )
      process.stdout.write(
        `apply: skew left alone after ${Math.round(tookMs / 1000)} s: ${value.abstained.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}\n`,
      )
      // Far longer than an advice has to stand here.
      await new Promise((resolve) => setTimeout(resolve, 20_000))
      await saidSo()
      expect(await sizes(scenario.jobId)).toEqual(before)
      await scenario.end()
    }, 300_000)
  },
)

/** States from which a change goes nowhere any more. */
const ENDS: readonly string[] = ['verified', 'unproven', 'taken-back', 'left', 'failed']
