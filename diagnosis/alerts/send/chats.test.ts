import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { Notice } from '../notice.ts'
import { type TargetConfig, targetConfig } from '../targets-config.ts'
import { AT, notice, over, receiver, told } from './notices.fixture.ts'
import { targetOf } from './targets.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Sends to a real server that answers with this, and returns what came of it and what it got. */
async function sent(config: object, one: Notice, answer: { status?: number; body?: string } = {}) {
  const own = await receiver((response) =>
    response.writeHead(answer.status ?? 200).end(answer.body ?? '{"code":0,"errcode":0}'),
  )
  closers.push(own.close)
  const parsed: TargetConfig = targetConfig.parse({ url: `${own.url}/robot?key=s3cret`, ...config })
  const target = targetOf('chat', parsed, 'https://weir.example.com')
  const outcome = await target.send(one, AT, new AbortController().signal)
  const [request] = own.received
  return { outcome, request, body: JSON.parse(request?.body ?? '{}') }
}

const hostile = told({
  name: '<!channel> @all <at user_id="all"></at>',
  title: 'a\u202e[click](http://evil)',
  subject: 'x\ny`',
})

describe('Slack', () => {
  test('a title, and a section with a link', async () => {
    const { outcome, body } = await sent({ kind: 'slack' }, notice(), { body: 'ok' })
    expect(outcome).toEqual({ kind: 'delivered', detail: 'It answered 200.' })
    expect(body).toEqual({
      text: 'MAJOR: A sink is the bottleneck · orders',
      blocks: [
        {
          type: 'header',
          text: {
            type: 'plain_text',
            text: 'MAJOR: A sink is the bottleneck · orders',
            emoji: false,
          },
        },
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            text: [
              'major · A sink is the bottleneck · Sink: db',
              'prod / shop / orders',
              'Sink: db is busy 97 %.',
              '→ Give the sink more subtasks.',
              'It explains: lag-growing.',
              'since 2026-11-20T09:27:00Z',
              '<https://weir.example.com/jobs/prod/shop/orders|The job in Weir>',
            ].join('\n'),
          },
        },
      ],
    })
  })

  test('hostile names call nobody', async () => {
    const { body } = await sent({ kind: 'slack' }, notice({ alerts: [hostile] }))
    expect(JSON.stringify(body.blocks[1])).not.toMatch(/<!channel>|<at |\u202e/)
    expect(body.text).toContain('&lt;!channel&gt;')
  })

  test('many alerts are cut to what a block takes', async () => {
    const alerts = Array.from({ length: 50 }, () => told({ text: '长'.repeat(200) }))
    const { body } = await sent({ kind: 'slack' }, notice({ alerts, firing: 80 }))
    const { text } = body.blocks[1].text
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000)
    expect(text).toMatch(/… and \d+ more\.$/)
  })

  test.each([
    [{ status: 404, body: 'no_service' }, 'refused'],
    [{ status: 429 }, 'failed'],
    [{ status: 500 }, 'failed'],
  ])('%o is %s', async (answer, kind) => {
    expect((await sent({ kind: 'slack' }, notice(), answer)).outcome.kind).toBe(kind)
  })
})

describe('Feishu and Lark', () => {
  test('a card of plain text, signed as the robot checks it', async () => {
    const { outcome, body } = await sent({ kind: 'feishu', secret: 'demo' }, notice())
    expect(outcome).toEqual({ kind: 'delivered', detail: 'It was taken (0).' })
    expect(body.timestamp).toBe('1795167000')
    // From open.feishu.cn: the key is "timestamp\nsecret", the message is empty.
    const expected = createHmac('sha256', '1795167000\ndemo').digest('base64')
    expect(body.sign).toBe(expected)
    expect(body.msg_type).toBe('interactive')
    expect(body.card.header).toEqual({
      template: 'red',
      title: { tag: 'plain_text', content: 'MAJOR: A sink is the bottleneck · orders' },
    })
    expect(body.card.elements[0].text.tag).toBe('plain_text')
  })

  test('without a secret there is no signature; what is over is green', async () => {
    const { body } = await sent({ kind: 'feishu' }, over())
    expect([body.sign, body.timestamp, body.card.header.template]).toEqual([
      undefined,
      undefined,
      'green',
    ])
  })

  test('stays below 20 KB', async () => {
    const alerts = Array.from({ length: 50 }, () => told({ text: '长'.repeat(500) }))
    const { request } = await sent({ kind: 'feishu', secret: 'x' }, notice({ alerts, firing: 50 }))
    expect(Buffer.byteLength(request?.body ?? '')).toBeLessThan(20_000)
  })

  test.each([
    ['{"code":19021,"msg":"sign match fail or timestamp is not within one hour"}', 'refused'],
    ['{"code":11232,"msg":"frequency limited"}', 'failed'],
    ['<html>a proxy</html>', 'failed'],
    ['{"StatusCode":0}', 'failed'],
  ])('%s is %s', async (body, kind) => {
    expect((await sent({ kind: 'feishu' }, notice(), { body })).outcome.kind).toBe(kind)
  })
})

describe('DingTalk', () => {
  test('markdown, with time and signature in the address', async () => {
    const { outcome, body, request } = await sent({ kind: 'dingtalk', secret: 'SECabc' }, notice())
    expect(outcome.kind).toBe('delivered')
    const query = new URL(request?.path ?? '', 'http://x').searchParams
    expect([query.get('key'), query.get('timestamp')]).toEqual(['s3cret', String(AT)])
    // From open.dingtalk.com: HMAC-SHA256 of "timestamp\nsecret" with the secret as the key.
    expect(query.get('sign')).toBe(
      createHmac('sha256', 'SECabc').update(`${AT}\nSECabc`).digest('base64'),
    )
    expect(body.msgtype).toBe('markdown')
    expect(body.markdown.text).toContain('### MAJOR: A sink is the bottleneck · orders\n\n')
    expect(body.markdown.text).toContain(
      '[The job in Weir](https://weir.example.com/jobs/prod/shop/orders)',
    )
  })

  test.each([
    [
      '{"errcode":310000,"errmsg":"sign not match"}',
      'refused',
      'It was not taken (310000: sign not match).',
    ],
    [
      '{"errcode":130101,"errmsg":"send too fast"}',
      'failed',
      'It was not taken (130101: send too fast).',
    ],
    ['{"errcode":-1,"errmsg":"busy"}', 'failed', 'It was not taken (-1: busy).'],
  ])('%s is %s', async (body, kind, detail) => {
    const { outcome } = await sent({ kind: 'dingtalk' }, notice(), { body })
    expect(outcome).toMatchObject({ kind, detail })
  })
})

describe('WeCom', () => {
  test('markdown of at most 4,096 bytes', async () => {
    const alerts = Array.from({ length: 50 }, () => told({ text: '长'.repeat(200) }))
    const { outcome, body } = await sent({ kind: 'wecom' }, notice({ alerts, firing: 50 }))
    expect(outcome.kind).toBe('delivered')
    const { content } = body.markdown
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4_096)
    expect(content.startsWith('**MAJOR: A sink is the bottleneck · orders (and 49 more)**')).toBe(
      true,
    )
    expect(content).toMatch(/… and \d+ more\.$/)
  })

  test('hostile names make no links, calls or lines', async () => {
    const { body } = await sent({ kind: 'wecom' }, notice({ alerts: [hostile] }))
    const { content } = body.markdown
    expect(content).not.toMatch(/\]\(http:\/\/evil|<at|@all|\u202e|x\ny/)
    expect(content).toContain('(click)(http://evil)')
  })

  test.each([
    ['{"errcode":93000,"errmsg":"invalid webhook url"}', 'refused'],
    ['{"errcode":45009,"errmsg":"api freq out of limit"}', 'failed'],
  ])('%s is %s', async (body, kind) => {
    expect((await sent({ kind: 'wecom' }, notice(), { body })).outcome.kind).toBe(kind)
  })
})

describe('PagerDuty', () => {
  const config = { kind: 'pagerduty', routingKey: 'a'.repeat(32) }

  test('what fires triggers an incident, what is over resolves the same one', async () => {
    const { outcome, body } = await sent(config, notice(), { status: 202 })
    expect(outcome).toEqual({ kind: 'delivered', detail: 'It answered 202.' })
    expect(body).toMatchObject({
      routing_key: 'a'.repeat(32),
      event_action: 'trigger',
      client: 'Weir',
      client_url: 'https://weir.example.com',
      links: [{ href: 'https://weir.example.com/jobs/prod/shop/orders', text: 'The job in Weir' }],
      payload: {
        summary: 'MAJOR: A sink is the bottleneck · orders',
        source: 'prod/shop/orders',
        severity: 'error',
        timestamp: '2026-11-20T09:27:00.000Z',
        ...{ component: 'Sink: db', class: 'slow-sink', group: 'prod' },
        custom_details: { firing: 1, alerts: [{ state: 'firing', alertname: 'slow-sink' }] },
      },
    })
    expect(body.dedup_key).toMatch(/^weir-[0-9a-f]{40}$/)
    const end = (await sent(config, over(), { status: 202 })).body
    expect(end).toEqual({
      ...{ routing_key: 'a'.repeat(32), client: 'Weir' },
      ...{ event_action: 'resolve', dedup_key: body.dedup_key },
    })
  })

  test('a summary has at most 1,024 characters, and whole ones', async () => {
    const alerts = [told({ title: '💥'.repeat(2_000) })]
    const { body } = await sent(config, notice({ alerts }), { status: 202 })
    expect([...body.payload.summary]).toHaveLength(1_024)
    expect(body.payload.summary).not.toMatch(/\ufffd/)
  })

  test.each([
    [400, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
  ])('%d is %s', async (status, kind) => {
    expect((await sent(config, notice(), { status })).outcome.kind).toBe(kind)
  })
})

test('a test message is no incident', async () => {
  const one = notice({ status: 'test', reason: 'test', alerts: [], firing: 0 })
  const { body } = await sent({ kind: 'slack' }, one)
  expect(body.text).toBe('Weir: a test message; nothing is wrong.')
  const pager = await sent({ kind: 'pagerduty', routingKey: 'a'.repeat(32) }, one)
  expect(pager.body.payload).toMatchObject({ severity: 'info', source: 'weir' })
})

test.each(['slack', 'feishu', 'dingtalk', 'wecom'])(
  'no outcome of %s holds the address, whatever the answer says',
  async (kind) => {
    for (const status of [200, 302, 400, 500]) {
      const body = '{"code":7,"errcode":7,"msg":"bad key=s3cret","errmsg":"bad token=s3cret"}'
      const { outcome } = await sent({ kind }, notice(), { status, body })
      expect(JSON.stringify(outcome)).not.toContain('robot?')
    }
  },
)
