import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MadeObject } from '../../../core/flink/kubernetes/objects.fixture.ts'
import { type Asked, type Change, isAskedFor, wordOn } from './selectors.fixture.ts'

const plurals: Readonly<Record<string, string>> = {
  ...{ Pod: 'pods', Node: 'nodes', Event: 'events', FlinkDeployment: 'flinkdeployments' },
  ...{ FlinkSessionJob: 'flinksessionjobs', FlinkStateSnapshot: 'flinkstatesnapshots' },
}

interface Watcher extends Asked {
  readonly response: ServerResponse
}

class Refused extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * An API server that a test makes up, on loopback. It lists and watches as Kubernetes documents it (API
 * Concepts, "Efficient detection of changes"): one version for everything, lists in pages of one version,
 * watches that tell what came after a version, 410 for a version that is forgotten.
 */
export async function madeApiServer() {
  const objects = new Map<string, MadeObject>()
  const changes: (Change & { readonly plural: string; readonly version: number })[] = []
  const pages = new Map<string, { readonly items: readonly MadeObject[]; readonly of: number }>()
  const watchers = new Set<Watcher>()
  const refused = new Map<string, number>()
  const asked: string[] = []
  const waiting = new Set<() => void>()
  let version = 100
  let oldest = 0
  let forgets: 'by status' | 'by event' = 'by status'
  let pageSize = 500

  const status = (code: number, message: string) => ({
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code },
  })
  /** Cut within a line, as a network may. */
  const say = (response: ServerResponse, type: string, object: unknown) => {
    const line = Buffer.from(`${JSON.stringify({ type, object })}\n`)
    response.write(line.subarray(0, line.length / 2))
    response.write(line.subarray(line.length / 2))
  }

  const tell = (watcher: Watcher, change: Change & { readonly plural: string }) => {
    const word = watcher.plural === change.plural ? wordOn(change, watcher) : undefined
    if (word !== undefined) say(watcher.response, word, change.now)
  }

  const list = (asked: Asked, response: ServerResponse): void => {
    const { plural, namespace, query } = asked
    const [token = '', offset = '0'] = (query.get('continue') ?? '').split(':')
    if (Number(query.get('resourceVersion')) > version)
      throw new Refused(504, 'Too large resource version')
    if (token !== '' && Number(token.split('@')[1]) < oldest)
      throw new Refused(410, 'The provided continue parameter is too old')
    const { items, of } = pages.get(token) ?? {
      items: [...objects.values()].filter(
        (object) => plurals[object.kind] === plural && isAskedFor(object, asked),
      ),
      of: version,
    }
    const from = Number(offset)
    const to = from + Math.min(pageSize, Number(query.get('limit') ?? pageSize))
    const name = `${plural}${namespace ?? ''}@${of}`
    pages.set(name, { items, of })
    const metadata = {
      resourceVersion: String(of),
      ...(to < items.length && { continue: `${name}:${to}` }),
    }
    const page = items.slice(from, to)
    response.end(JSON.stringify({ metadata, items: page.length > 0 ? page : null }))
  }

  const watch = (watcher: Watcher): void => {
    const { query, response } = watcher
    const from = Number(query.get('resourceVersion'))
    const tooOld = `too old resource version: ${from} (${version})`
    if (from < oldest && forgets === 'by status') throw new Refused(410, tooOld)
    response.writeHead(200, { 'content-type': 'application/json' })
    if (from < oldest) {
      say(response, 'ERROR', status(410, tooOld))
      response.end()
      return
    }
    response.flushHeaders()
    for (const change of changes) if (change.version > from) tell(watcher, change)
    watchers.add(watcher)
    response.on('close', () => watchers.delete(watcher))
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://api')
    const [, namespace, plural = ''] =
      /^\/(?:api\/v1|apis\/flink\.apache\.org\/v1beta1)(?:\/namespaces\/([^/]+))?\/(\w+)$/.exec(
        pathname,
      ) ?? []
    const isWatch = query.get('watch') === 'true'
    asked.push(`${isWatch ? 'watch' : 'list'} ${plural}`)
    try {
      const code = refused.get(plural)
      if (code === 403)
        throw new Refused(code, `${plural} is forbidden: User "weir" cannot list it`)
      if (code !== undefined) throw new Refused(code, 'the server said no')
      if (isWatch) watch({ plural, namespace, query, response })
      else list({ plural, namespace, query }, response)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      response.writeHead(error.code, { 'content-type': 'application/json' })
      response.end(JSON.stringify(status(error.code, error.message)))
    }
    for (const check of waiting) check()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))

  const change = (object: MadeObject, isGone: boolean) => {
    version++
    const now = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    const plural = plurals[object.kind] ?? ''
    const key = `${plural} ${object.metadata.namespace}/${object.metadata.name}`
    const one = { version, plural, before: objects.get(key), now, isGone }
    if (isGone) objects.delete(key)
    else objects.set(key, now)
    changes.push(one)
    for (const watcher of watchers) tell(watcher, one)
  }
  const each = (plural: string, act: (response: ServerResponse) => void) => {
    for (const watcher of watchers) {
      if (watcher.plural !== plural) continue
      watchers.delete(watcher)
      act(watcher.response)
    }
  }

  return {
    // A server that listens on a port has an address of this shape.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Every request: `list pods`, `watch nodes`. */
    asked: asked as readonly string[],
    /** Makes an object or changes the one of its name. */
    put: (object: MadeObject) => change(object, false),
    remove: (object: MadeObject) => change(object, true),
    /** Breaks the watches of a kind in the middle of a line. */
    drop: (plural: string) =>
      each(plural, (response) => response.write('{"type":"ADD', () => response.destroy())),
    /** Ends the watches of a kind as after their `timeoutSeconds`. */
    end: (plural: string) => each(plural, (response) => response.end()),
    bookmark(plural: string) {
      const object = { kind: 'Any', metadata: { resourceVersion: String(++version) } }
      for (const watcher of watchers)
        if (watcher.plural === plural) say(watcher.response, 'BOOKMARK', object)
    },
    /** Every version up to now is gone (compaction); said so in either of the two ways. */
    forget(how: typeof forgets) {
      oldest = ++version
      forgets = how
    },
    /** Answers requests for a kind with this HTTP status; undefined ends that. */
    refuse(plural: string, code: number | undefined) {
      if (code === undefined) refused.delete(plural)
      else refused.set(plural, code)
    },
    pagesOf(size: number) {
      pageSize = size
    },
    /** Resolves as soon as something is so; looks again after each request. */
    until: (isSo: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const check = () => {
          if (!isSo()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    isWatched: (plural: string) => [...watchers].some((watcher) => watcher.plural === plural),
    close(): Promise<void> {
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeAllConnections()
      return closed
    },
  }
}
