import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logReaders } from '../../cli/follow-logs.ts'
import type { LogBlock } from '../../core/api/log-block.ts'
import type { LogContext, LogNodesPage, LogPage } from '../../core/api/public-logs.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope } from '../../core/kit/scope.ts'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { writeLogs } from '../../core/store/logs.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { world } from '../../diagnosis/api/world.fixture.ts'
import { logArchives } from '../../diagnosis/archives/archives.ts'
import type { LogNodeConfig } from '../../diagnosis/archives/config.ts'
import { storedRecords } from '../../diagnosis/records.ts'
import { logServiceConfig } from '../../log-service/config.ts'
import { startLogService } from '../../log-service/start.ts'
import { freePort } from '../free-port.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-archives-'))
const scope = createScope('archives')
const ended = new AbortController()
const NOW = Math.floor(Date.now() / 60_000) * 60_000
const JOB = 'prod/shop/orders'
const TOKEN = 'the-token-of-the-nodes'

const ago = (minutes: number) => NOW - minutes * 60_000

/** A line as Flink's own layout writes it. */
function flinkLine(at: number, message: string): string {
  const time = new Date(at).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)
  return `${time} INFO  shop.Orders [] - ${message}\n`
}

interface Node {
  readonly config: LogNodeConfig
  /** What it handed to the gateway; none of it is in the store unless a test puts it there. */
  readonly shipped: LogBlock[]
}

/** A real log service that follows what a job's pod writes below a folder of its own. */
async function startNode(name: string, files: Readonly<Record<string, string>>): Promise<Node> {
  const folder = join(root, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'logs', path, '..'), { recursive: true })
    appendFileSync(join(folder, 'logs', path), text)
  }
  const shipped: LogBlock[] = []
  const config = logServiceConfig.parse({
    ...{ node: name, folder: join(folder, 'state'), scanEveryMs: 200 },
    api: {
      port: 0,
      tokens: [{ name: 'page', sha256: createHash('sha256').update(TOKEN).digest('hex') }],
    },
    flink: [{ cluster: 'prod', root: join(folder, 'logs'), folders: '{namespace}/{job}/{pod}' }],
  })
  const { url } = await startLogService(
    config,
    {
      ship: async (blocks) => {
        shipped.push(...blocks.map(({ origin, lines }) => ({ origin, lines })))
      },
      openReader: logReaders([], Date.now),
      ...{ clock: systemClock, log: silentLog, registry: new Registry() },
    },
    scope.child(name),
  )
  return { config: { url, token: TOKEN, everyAddress: false }, shipped }
}

const messagesOf = ({ items }: LogPage) => items.map(({ line: { message } }) => message)

describe.skipIf(chdbMissing)('the archives of nodes behind the page', () => {
  let store: Store
  let one: Node
  let two: Node
  /** Takes connections and never answers. */
  let slow: { readonly server: Server; readonly url: string }

  const ask = async <T>(path: string, nodes: readonly LogNodeConfig[], status = 200) => {
    const archives = logArchives(
      nodes,
      { clock: systemClock, signal: ended.signal },
      { requestMs: 1_500, questionMs: 3_000, mostBytes: 1_000_000, nodesAtOnce: 4 },
    )
    const { logs } = storedRecords(store)
    if (!logs) throw new Error('A store has logs.')
    const { get, clock } = world({}, { logs, ...(nodes.length > 0 && { archives }) })
    await clock.advance(NOW - clock.now())
    const response = await get(`/api/v1/jobs/${JOB}/logs${path}`)
    const body = await response.text()
    expect([path, response.status, status === 200 ? '' : body]).toEqual([
      ...[path, status, status === 200 ? '' : expect.any(String)],
    ])
    return JSON.parse(body) as T // What the route says it is.
  }

  beforeAll(async () => {
    const dying = Array.from({ length: 30 }, (_, n) => flinkLine(ago(60 - n), `tm-1 line ${n}`))
    one = await startNode('node-1', {
      'shop/orders/tm-1/taskmanager.log': dying.join(''),
      'shop/carts/tm-9/taskmanager.log': flinkLine(ago(40), 'a line of another job'),
    })
    two = await startNode('node-2', {
      'shop/orders/tm-2/taskmanager.log':
        flinkLine(ago(45), 'tm-2 line') + flinkLine(ago(5), 'tm-2 last'),
    })
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
    for (;;) {
      const count = [...one.shipped, ...two.shipped].reduce(
        (sum, { lines }) => sum + lines.length,
        0,
      )
      if (count === 33) break
      await setTimeout(50)
    }
    // The store got all of tm-2, the first ten minutes of tm-1, and then no more.
    const early = one.shipped.flatMap(({ origin, lines }) => {
      const got = lines.filter(({ at }) => at <= ago(51))
      return origin.pod === 'tm-1' && got.length > 0 ? [{ origin, lines: got }] : []
    })
    await writeLogs(store, [...early, ...two.shipped], { token: 'test' })
    const port = await freePort()
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    slow = { server, url: `http://127.0.0.1:${port}` }
  }, 60_000)

  afterAll(async () => {
    ended.abort()
    slow.server.closeAllConnections()
    slow.server.close()
    await scope.close(5_000)
    await store?.close()
    rmSync(root, { recursive: true, force: true })
  })

  const span = `from=${ago(120)}&to=${NOW}`

  test('say what the store lacks, and what they have', async () => {
    const page = await ask<LogNodesPage>(`/nodes?${span}`, [one.config, two.config])
    expect(page.nodes.map(({ state, detail }) => detail ?? state)).toEqual(['answered', 'answered'])
    expect(page.lives.map(({ node, pod, lines }) => [node, pod, lines])).toEqual([
      ['node-2', 'tm-2', 2],
      ['node-1', 'tm-1', 30],
    ])
    expect([page.store, page.lacking]).toEqual([
      'answers',
      [{ node: 'node-1', pod: 'tm-1', attempt: 0, from: ago(51), to: ago(31) }],
    ])
    const before = await ask<LogNodesPage>(`/nodes?from=${ago(120)}&to=${ago(55)}`, [one.config])
    expect(before.lacking).toEqual([])
  })

  test('read the lines of a job from all nodes, page by page, and of no other job', async () => {
    const nodes = [one.config, two.config]
    const seen: string[] = []
    let path = `?${span}&source=nodes&limit=7`
    for (let next: string | null = ''; next !== null; ) {
      const page: LogPage = await ask<LogPage>(next === '' ? path : `${path}&cursor=${next}`, nodes)
      expect([page.source, page.because]).toEqual(['nodes', undefined])
      seen.push(...messagesOf(page))
      next = page.next
    }
    expect(seen).toHaveLength(32)
    expect(new Set(seen).size).toBe(32)
    expect([seen[0], seen[1], seen.at(-1)]).toEqual(['tm-2 last', 'tm-1 line 29', 'tm-1 line 0'])
    path = `?${span}&source=nodes&towards=newer&limit=2&q=pod:tm-2`
    expect(messagesOf(await ask<LogPage>(path, nodes))).toEqual(['tm-2 line', 'tm-2 last'])
  })

  test('open the surroundings of a line, unless it is of another job', async () => {
    const [line] = (await ask<LogPage>(`?${span}&source=nodes&q="line+12"`, [one.config])).items
    const at = `at=${line?.at}&offset=${line?.offset}&file=${line?.file}`
    const path = `/context?${at}&before=1&after=1&source=nodes`
    const { items, found, source } = await ask<LogContext>(path, [one.config, two.config])
    expect([found, source, items.map(({ line: { message } }) => message)]).toEqual([
      ...[true, 'nodes', ['tm-1 line 11', 'tm-1 line 12', 'tm-1 line 13']],
    ])
    const [other] = one.shipped.filter(({ origin }) => origin.pod === 'tm-9')
    const stolen = `/context?at=1&offset=0&file=${other?.origin.file}&source=nodes`
    expect(await ask<LogContext>(stolen, [one.config])).toMatchObject({ found: false, items: [] })
  })

  test('a node that is away, is silent or wants another token is said, and the others answer', async () => {
    const away = `http://127.0.0.1:${await freePort()}`
    const nodes = [
      ...[one.config, { ...two.config, token: 'wrong' }],
      ...[away, slow.url].map((url) => ({ url, everyAddress: false })),
    ]
    const page = await ask<LogPage>(`?${span}&source=nodes&limit=2`, nodes)
    expect(messagesOf(page)).toEqual(['tm-1 line 29', 'tm-1 line 28'])
    const said = new Map(page.nodes?.map(({ node, detail }) => [`http://${node}`, detail]))
    expect([one.config.url, two.config.url, away, slow.url].map((url) => said.get(url))).toEqual([
      undefined,
      'It wants another token than diagnosis.logNodes gives.',
      expect.stringMatching(/^It cannot be reached \(.*ECONNREFUSED/),
      'It did not answer within 1.5 s.',
    ])
  })

  test('paths and addresses in parameters are compared and never followed', async () => {
    for (const file of ['../../etc/passwd', slow.url, '%2e%2e%2f']) {
      const path = `/context?at=1&offset=0&file=${encodeURIComponent(file)}&source=nodes`
      expect(await ask<LogContext>(path, [one.config])).toMatchObject({ found: false })
    }
    await ask(`?${span}&source=nodes&node=${slow.url}`, [one.config], 400)
    await ask(`?${span}&source=http://127.0.0.1`, [one.config], 400)
  })

  test('without configured nodes that is said', async () => {
    await ask(`?${span}&source=nodes`, [], 404)
    const none = { nodes: [], lives: [], lacking: [], store: 'answers' }
    expect(await ask(`/nodes?${span}`, [])).toEqual(none)
  })

  test('while the store is away the nodes answer for it', async () => {
    await store.close()
    const nodes = [one.config, two.config]
    const page = await ask<LogPage>(`?${span}&limit=1`, nodes)
    expect([page.source, messagesOf(page), page.because]).toEqual([
      ...['nodes', ['tm-2 last'], 'The store is away; the nodes were asked.'],
    ])
    const { store: state, lacking } = await ask<LogNodesPage>(`/nodes?${span}`, nodes)
    expect([state, lacking.length]).toEqual(['away', 2])
    await ask(`?${span}&source=store`, nodes, 503)
  })
})
