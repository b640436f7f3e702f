import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { ClickHouseError } from '@clickhouse/client'
import { summaryOf } from '../../core/store/chdb/connection.ts'
import type { ChdbPool } from '../../core/store/chdb/pool.ts'
import { credentialsOf, queryIdOf, readRequest, urlOf } from './http-request.ts'

export interface HttpAdapter {
  readonly url: string
  /** Hangs up on everybody. The pool stays open. */
  close(): Promise<void>
}

export interface HttpAdapterOptions {
  readonly pool: ChdbPool
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Of the user "default". */
  readonly password?: string
}

/**
 * ClickHouse's HTTP interface over the embedded engine, so that tests go through the same client, wire and
 * statements as with a server. Not imitated: sessions, roles, progress headers, clusters, async inserts.
 */
export async function startHttpAdapter({
  pool,
  port = 0,
  password = '',
}: HttpAdapterOptions): Promise<HttpAdapter> {
  const server = createServer((request, response) => {
    answer(pool, password, request, response).catch((error: unknown) => fail(response, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  pool: ChdbPool,
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const queryId = queryIdOf(request)
  response.setHeader('X-ClickHouse-Server-Display-Name', 'chdb-adapter')
  response.setHeader('X-ClickHouse-Query-Id', queryId)
  response.setHeader('X-ClickHouse-Timezone', 'UTC')
  if (request.method === 'GET' && urlOf(request).pathname === '/ping') {
    response.end('Ok.\n')
    return
  }
  authenticate(request, password)
  const hangUp = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort()
  })
  const { sql, database, settings, params, body } = await readRequest(request)
  const result = await pool.run({ sql, database, settings, params, body, signal: hangUp.signal })
  const format = /\bFORMAT\s+(\w+)\s*(?:SETTINGS[\s\S]*)?;?\s*$/i.exec(sql)?.[1]
  if (format !== undefined && body === undefined) response.setHeader('X-ClickHouse-Format', format)
  response.setHeader('Content-Type', contentType(format))
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summaryOf(result)))
  const acceptsGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  send(result.stream, response, settings.enable_http_compression === '1' && acceptsGzip)
}

function authenticate(request: IncomingMessage, expected: string): void {
  const { user, password } = credentialsOf(request)
  if (user === 'default' && password === expected) return
  throw new ClickHouseError({
    message: `${user}: Authentication failed: password is incorrect, or there is no user with such name. `,
    code: '516',
    type: 'AUTHENTICATION_FAILED',
  })
}

function contentType(format = 'TabSeparated'): string {
  if (format === 'JSON' || format === 'JSONCompact') return 'application/json; charset=UTF-8'
  return format.startsWith('JSON')
    ? 'application/x-ndjson; charset=UTF-8'
    : 'text/plain; charset=UTF-8'
}

/** An error after the first bytes can no longer become a status: it ends the body, marked with a tag. */
function send(stream: Readable, response: ServerResponse, gzip: boolean): void {
  const tag = randomBytes(8).toString('hex')
  response.setHeader('X-ClickHouse-Exception-Tag', tag)
  let out: Writable = response
  if (gzip) {
    response.setHeader('Content-Encoding', 'gzip')
    const zipped = createGzip({ level: 3 })
    zipped.pipe(response)
    out = zipped
  }
  stream.on('error', (error) => {
    const message = `${exceptionText(error)}\n`
    const size = Buffer.byteLength(message)
    out.end(`\r\n__exception__\r\n${tag}\r\n${message}${size} ${tag}\r\n__exception__\r\n`)
  })
  stream.pipe(out)
}

const statuses: Readonly<Record<string, number>> = {
  '6': 400,
  '16': 400,
  '27': 400,
  '36': 400,
  '43': 400,
  '47': 400,
  '53': 400,
  '60': 404,
  '62': 400,
  '81': 404,
  '192': 403,
  '456': 400,
  '497': 403,
  '516': 403,
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const code = error instanceof ClickHouseError ? error.code : '1001'
  response.statusCode = statuses[code] ?? 500
  response.setHeader('X-ClickHouse-Exception-Code', code)
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.end(`${exceptionText(error)}\n`)
}

function exceptionText(error: unknown): string {
  if (error instanceof ClickHouseError) {
    return `Code: ${error.code}. DB::Exception: ${error.message}(${error.type}) (version 26.7.2.1 (chdb adapter))`
  }
  return `Code: 1001. DB::Exception: ${String(error)}. (STD_EXCEPTION) (version 26.7.2.1 (chdb adapter))`
}
