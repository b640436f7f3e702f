import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import type { Notice } from '../notice.ts'
import { targetConfig } from '../targets-config.ts'
import { AT, notice, over, told } from './notices.fixture.ts'
import { targetOf } from './targets.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A real SMTP server on loopback; returns its port and the mails it took. */
async function mailServer(options: SMTPServerOptions = {}) {
  const mails: string[] = []
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], closeTimeout: 100 },
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString())
        done()
      })
    },
    ...options,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, mails }
}

async function mail(port: number, one: Notice, over: object = {}) {
  const config = targetConfig.parse({
    ...{ kind: 'email', host: '127.0.0.1', port, security: 'none', timeoutMs: 2_000 },
    ...{ from: 'weir@example.com', to: ['oncall@example.com', 'lead@example.com'] },
    ...over,
  })
  return targetOf('mail', config, 'https://weir.example.com').send(
    one,
    AT,
    new AbortController().signal,
  )
}

test('a mail that a person can read and a program can thread', async () => {
  const { port, mails } = await mailServer()
  expect(await mail(port, notice())).toEqual({
    ...{ kind: 'delivered', detail: 'The mail server took it.' },
  })
  await mail(port, over())
  const [first = '', second = ''] = mails
  expect(first).toContain('From: Weir <weir@example.com>\r\n')
  expect(first).toContain('To: oncall@example.com, lead@example.com\r\n')
  expect(first).toContain('Message-ID: <msg_2KWPBgLlAfxdpx2AI54pPJ85f4W@example.com>\r\n')
  expect(first).toContain('Auto-Submitted: auto-generated\r\n')
  expect(first).toMatch(/Subject: .*MAJOR/)
  expect(first).toContain('The job in Weir: https://weir.example.com/jobs/prod/shop/orders')
  const thread = /References: (<weir-\w+@example\.com>)/
  expect(thread.exec(second)?.[1]).toBe(thread.exec(first)?.[1])
})

test('a hostile name writes no headers', async () => {
  const { port, mails } = await mailServer()
  const title = 'x\r\nBcc: victim@example.com\r\n\r\nhello'
  await mail(port, notice({ alerts: [told({ title })] }))
  const [head = ''] = (mails[0] ?? '').split('\r\n\r\n')
  expect(head).not.toMatch(/^Bcc:/m)
})

test.each([
  [550, 'refused', 'The mail server answered 550.'],
  [451, 'failed', 'The mail server answered 451.'],
])('a server that answers %d', async (responseCode, kind, detail) => {
  const { port } = await mailServer({
    onRcptTo: (_address, _session, done) =>
      done(Object.assign(new Error('no such user'), { responseCode })),
  })
  expect(await mail(port, notice())).toEqual({ kind, detail })
})

test('one address of two that is unknown does not keep the other from its mail', async () => {
  const { port, mails } = await mailServer({
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('lead')
        ? done(Object.assign(new Error('no'), { responseCode: 550 }))
        : done(),
  })
  expect(await mail(port, notice())).toEqual({
    ...{ kind: 'delivered', detail: 'Taken for 1 of 2 addresses.' },
  })
  expect(mails).toHaveLength(1)
})

test('nobody listens', async () => {
  expect(await mail(1, notice())).toEqual({
    kind: 'failed',
    detail: 'The mail server cannot be used: the connection was refused or cut.',
  })
})

test('a password that is wrong is told without it', async () => {
  const { port } = await mailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(new Error('Invalid')),
  })
  const outcome = await mail(port, notice(), { username: 'weir', password: 'hunter22' })
  expect(outcome).toEqual({ kind: 'refused', detail: 'The mail server answered 535.' })
})

test('STARTTLS is insisted on', async () => {
  const { port, mails } = await mailServer()
  const outcome = await mail(port, notice(), { security: 'starttls' })
  expect(outcome.kind).not.toBe('delivered')
  expect(mails).toEqual([])
})
