import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { targetConfig } from '../targets-config.ts'
import { webhookBody } from './alertmanager-body.ts'
import { AT, notice, over, receiver, told } from './notices.fixture.ts'
import { signedHeaders } from './standard-webhooks.ts'
import { targetOf } from './targets.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

describe('Standard Webhooks', () => {
  test('the vector of its specification', () => {
    const headers = signedHeaders(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330_000,
      '{"test": 2432232314}',
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    )
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  test('the library of its authors accepts ours, with the old secret and with the new one', async () => {
    const own = await receiver((response) => response.end())
    closers.push(own.close)
    const secrets = ['b'.repeat(32), 'a'.repeat(32)].map(
      (text) => `whsec_${Buffer.from(text).toString('base64')}`,
    )
    const config = targetConfig.parse({
      kind: 'webhook',
      url: `${own.url}/hook`,
      secrets,
      token: 't0',
    })
    const target = targetOf('hook', config, 'https://weir.example.com/')
    const never = new AbortController().signal
    expect(await target.send(notice(), Date.now(), never)).toEqual({
      ...{ kind: 'delivered', detail: 'It answered 200.' },
    })
    const [request] = own.received
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(request?.body ?? '', headers)).toMatchObject({
        version: '4',
      })
    }
    const stranger = new Webhook(`whsec_${Buffer.from('c'.repeat(32)).toString('base64')}`)
    expect(() => stranger.verify(request?.body ?? '', headers)).toThrow()
    expect(() => new Webhook(secrets[0] ?? '').verify(`${request?.body} `, headers)).toThrow()
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      authorization: 'Bearer t0',
    })
  })
})

describe('the body of an Alertmanager webhook', () => {
  test('while something fires', () => {
    const milder = told({
      id: 'b',
      cause: 'data-skew',
      severity: 'minor',
      subject: 'Map',
      team: '',
    })
    const body = webhookBody(
      notice({ alerts: [told(), milder], firing: 2 }),
      'https://weir.example.com/',
    )
    expect(body).toEqual({
      version: '4',
      groupKey: 'all:{"job":"prod/shop/orders"}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'hook',
      groupLabels: { job: 'prod/shop/orders' },
      commonLabels: {
        ...{ job: 'prod/shop/orders', cluster: 'prod', namespace: 'shop', name: 'orders' },
      },
      commonAnnotations: {
        title: 'MAJOR: A sink is the bottleneck · orders (and 1 more)',
        summary: 'A sink is the bottleneck',
        description: 'Sink: db is busy 97 %.',
        suggestion: 'Give the sink more subtasks.',
        explains: 'lag-growing',
      },
      externalURL: 'https://weir.example.com/',
      notification_reason: 'new',
      alerts: [
        {
          status: 'firing',
          labels: {
            ...{ alertname: 'slow-sink', severity: 'major', job: 'prod/shop/orders' },
            ...{ cluster: 'prod', namespace: 'shop', name: 'orders', team: 'shop' },
            subject: 'Sink: db',
          },
          annotations: {
            summary: 'A sink is the bottleneck',
            description: 'Sink: db is busy 97 %.',
            suggestion: 'Give the sink more subtasks.',
            explains: 'lag-growing',
          },
          startsAt: '2026-11-20T09:27:00.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'https://weir.example.com/jobs/prod/shop/orders',
          fingerprint: '00112233aabbccdd',
        },
        expect.objectContaining({ fingerprint: 'b' }),
      ],
    })
  })

  test('once it is over, and where nobody knows', () => {
    expect(webhookBody(over(), undefined)).toMatchObject({
      status: 'resolved',
      commonAnnotations: { title: 'Over: A sink is the bottleneck · orders' },
      externalURL: '',
      alerts: [{ status: 'resolved', endsAt: '2026-11-20T09:30:00.000Z', generatorURL: '' }],
    })
    const unheard = { ...over(), alerts: [told({ endsAt: AT, ended: 'unheard' })] }
    expect(webhookBody(unheard, undefined)).toMatchObject({
      alerts: [{ annotations: { description: expect.stringContaining('is not known') } }],
    })
  })

  test('a message that was cut says so', () => {
    const wide = { kind: 'cluster', name: 'prod', cause: 'slow-sink', jobs: 10_000 }
    expect(webhookBody(notice({ wide, firing: 10_000 }), undefined)).toMatchObject({
      truncatedAlerts: 9_999,
      commonAnnotations: {
        title: 'Platform-wide: A sink is the bottleneck on 10000 jobs that share the cluster prod',
      },
    })
  })
})
