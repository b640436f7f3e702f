import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogBlock } from '../core/api/log-block.ts'
import { systemClock } from '../core/kit/clock.ts'
import { silentLog } from '../core/kit/log.ts'
import { parseLogQuery } from '../core/logs/query/parse.ts'
import { createLineReader } from '../core/logs/reader.ts'
import { createRedactor } from '../core/logs/redact.ts'
import { createTemplates } from '../core/logs/templates.ts'
import { createAcknowledgedSender } from '../core/ship/acknowledged.ts'
import { httpSender } from '../core/ship/http-sender.ts'
import { storeConfig } from '../core/store/config.ts'
import { readLogLines } from '../core/store/log-reads.ts'
import { openStore, type Store } from '../core/store/open.ts'
import { type LogPeer, victoriaLogs } from './peers/victoria-logs.ts'
import { weir } from './peers/weir.ts'
import { type LogText, rareTokenOf, recordedLogs } from './recorded-lines.ts'

export interface LogsOptions {
  readonly jobs: number
  readonly linesPerJob: number
  readonly runs: number
  /** Binary of the peer; without it only ours is measured. */
  readonly victoriaLogs?: string
}

/** Lines that travel in one request: some 800 kB of text, as the log service sends when it catches up. */
const LINES_PER_REQUEST = 4_000
/** Requests under way at a time, to us and to the peer: those of five log services. */
const SENDERS = 20
const DAY_MS = 86_400_000

/** Text of files in, until a query sees every event; then bytes on disk, and what people ask. */
export async function logs(options: LogsOptions): Promise<readonly object[]> {
  const endAt = Date.now() - 60_000
  const texts = await recordedLogs(options.jobs, options.linesPerJob, endAt)
  const ours = await measureOurs(texts, endAt, options)
  const binary = options.victoriaLogs
  return binary === undefined ? ours : [...ours, ...(await measurePeer(texts, binary, options))]
}

async function measureOurs(
  texts: readonly LogText[],
  endAt: number,
  { runs }: LogsOptions,
): Promise<readonly object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const peer = await weir(folder)
  try {
    const rows: object[] = []
    const { sql } = peer
    if (!sql) throw new Error('Our own peer answers SQL.')
    const visible = async () =>
      Number((await sql<{ n: string }>('SELECT count() AS n FROM weir.logs'))[0]?.n ?? 0)
    const [cpuBefore, ownBefore] = [peer.cpuSeconds(), process.cpuUsage()]
    const { signal } = new AbortController()
    const senders = Array.from({ length: SENDERS }, (_, index) =>
      createAcknowledgedSender({
        ...{ agent: `node-${index}`, epoch: endAt, send: httpSender(new URL('/', peer.url).href) },
        ...{ clock: systemClock, log: silentLog, signal },
      }),
    )
    const taken = await sendAll(
      texts,
      async (sender, blocks) => senders[sender]?.({ kind: 'logs', blocks }),
      visible,
    )
    const own = process.cpuUsage(ownBefore)
    await sql('OPTIMIZE TABLE weir.logs FINAL')
    const [size] = await sql<{ all: number; index: number }>(
      `SELECT sum(bytes_on_disk) AS all, sum(secondary_indices_compressed_bytes) AS index FROM system.parts
       WHERE active AND database = 'weir' AND table = 'logs'`,
    )
    rows.push({
      ...{ peer: 'weir', what: 'text to visible', ...taken.speed },
      serverCpuMicrosPerLine: ((peer.cpuSeconds() - cpuBefore) * 1e6) / taken.events,
      readerCpuMicrosPerLine: (own.user + own.system) / taken.events,
      diskBytesPerEvent: Number(size?.all) / taken.events,
      ofThatIndex: Number(size?.index) / taken.events,
      rssBytes: peer.rssBytes(),
    })
    await peer.stop()
    const store = await openStore(storeConfig.parse({ kind: 'chdb', path: folder }))
    try {
      rows.push(...(await askOurs(store, texts, endAt, runs)))
    } finally {
      await store.close()
    }
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function askOurs(
  store: Store,
  texts: readonly LogText[],
  endAt: number,
  runs: number,
): Promise<readonly object[]> {
  const [first] = texts
  if (!first) return []
  const { job, pod } = first
  const span = { from: endAt - DAY_MS, to: endAt }
  const lines = async (q: string, owner: string | undefined) => {
    const parsed = parseLogQuery(q)
    if (!parsed.ok) throw new Error(parsed.problem)
    const scope = owner === undefined ? span : { owner, ...span }
    return (await readLogLines(store, scope, { query: parsed.query, limit: 100 })).length
  }
  return [
    await time('weir', "a word in one job's day, newest 100", runs, () => lines('completed', job)),
    await time('weir', "a phrase in one job's day, newest 100", runs, () =>
      lines('"switched from"', job),
    ),
    await time('weir', 'a rare word in all jobs', runs, () => lines(rareTokenOf(job), undefined)),
    await time('weir', 'last 100 lines of a dead pod', runs, () => lines(`pod:${pod}`, job)),
  ]
}

async function measurePeer(
  texts: readonly LogText[],
  binary: string,
  { runs }: LogsOptions,
): Promise<readonly object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const peer = await victoriaLogs(folder, binary)
  try {
    const [cpuBefore, ownBefore] = [peer.cpuSeconds(), process.cpuUsage()]
    const taken = await sendAll(texts, (_, blocks) => peer.insert(blocks), peer.visible)
    const own = process.cpuUsage(ownBefore)
    return [
      {
        ...{ peer: peer.name, what: 'text to visible', ...taken.speed },
        serverCpuMicrosPerLine: ((peer.cpuSeconds() - cpuBefore) * 1e6) / taken.events,
        readerCpuMicrosPerLine: (own.user + own.system) / taken.events,
        diskBytesPerEvent: (await peer.bytes()) / taken.events,
        rssBytes: peer.rssBytes(),
      },
      ...(await askPeer(peer, texts, runs)),
    ]
  } finally {
    await peer.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function askPeer(
  peer: LogPeer,
  texts: readonly LogText[],
  runs: number,
): Promise<readonly object[]> {
  const [first] = texts
  if (!first) return []
  const job = `{job=${JSON.stringify(first.job)}}`
  const at = (what: string, query: string) =>
    time(peer.name, what, runs, () => peer.ask(query, 100))
  return [
    await at("a word in one job's day, newest 100", `${job} i(completed)`),
    await at("a phrase in one job's day, newest 100", `${job} i("switched from")`),
    await at('a rare word in all jobs', rareTokenOf(first.job)),
    await at('last 100 lines of a dead pod', `{pod=${JSON.stringify(first.pod)}}`),
  ]
}

/** Reads all texts as files and sends them, each sender its own; resolves when every event is visible. */
async function sendAll(
  texts: readonly LogText[],
  send: (sender: number, blocks: readonly LogBlock[]) => Promise<void>,
  visible: () => Promise<number>,
) {
  const startedAt = performance.now()
  let events = 0
  let bytes = 0
  const queue = [...texts]
  const sender = async (index: number) => {
    for (let text = queue.shift(); text; text = queue.shift()) {
      for (const { block, read } of readText(text)) {
        bytes += read
        events += block.lines.length
        await send(index, [block])
      }
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, (_, index) => sender(index)))
  while ((await visible()) < events) await new Promise((resolve) => setTimeout(resolve, 20))
  const seconds = (performance.now() - startedAt) / 1000
  const lines = texts.reduce((sum, text) => sum + text.lines.length, 0)
  const speed = {
    ...{ lines, events, bytesPerLine: bytes / lines, seconds },
    linesPerSecond: lines / seconds,
  }
  return { events, speed }
}

function* readText({ job, pod, lines }: LogText): Generator<{ block: LogBlock; read: number }> {
  const reader = createLineReader({
    ...{ format: { container: 'none' }, startAt: 0, redactor: createRedactor() },
    ...{ templates: createTemplates(), readAt: Date.now },
  })
  const origin = {
    ...{ cluster: 'bench', namespace: '-', node: 'n1', pod, attempt: 0, job },
    ...{ path: `${pod}.log`, file: `file-${pod}` },
  }
  for (let from = 0; from < lines.length; from += LINES_PER_REQUEST) {
    const text = Buffer.from(`${lines.slice(from, from + LINES_PER_REQUEST).join('\n')}\n`)
    const isLast = from + LINES_PER_REQUEST >= lines.length
    const read = [...reader.push(text), ...(isLast ? reader.flush() : [])]
    if (read.length > 0) yield { block: { origin, lines: read }, read: text.byteLength }
  }
}

async function time(peer: string, what: string, runs: number, ask: () => Promise<number>) {
  const found = await ask()
  const took: number[] = []
  for (let run = 0; run < runs; run++) {
    const begun = performance.now()
    await ask()
    took.push(performance.now() - begun)
  }
  took.sort((a, b) => a - b)
  return {
    ...{ peer, what, medianMs: took[Math.floor(runs / 2)] },
    ...{ p95Ms: took[Math.floor(runs * 0.95)], found },
  }
}
