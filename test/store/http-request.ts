import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { ClickHouseError } from '@clickhouse/client'

/** A request to ClickHouse's HTTP interface, read and taken apart. */
export interface ClickhouseRequest {
  readonly sql: string
  readonly database: string
  readonly settings: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, string>>
  /** The rows of an insert, whose statement stands in the address. */
  readonly body: Readable | undefined
}

/** What an address may carry besides settings and `param_x`. */
const reserved = new Set([
  'query',
  'query_id',
  'database',
  'session_id',
  'session_timeout',
  'session_check',
  'role',
  'user',
  'password',
  'default_format',
  'compress',
  'decompress',
  'stacktrace',
  'quota_key',
  'client_protocol_version',
])

export function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://clickhouse')
}

export function queryIdOf(request: IncomingMessage): string {
  return urlOf(request).searchParams.get('query_id') || randomUUID()
}

/** User and password from wherever ClickHouse takes them. */
export function credentialsOf(request: IncomingMessage): { user: string; password: string } {
  const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (basic !== undefined) {
    const [user = '', ...rest] = Buffer.from(basic, 'base64').toString().split(':')
    return { user, password: rest.join(':') }
  }
  const { searchParams } = urlOf(request)
  return {
    user: header(request, 'x-clickhouse-user') ?? searchParams.get('user') ?? 'default',
    password: header(request, 'x-clickhouse-key') ?? searchParams.get('password') ?? '',
  }
}

/** Where the statement stands decides how the rest is read: as SQL, as parts of a form, or as rows. */
export async function readRequest(request: IncomingMessage): Promise<ClickhouseRequest> {
  const { searchParams } = urlOf(request)
  const settings: Record<string, string> = {}
  const params: Record<string, string> = {}
  for (const [name, value] of searchParams) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = value
    else if (!reserved.has(name)) settings[name] = value
  }
  const common = { database: searchParams.get('database') ?? 'default', settings }
  const urlSql = searchParams.get('query') ?? ''
  const input = decoded(request)
  if (/^\s*INSERT\b[\s\S]*\bFORMAT\s+\w+\s*$/i.test(urlSql)) {
    return { ...common, sql: urlSql, params, body: input }
  }
  const text = (await buffer(input)).toString()
  const contentType = header(request, 'content-type') ?? ''
  if (!contentType.startsWith('multipart/form-data')) {
    const sql = [urlSql, text].filter((part) => part !== '').join('\n')
    return { ...common, sql, params, body: undefined }
  }
  const { query = '', ...parts } = formParts(text, contentType)
  for (const [name, value] of Object.entries(parts)) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = value
  }
  return { ...common, sql: query, params, body: undefined }
}

function decoded(request: IncomingMessage): Readable {
  const encoding = header(request, 'content-encoding')
  if (encoding === undefined || encoding === 'identity') return request
  const decoders = { gzip: createGunzip, br: createBrotliDecompress }
  if (encoding !== 'gzip' && encoding !== 'br') {
    throw new ClickHouseError({
      message: `Unknown compression method ${encoding}. `,
      code: '89',
      type: 'UNKNOWN_COMPRESSION_METHOD',
    })
  }
  // A broken request ends the decoder with an error, too, so that half a body is never taken for one.
  return pipeline(request, decoders[encoding](), () => {})
}

function formParts(text: string, contentType: string): Record<string, string> {
  const [, , boundary = ''] = /boundary=("?)([^";]+)\1/.exec(contentType) ?? []
  const parts: Record<string, string> = {}
  for (const part of text.split(`--${boundary}`)) {
    const [, name, value] =
      /name="([^"]+)"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n([\s\S]*)\r\n$/.exec(part) ?? []
    if (name !== undefined && value !== undefined) parts[name] = value
  }
  return parts
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}
