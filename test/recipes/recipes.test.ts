import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { systemClock } from '../../core/kit/clock.ts'
import { serve } from '../../core/kit/http.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import { createScope } from '../../core/kit/scope.ts'
import { freePort } from '../free-port.ts'
import { type Metric, measure, runOf } from './argo.ts'
import { askedWorld, type JobName, jobNames } from './jobs.fixture.ts'

const root = packageRoot(import.meta.url)
const folder = join(root, 'deploy', 'recipes')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

const scope = createScope('recipes')
const scratch = mkdtempSync(join(tmpdir(), 'weir-recipes-'))
let url = ''

beforeAll(async () => {
  const served = await serve(askedWorld().app, { host: '127.0.0.1', port: 0 }, scope)
  url = served.url
  // The command of this checkout, under the name that recipes call it by.
  const bin = join(root, 'cli', 'bin', 'weir.cjs')
  writeFileSync(join(scratch, 'weir'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
    mode: 0o755,
  })
})
afterAll(async () => {
  await scope.close(2_000)
  rmSync(scratch, { recursive: true, force: true })
})

/** The recipe's own address of Weir and job, replaced by those of the test. */
const aimed = (text: string, job: JobName) =>
  text
    .replaceAll('http://weir.weir.svc:8480', url)
    .replaceAll('prod/shop/orders', `prod/shop/${job}`)

/** Runs a script or program of a recipe to its end. */
function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; out: string }> {
  const path = `${scratch}:/usr/local/bin:/usr/bin:/bin`
  return new Promise((resolve) => {
    execFile(command, [...args], { env: { PATH: path, HOME: scratch, ...env } }, (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out })
    })
  })
}

describe('Flagger', () => {
  const Hook = z.looseObject({
    name: z.string(),
    type: z.string(),
    url: z.string(),
    timeout: z.string(),
  })
  const hooks = () => z.array(Hook).parse(parse(read('flagger-canary.yaml')).spec.analysis.webhooks)

  /** fluxcd/flagger, pkg/controller/webhook.go: POST, JSON, and anything above 202 is a no. */
  const says = async (type: string, job: JobName) => {
    const hook = hooks().find((one) => one.type === type)
    const response = await fetch(aimed(hook?.url ?? '', job), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'orders',
        namespace: 'shop',
        phase: 'Progressing',
        metadata: {},
      }),
    })
    await response.text()
    return response.status <= 202
  }

  test.each<[string, Record<JobName, boolean>]>([
    ['confirm-rollout', { healthy: true, sick: false, 'catching-up': false, unknown: false }],
    ['rollout', { healthy: true, sick: false, 'catching-up': false, unknown: false }],
    // Inverted: yes rolls back.
    ['rollback', { healthy: false, sick: true, 'catching-up': false, unknown: false }],
  ])('%s', async (type, expected) => {
    const answers = await Promise.all(jobNames.map(async (job) => [job, await says(type, job)]))
    expect(Object.fromEntries(answers)).toEqual(expected)
  })

  test('its hooks have answered before the next round of its analysis begins', () => {
    const { interval } = parse(read('flagger-canary.yaml')).spec.analysis
    const timeouts = hooks().map(({ timeout }) => Number.parseInt(timeout, 10))
    expect(timeouts.reduce((a, b) => a + b)).toBeLessThan(interval === '1m' ? 60 : 0)
  })
})

describe('Argo Rollouts', () => {
  const metricOf = (file: string) => {
    const [metric] = parse(read(file)).spec.metrics
    // What the tests below use of it.
    return metric as Metric & {
      provider: {
        web: { url: string; jsonPath: string }
        prometheus: { query: string }
      }
    }
  }

  /** One measurement of the web provider: an answer that is not 2xx is an error. */
  const webPhase = async (job: string) => {
    const metric = metricOf('argo-web.yaml')
    const { web } = metric.provider
    const asked = web.url.replace('http://weir.weir.svc:8480', url).replace('{{args.job}}', job)
    const response = await fetch(asked)
    if (!response.ok) return 'Error'
    const name = /^\{\$\.(\w+)\}$/.exec(web.jsonPath)?.[1] ?? ''
    // kubectl's JSONPath prints; older versions compare what it printed.
    const body = z.record(z.string(), z.unknown()).parse(await response.json())
    return measure(String(body[name]), metric)
  }

  test.each([
    ['healthy', 'Successful'],
    ['sick', 'Failed'],
    ['catching-up', 'Inconclusive'],
    ['unknown', 'Inconclusive'],
    ['nobody-knows-it', 'Error'],
  ])('web: %s is %s', async (job, phase) => {
    expect(await webPhase(`prod/shop/${job}`)).toBe(phase)
  })

  test('a fresh job that is unknown for a minute and well from then on passes', () => {
    for (const file of ['argo-web.yaml', 'argo-prometheus.yaml']) {
      const metric = metricOf(file)
      const many = <T>(n: number, phase: T) => Array.from({ length: n }, () => phase)
      const fresh = [...many(2, 'Inconclusive' as const), ...many(8, 'Successful' as const)]
      expect(runOf(fresh, metric)).toBe('Successful')
      expect(runOf([...many(3, 'Successful' as const), 'Failed', 'Failed'], metric)).toBe('Failed')
      expect(runOf(many(5, 'Inconclusive' as const), metric)).toBe('Inconclusive')
      expect(runOf(many(5, 'Error' as const), metric)).toBe('Error')
    }
  })

  const prometheus = ['/usr/bin/prometheus', '/usr/local/bin/prometheus'].find(existsSync)
  if (!prometheus)
    process.stderr.write('Skipped: Prometheus is not installed (apt-get install prometheus)\n')

  test.skipIf(!prometheus)(
    'a real Prometheus reads the metrics that the provider asks for',
    async () => {
      const port = await freePort()
      const config = {
        global: { scrape_interval: '200ms' },
        scrape_configs: [{ job_name: 'weir', static_configs: [{ targets: [new URL(url).host] }] }],
      }
      writeFileSync(join(scratch, 'prometheus.yml'), JSON.stringify(config))
      const server = spawn(
        prometheus ?? '',
        [
          `--config.file=${join(scratch, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(scratch, 'tsdb')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        { stdio: 'ignore' },
      )
      try {
        const metric = metricOf('argo-prometheus.yaml')
        const Vector = z.object({
          data: z.object({
            result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
          }),
        })
        const ask = async (query: string): Promise<number[]> => {
          const api = `http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query })}`
          const answer = await fetch(api).then(
            (r) => r.json(),
            () => undefined,
          )
          const result = Vector.safeParse(answer).data?.data.result ?? []
          return result.map(({ value }) => Number(value[1]))
        }
        while ((await ask('weir_job_verdict')).length === 0) await systemClock.sleep(100)
        const phase = async (name: string) => {
          const query = metric.provider.prometheus.query
            .replace('{{args.cluster}}', 'prod')
            .replace('{{args.namespace}}', 'shop')
            .replace('{{args.name}}', name)
          return measure(await ask(query), metric)
        }
        expect(await Promise.all([...jobNames, 'nobody-knows-it'].map(phase))).toEqual([
          ...['Successful', 'Failed', 'Inconclusive', 'Inconclusive', 'Inconclusive'],
        ])
      } finally {
        server.kill('SIGKILL')
      }
    },
  )
})

/** What `weir gate` says of each job: sick is 1, and what is not known in time 3. */
const codes: Readonly<Record<JobName, number>> = {
  healthy: 0,
  sick: 1,
  'catching-up': 3,
  unknown: 3,
}
const words = { 0: 'pass', 1: 'fail', 3: 'unknown' } as const
const wordOf = (job: JobName) => words[codes[job] as keyof typeof words] // As said above.

describe('Tekton', () => {
  test.each(jobNames)('%s: the step ends and the result is written', async (job) => {
    const { spec } = parse(read('tekton-task.yaml'))
    const [step] = spec.steps
    const answer = join(scratch, `tekton-${job}`)
    const given: Record<string, string> = { job: `prod/shop/${job}`, server: url, timeout: '0s' }
    const params = Object.fromEntries(
      spec.params.map((one: { name: string; default?: string }) => [
        one.name,
        given[one.name] ?? one.default,
      ]),
    )
    const env = Object.fromEntries(
      step.env
        .filter((one: { value?: string }) => one.value !== undefined)
        .map((one: { name: string; value: string }) => [
          one.name,
          one.value
            .replace(/\$\(params\.([\w-]+)\)/, (_, name: string) => params[name])
            .replace('$(results.answer.path)', answer),
        ]),
    )
    // Tekton writes the script to a file and runs it.
    const script = join(scratch, 'step.sh')
    writeFileSync(script, step.script, { mode: 0o755 })
    expect((await run(script, [], env)).code).toBe(codes[job])
    expect(readFileSync(answer, 'utf8')).toBe(wordOf(job))
    expect(step.script).not.toContain('$(params')
  })
})

describe('GitHub Actions', () => {
  test.each(jobNames)('%s: the step ends, annotates and sets its outputs', async (job) => {
    const action = parse(read('github-action/action.yml'))
    const [step] = action.runs.steps
    const given: Record<string, string> = { job: `prod/shop/${job}`, server: url, timeout: '0s' }
    const env = Object.fromEntries(
      Object.entries<string>(step.env).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/, (_, input: string) => {
          return given[input] ?? action.inputs[input].default
        }),
      ]),
    )
    const output = join(scratch, `github-${job}`)
    writeFileSync(output, '')
    // https://docs.github.com/actions/reference/workflow-syntax-for-github-actions: shell: bash.
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run]
    const { code, out } = await run('bash', args, { ...env, GITHUB_OUTPUT: output })
    expect(code).toBe(codes[job])
    expect(out).toMatch(/^::(notice|error|warning) title=Weir%3A \w+ for prod\/shop\//)
    expect(readFileSync(output, 'utf8')).toContain(`answer=${wordOf(job)}\n`)
    const used = Object.values<{ value: string }>(action.outputs).map(({ value }) => value)
    expect(used).toEqual(['answer', 'score'].map((name) => `\${{ steps.gate.outputs.${name} }}`))
    expect(step.run).not.toContain('${{')
  })
})

describe('a Kubernetes Job', () => {
  test.each(jobNames)('%s: its exit code and what the Job makes of it', async (job) => {
    const { spec } = parse(read('kubernetes-job.yaml'))
    const [container] = spec.template.spec.containers
    const [command, ...args]: string[] = container.command
    const own = args.map((one) => aimed(one, job).replace('--timeout=10m', '--timeout=0s'))
    const { code } = await run(command ?? '', own, {})
    expect(code).toBe(codes[job])
    // The first rule that matches counts; a pod that ended with 0 has succeeded.
    const rule = spec.podFailurePolicy.rules.find(
      (one: { onExitCodes: { containerName: string; operator: string; values: number[] } }) =>
        one.onExitCodes.containerName === container.name &&
        one.onExitCodes.operator === 'In' &&
        one.onExitCodes.values.includes(code),
    )
    expect(code === 0 ? 'Complete' : rule.action).toBe(
      { healthy: 'Complete', sick: 'FailJob', 'catching-up': 'Count', unknown: 'Count' }[job],
    )
    // podFailurePolicy is refused by the API server with any other restart policy.
    expect(spec.template.spec.restartPolicy).toBe('Never')
  })
})

describe('gate.sh', () => {
  const script = join(folder, 'gate.sh')
  const env = { GATE_WAIT: '0', WEIR_TOKEN: 't0ken' }

  test.each(jobNames)('%s', async (job) => {
    const { code, out } = await run(
      script,
      [url, `prod/shop/${job}`, 'minScore=8&for=5m', '2'],
      env,
    )
    expect(code).toBe(codes[job])
    expect(JSON.parse(out)).toMatchObject({ answer: wordOf(job) })
  })

  test.each([
    ['no job', [], 2],
    ['a question that is wrong', ['prod/shop/healthy', 'minScore=11'], 2],
    ['a job that nobody knows', ['prod/shop/x', '', '1'], 3],
  ])('%s', async (_, args, code) => {
    expect((await run(script, [url, ...args], env)).code).toBe(code)
  })

  test('nobody answers', async () => {
    const args = ['http://127.0.0.1:1', 'prod/shop/healthy', '', '1']
    expect((await run(script, args, env)).code).toBe(3)
  })
})
