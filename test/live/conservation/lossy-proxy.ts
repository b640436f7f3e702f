import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** Stands between agents and a gateway, and on demand loses the answers of requests that were taken. */
export interface LossyProxy {
  readonly url: string
  lose(isLosing: boolean): void
  /** Answers that were lost so far. */
  lost(): number
  close(): Promise<void>
}

export async function startLossyProxy(port: number, target: string): Promise<LossyProxy> {
  let isLosing = false
  let lost = 0
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, headers, url } = incoming
    const upstream = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      if (isLosing) {
        lost++
        answer.resume()
        outgoing.destroy()
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.destroy())
    incoming.pipe(upstream)
  }
  const server = createServer(forward)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    lose(next) {
      isLosing = next
    },
    lost: () => lost,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
