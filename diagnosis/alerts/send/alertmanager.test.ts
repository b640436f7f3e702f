import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../core/kit/clock.ts'
import { freePort } from '../../../test/free-port.ts'
import type { Notice } from '../notice.ts'
import { targetConfig } from '../targets-config.ts'
import { aliveSender } from './alertmanager.ts'
import type { WebhookBody } from './alertmanager-body.ts'
import { notice, receiver, told } from './notices.fixture.ts'
import { targetOf } from './targets.ts'

const PROGRAM = 'prometheus-alertmanager'
const missing = (() => {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return `${PROGRAM} is not installed (apt-get install prometheus-alertmanager)`
  }
})()
if (missing !== undefined) process.stderr.write(`Skipped: ${missing}\n`)

interface Held {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly endsAt: string
  readonly generatorURL: string
}

describe.skipIf(missing !== undefined)('a real Alertmanager', () => {
  const never = new AbortController().signal
  let folder = ''
  let process_: ChildProcess | undefined
  let url = ''
  let inbox: Awaited<ReturnType<typeof receiver>> | undefined

  beforeAll(async () => {
    inbox = await receiver((response) => response.end())
    folder = mkdtempSync(join(tmpdir(), 'weir-alertmanager-'))
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const config = {
      route: {
        ...{ receiver: 'inbox', group_by: ['alertname', 'cluster'] },
        ...{ group_wait: '500ms', group_interval: '1s', repeat_interval: '1h' },
      },
      receivers: [{ name: 'inbox', webhook_configs: [{ url: inbox.url, send_resolved: true }] }],
    }
    // JSON is YAML.
    writeFileSync(join(folder, 'alertmanager.yml'), JSON.stringify(config))
    process_ = spawn(
      PROGRAM,
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    )
    const isReady = () =>
      fetch(`${url}/-/ready`).then(
        (r) => r.ok,
        () => false,
      )
    while (!(await isReady())) await systemClock.sleep(50)
  })
  afterAll(async () => {
    process_?.kill('SIGKILL')
    await inbox?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const config = () => {
    const parsed = targetConfig.parse({ kind: 'alertmanager', url })
    if (parsed.kind !== 'alertmanager') throw new Error('as said above')
    return parsed
  }
  const push = (one: Notice) =>
    targetOf('am', config(), 'https://weir.example.com').send(one, systemClock.now(), never)
  const held = async (): Promise<Held[]> => {
    const response = await fetch(`${url}/api/v2/alerts?active=true`)
    // As its OpenAPI says.
    return (await response.json()) as Held[]
  }
  const messages = () => (inbox?.received ?? []).map(({ body }): WebhookBody => JSON.parse(body))
  const message = async (fits: (body: WebhookBody) => boolean): Promise<WebhookBody> => {
    for (;;) {
      const found = messages().find(fits)
      if (found) return found
      await systemClock.sleep(50)
    }
  }
  const startsAt = systemClock.now() - 60_000
  const orders = told({ startsAt })
  const carts = told({ id: 'ffff', job: 'prod/shop/carts', name: 'carts', startsAt })

  test('takes what fires, groups it and tells its own receivers', async () => {
    expect(await push(notice({ alerts: [orders, carts], firing: 2 }))).toEqual({
      ...{ kind: 'delivered', detail: 'It took 2 alerts.' },
    })
    const [first] = (await held()).filter(({ labels }) => labels.name === 'orders')
    expect(first).toMatchObject({
      labels: {
        ...{ alertname: 'slow-sink', severity: 'major', job: 'prod/shop/orders', team: 'shop' },
        weir_id: '00112233aabbccdd',
      },
      annotations: { summary: 'A sink is the bottleneck' },
      generatorURL: 'https://weir.example.com/jobs/prod/shop/orders',
    })
    const body = await message(({ alerts }) => alerts.length === 2)
    expect(body).toMatchObject({ status: 'firing', groupLabels: { alertname: 'slow-sink' } })
    // Ours has at least the fields of its own, with the same types.
    const own = Object.entries(body).map(([name, value]) => [name, typeof value])
    const { webhookBody } = await import('./alertmanager-body.ts')
    const ours = Object.entries(webhookBody(notice(), undefined)).map(([n, value]) => [
      n,
      typeof value,
    ])
    expect(ours).toEqual(expect.arrayContaining(own))
    const [theirs] = body.alerts
    expect(Object.keys(webhookBody(notice(), undefined).alerts[0] ?? {}).sort()).toEqual(
      Object.keys(theirs ?? {}).sort(),
    )
  })

  test('is told again what fires, which moves its end', async () => {
    const before = (await held()).find(({ labels }) => labels.name === 'orders')
    const alive = aliveSender(config(), undefined)
    const groups = [{ group: 'g', labels: {}, told: [orders, carts] }]
    expect(await alive(groups, systemClock.now() + 5_000, never)).toMatchObject({
      kind: 'delivered',
    })
    const after = (await held()).find(({ labels }) => labels.name === 'orders')
    expect(Date.parse(after?.endsAt ?? '')).toBeGreaterThan(Date.parse(before?.endsAt ?? ''))
    expect(Date.parse(after?.endsAt ?? '') - systemClock.now()).toBeGreaterThan(200_000)
  })

  test('is told what is over, and tells it', async () => {
    const ended = { endsAt: systemClock.now(), ended: 'healthy' } as const
    const alerts = [
      { ...orders, ...ended },
      { ...carts, ...ended },
    ]
    await push(notice({ status: 'resolved', alerts, firing: 0, resolved: 2 }))
    const body = await message(({ status }) => status === 'resolved')
    expect(body.alerts.map((one) => one.labels.name).sort()).toEqual(['carts', 'orders'])
    expect(await held()).toEqual([])
  })

  test('gets one alert for what is platform-wide', async () => {
    const group = 'platform-wide@cluster:prod'
    const alerts = Array.from({ length: 50 }, (_, n) =>
      told({ id: `w${n}`, name: `job-${n}`, cause: 'job-failed', severity: 'crit', startsAt }),
    )
    const labels = { alertname: 'job-failed', cluster: 'prod' }
    const wide = { kind: 'cluster', name: 'prod', cause: 'job-failed', jobs: 10_000 }
    await push(notice({ group, labels, wide, alerts, firing: 10_000 }))
    expect((await held()).map((one) => one.labels)).toEqual([
      { alertname: 'job-failed', cluster: 'prod', severity: 'crit', platform_wide: 'true' },
    ])
  })

  test('that is asked to take nonsense refuses for good', async () => {
    const bad = { ...notice({ alerts: [told({ startsAt: 8.64e15 })] }) }
    expect(await push(bad)).toEqual({ kind: 'refused', detail: 'It answered 400.' })
  })
})
