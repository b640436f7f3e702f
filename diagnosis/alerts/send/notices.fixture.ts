import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { Notice, Told } from '../notice.ts'

/** Half past nine on a November morning. */
export const AT = Date.UTC(2026, 10, 20, 9, 30)

export const told = (over: Partial<Told> = {}): Told => ({
  ...{ id: '00112233aabbccdd', job: 'prod/shop/orders', cluster: 'prod', namespace: 'shop' },
  ...{ name: 'orders', team: 'shop', cause: 'slow-sink', severity: 'major' },
  ...{ title: 'A sink is the bottleneck', subject: 'Sink: db', text: 'Sink: db is busy 97 %.' },
  ...{ suggestion: 'Give the sink more subtasks.', explains: ['lag-growing'] },
  ...{ startsAt: AT - 180_000, endsAt: null, ended: null },
  ...over,
})

export const notice = (over: Partial<Notice> = {}): Notice => ({
  ...{ id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', at: AT, route: 'all', target: 'hook' },
  ...{ group: '{"job":"prod/shop/orders"}', labels: { job: 'prod/shop/orders' } },
  ...{ status: 'firing', reason: 'new', wide: null, alerts: [told()], firing: 1, resolved: 0 },
  ...over,
})

export const over = (): Notice =>
  notice({
    ...{ status: 'resolved', reason: 'resolved', firing: 0, resolved: 1 },
    alerts: [told({ endsAt: AT, ended: 'healthy' })],
  })

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real receiver on loopback that answers as the test says. */
export async function receiver(
  answer: (response: ServerResponse, request: Received) => void,
): Promise<{ url: string; received: Received[]; close: () => Promise<void> }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const one = { path: request.url ?? '', headers: request.headers, body }
      received.push(one)
      answer(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
