import { execFile } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { packageRoot } from '../../core/kit/package-root.ts'
import { answers, type Served, serve } from '../process.ts'
import { recordedEvents, type Written, writeLog } from './corpus.ts'

const run = promisify(execFile)

/**
 * As `weir log-service` should run: what lives is 40 MB, and without a bound the heap grows to several times that before
 * it is cleaned; and each thread of the pool would keep an arena of its own from compressing.
 */
const HEAP = ['--max-old-space-size=96', '--max-semi-space-size=4']
const POOL = ['UV_THREADPOOL_SIZE=4', 'MALLOC_ARENA_MAX=2']

export interface FollowOptions {
  readonly lines: number
  /** Files that are followed while memory is looked at. */
  readonly files: number
  /** For how long each of them gets a line a second. */
  readonly seconds: number
}

export interface Followed {
  readonly what: string
  readonly lines: number
  readonly bytesPerLine: number
  readonly linesPerSecond: number
  readonly megabytesPerSecond: number
  readonly cpuMicrosPerLine: number
  readonly peakRssMB: number
  readonly archiveBytesPerLine: number
  readonly besideZstd9: number
}

/** Lines a second from files into the archive, the product's reader included; memory; bytes beside `zstd -9`. */
export async function followAndArchive(options: FollowOptions): Promise<readonly Followed[]> {
  const root = await mkdtemp(join(tmpdir(), 'weir-bench-follow-'))
  try {
    const recordings = join(packageRoot(import.meta.url), 'test', 'recordings')
    const events = await recordedEvents(recordings)
    return [
      await catchUp(join(root, 'one'), events, options.lines, 1),
      await catchUp(join(root, 'twenty'), events, options.lines, 20),
      await live(join(root, 'many'), events, options),
    ]
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function catchUp(folder: string, events: readonly string[], lines: number, files: number) {
  const logs = join(folder, 'logs')
  await mkdir(logs, { recursive: true })
  const all: Written[] = []
  for (let file = 0; file < files; file++) {
    const path = join(logs, `taskmanager-${file}.log`)
    all.push(await writeLog(path, { events, lines: Math.ceil(lines / files), seed: file + 1 }))
  }
  const service = await start(logs, join(folder, 'state'))
  const written = sum(all)
  const measured = await measure(service, written)
  return {
    what: `catches up with ${files} file(s)`,
    ...(await ended(service, logs, folder, measured)),
  }
}

async function live(folder: string, events: readonly string[], { files, seconds }: FollowOptions) {
  const logs = join(folder, 'logs')
  await mkdir(logs, { recursive: true })
  const service = await start(logs, join(folder, 'state'))
  const all: Written[] = []
  const shapes = events.filter((event) => event.length > 180 && !event.includes('\n'))
  const startedAt = performance.now()
  let peakRssBytes = 0
  for (let second = 0; second < seconds; second++) {
    for (let file = 0; file < files; file++) {
      const time = new Date().toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)
      const line = `${time} ${shapes[(file * 7 + second * 13) % shapes.length]}\n`
      await appendFile(join(logs, `taskmanager-${file}.log`), line)
      all.push({ lines: 1, bytes: Buffer.byteLength(line) })
    }
    peakRssBytes = Math.max(peakRssBytes, service.rssBytes())
    await setTimeout(Math.max(0, startedAt + (second + 1) * 1_000 - performance.now()))
  }
  const cpuSeconds = service.cpuSeconds()
  const measured = await measure(service, sum(all))
  const own = {
    ...measured,
    peakRssMB: Math.max(peakRssBytes, measured.peakRssMB * 1e6) / 1e6,
    cpuMicrosPerLine: (cpuSeconds * 1e6) / measured.lines,
    linesPerSecond: measured.lines / seconds,
    megabytesPerSecond: (measured.bytesPerLine * measured.lines) / seconds / 1e6,
  }
  return { what: `follows ${files} files`, ...(await ended(service, logs, folder, own)) }
}

async function measure({ url, cpuSeconds, rssBytes }: Served, { lines, bytes }: Written) {
  const startedAt = performance.now()
  let peakRssBytes = 0
  while ((await metric(url, 'weir_logs_read_bytes_total')) < bytes) {
    peakRssBytes = Math.max(peakRssBytes, rssBytes())
    await setTimeout(100)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  return {
    lines,
    bytesPerLine: bytes / lines,
    linesPerSecond: lines / seconds,
    megabytesPerSecond: bytes / 1e6 / seconds,
    cpuMicrosPerLine: (cpuSeconds() * 1e6) / lines,
    peakRssMB: Math.max(peakRssBytes, rssBytes()) / 1e6,
  }
}

/** Waits until all is sealed, then compares with what zstd makes of the same text. */
async function ended(
  service: Served,
  logs: string,
  folder: string,
  measured: Omit<Followed, 'what' | 'archiveBytesPerLine' | 'besideZstd9'>,
) {
  const archive = join(folder, 'state', 'archive')
  let sealedBytes = 0
  for (let open = 2; open > 1; ) {
    await setTimeout(1_000)
    open = 0
    sealedBytes = 0
    for (const name of await readdir(archive)) {
      const { size } = await stat(join(archive, name)).catch(() => ({ size: 0 }))
      if (name.endsWith('.open') && size > 0) open += 2
      else if (name.endsWith('.sealed') || name.endsWith('.acked')) sealedBytes += size
    }
  }
  await service.stop()
  const zstd = await run('sh', ['-c', 'cat "$1"/*.log | zstd -9 -c | wc -c', 'sh', logs])
  return {
    ...measured,
    archiveBytesPerLine: sealedBytes / measured.lines,
    besideZstd9: sealedBytes / Number(zstd.stdout),
  }
}

async function start(logs: string, folder: string): Promise<Served> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = join(import.meta.dirname, 'follow.process.js')
  const command = [...POOL, process.execPath, ...HEAP, program, logs, folder, String(port)]
  return serve('log service', ['env', ...command], {
    url,
    ready: () => answers(`${url}/livez`),
  })
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? 0)
}

const sum = (all: readonly Written[]): Written => ({
  lines: all.reduce((total, { lines }) => total + lines, 0),
  bytes: all.reduce((total, { bytes }) => total + bytes, 0),
})

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
