import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/**
 * A generated API server: lists, watches, bookmarks, versions and refusals as the documentation describes them
 * (kubernetes.io, "Kubernetes API Concepts"). Its objects are made by the tests, in the documented shapes.
 */
export interface ApiServer {
  readonly url: string
  /** Creates or changes an object of a collection; a watch hears of it. */
  put(path: string, object: ServedObject): void
  remove(path: string, uid: string): void
  /** The version up to now, without an object, to everyone who watches. */
  bookmark(): void
  /** Ends every connection in the middle. */
  cut(): void
  /** Forgets all versions up to now: whoever watches from one of them hears 410. */
  forget(): void
  refuse(path: string, status: number | undefined): void
  /** `list PATH` and `watch PATH`, as they came. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface ServedObject {
  readonly metadata: { readonly uid: string; readonly [more: string]: unknown }
  readonly spec?: { readonly nodeName?: string; readonly [more: string]: unknown }
  readonly [more: string]: unknown
}

interface Change {
  readonly version: number
  readonly path: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ServedObject
}

interface Watcher {
  readonly path: string
  readonly node: string | null
  readonly response: ServerResponse
}

const PAGE = 2

export async function startApiServer(): Promise<ApiServer> {
  const collections = new Map<string, Map<string, ServedObject>>()
  const changes: Change[] = []
  const watchers = new Set<Watcher>()
  const refused = new Map<string, number>()
  const asked: string[] = []
  let version = 100
  let forgotten = 0

  const objectsAt = (path: string) => {
    const objects = collections.get(path) ?? new Map<string, ServedObject>()
    collections.set(path, objects)
    return objects
  }
  const tell = ({ response, node }: Watcher, { type, object }: Change) => {
    const isElsewhere = node !== null && object.spec?.nodeName !== node
    if (!isElsewhere) response.write(`${JSON.stringify({ type, object })}\n`)
  }
  const change = (path: string, type: Change['type'], object: ServedObject) => {
    version++
    const { metadata, ...rest } = object
    const versioned = { ...rest, metadata: { ...metadata, resourceVersion: String(version) } }
    const one = { version, path, type, object: versioned }
    changes.push(one)
    for (const watcher of watchers) if (watcher.path === path) tell(watcher, one)
    return versioned
  }
  const status = (code: number, reason: string) =>
    JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message: `${reason} here` })

  const list = (path: string, params: URLSearchParams, response: ServerResponse) => {
    const node = nodeOf(params)
    const begin = Number(params.get('continue') ?? 0)
    const all = [...objectsAt(path).values()].filter(
      ({ spec }) => node === null || spec?.nodeName === node,
    )
    const end = begin + PAGE
    const metadata = {
      resourceVersion: String(version),
      ...(end < all.length && { continue: String(end) }),
    }
    response.end(JSON.stringify({ metadata, items: all.slice(begin, end) }))
  }

  const watch = (path: string, params: URLSearchParams, response: ServerResponse) => {
    const from = Number(params.get('resourceVersion'))
    if (from < forgotten) {
      // The server answers a watch of a version that it compacted with 200 and a Status.
      response.end(
        `${JSON.stringify({ type: 'ERROR', object: JSON.parse(status(410, 'Gone')) })}\n`,
      )
      return
    }
    const watcher = { path, response, node: nodeOf(params) }
    response.flushHeaders()
    for (const one of changes) if (one.path === path && one.version > from) tell(watcher, one)
    watchers.add(watcher)
    response.on('close', () => watchers.delete(watcher))
  }

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server')
    const isWatch = searchParams.get('watch') === 'true'
    asked.push(`${isWatch ? 'watch' : 'list'} ${pathname}`)
    const refusal = refused.get(pathname)
    response.setHeader('content-type', 'application/json')
    if (refusal !== undefined) {
      response.statusCode = refusal
      response.end(status(refusal, 'Forbidden'))
    } else if (isWatch) watch(pathname, searchParams, response)
    else list(pathname, searchParams, response)
  }

  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It listens on a port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    put(path, object) {
      const { uid } = object.metadata
      const objects = objectsAt(path)
      objects.set(uid, change(path, objects.has(uid) ? 'MODIFIED' : 'ADDED', object))
    },
    remove(path, uid) {
      const object = objectsAt(path).get(uid)
      objectsAt(path).delete(uid)
      if (object) change(path, 'DELETED', object)
    },
    bookmark() {
      const object = { metadata: { resourceVersion: String(version) } }
      for (const { response } of watchers) {
        response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
      }
    },
    cut() {
      // Half a line: what a connection leaves that breaks in the middle.
      for (const { response } of watchers)
        response.write('{"type":"MODIF', () => response.destroy())
      watchers.clear()
    },
    forget() {
      forgotten = ++version
    },
    refuse(path, code) {
      if (code === undefined) refused.delete(path)
      else refused.set(path, code)
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

function nodeOf(params: URLSearchParams): string | null {
  return /^spec\.nodeName=(.+)$/.exec(params.get('fieldSelector') ?? '')?.[1] ?? null
}
