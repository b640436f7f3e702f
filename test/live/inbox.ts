import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookBody } from '../../diagnosis/alerts/send/alertmanager-body.ts'

/** A message as it arrived, and when. */
export interface Arrived {
  readonly at: number
  readonly id: string
  readonly body: WebhookBody
}

/** A real receiver of webhooks on loopback. */
export interface Inbox {
  readonly url: string
  readonly received: readonly Arrived[]
  /** What it answers from now on. */
  answerWith(status: number): void
  close(): Promise<void>
}

export async function startInbox(): Promise<Inbox> {
  let status = 200
  const received: Arrived[] = []
  const server = createServer((request, response) => {
    const at = Date.now()
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => {
      text += piece
    })
    request.once('end', () => {
      received.push({ at, id: String(request.headers['webhook-id']), body: JSON.parse(text) })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerWith(next) {
      status = next
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
