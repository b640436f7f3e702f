import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { packageRoot } from '../core/kit/package-root.ts'
import { weir } from './peers/weir.ts'
import { type Served, serve } from './process.ts'

export interface AgentOptions {
  readonly seconds: number
}

export interface AgentCost {
  readonly agent: string
  readonly cpuPercentOfCore: number
  readonly rssMB: number
  readonly wireBytesPerSecond: number
  readonly restRequestsPerSecond: number
}

const FLINK = 7477
const PROXY = 7478
/** Imports, the first full look, what is told once. */
const WARM_UP_MS = 30_000

const root = packageRoot(import.meta.url)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * What an agent costs: the process that people run, beside a recorded Flink that answers over HTTP from a
 * process of its own, sending to a real gateway through a proxy that counts bytes.
 */
export async function agentCost({ seconds }: AgentOptions): Promise<readonly AgentCost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const stops: (() => Promise<unknown>)[] = []
  try {
    const gateway = await weir(join(folder, 'weir'))
    stops.push(gateway.stop)
    const wire = await countingProxy(new URL(gateway.url).origin)
    stops.push(wire.close)
    const flink = await serveProgram('played.process.js', [
      join(root, 'test', 'recordings', 'healthy-a.ndjson.gz'),
      String(FLINK),
    ])
    stops.push(flink.stop)
    const at = `http://127.0.0.1:${FLINK}`
    const sidecar = {
      name: 'sidecar',
      clusters: [{ name: 'bench', prometheus: [`${at}/scrape/tm1`] }],
      host: { cluster: 'bench', reporter: `${at}/scrape/tm1`, everyMs: 10_000 },
      scrapeEveryMs: 10_000,
    }
    const central = { name: 'central', clusters: [{ name: 'bench', url: at }] }
    return [
      await cost('sidecar of a TaskManager, 10 s', folder, sidecar, { seconds, wire }),
      await cost('beside a JobManager, REST only', folder, central, { seconds, wire }),
    ]
  } finally {
    for (const stop of stops.reverse()) await stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function cost(
  title: string,
  folder: string,
  agent: { readonly name: string },
  { seconds, wire }: { readonly seconds: number; readonly wire: { bytes(): number } },
): Promise<AgentCost> {
  const config = join(folder, `${agent.name}.yaml`)
  const ship = { url: `http://127.0.0.1:${PROXY}` }
  await writeFile(config, stringify({ agent, ship, log: { level: 'warn' } }))
  const bin = join(root, 'cli', 'bin', 'weir.cjs')
  const running = await serve(agent.name, [process.execPath, bin, 'agent', '--config', config], {
    url: ship.url,
    ready: () => pause(WARM_UP_MS).then(() => undefined),
  })
  const before = [running.cpuSeconds(), wire.bytes(), await asked()] as const
  await pause(seconds * 1_000)
  const after = [running.cpuSeconds(), wire.bytes(), await asked()] as const
  const rssMB = running.rssBytes() / 1e6
  await running.stop()
  const perSecond = (index: 0 | 1 | 2) => (after[index] - before[index]) / seconds
  return {
    agent: title,
    cpuPercentOfCore: 100 * perSecond(0),
    rssMB,
    wireBytesPerSecond: perSecond(1),
    restRequestsPerSecond: perSecond(2),
  }
}

async function asked(): Promise<number> {
  return Number(await (await fetch(`http://127.0.0.1:${FLINK}/asked`)).text())
}

function serveProgram(name: string, args: readonly string[]): Promise<Served> {
  const program = join(import.meta.dirname, name)
  return serve(name, [process.execPath, program, ...args], {
    url: '',
    async ready(child) {
      if (child.stdout) await once(child.stdout, 'data')
    },
  })
}

/** Hands every request on, and counts the bytes that the sender put on its socket, headers included. */
async function countingProxy(target: string) {
  const sockets = new Map<object, () => number>()
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming
    const upstream = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.destroy())
    incoming.pipe(upstream)
  })
  server.on('connection', (socket) => sockets.set(socket, () => socket.bytesRead))
  await new Promise<void>((resolve) => server.listen(PROXY, '127.0.0.1', resolve))
  return {
    bytes: () => [...sockets.values()].reduce((sum, bytes) => sum + bytes(), 0),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
