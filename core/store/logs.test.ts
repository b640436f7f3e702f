import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { LogBlock } from '../api/log-block.ts'
import { matcherOf } from '../logs/query/matches.ts'
import { parseLogQuery } from '../logs/query/parse.ts'
import type { LogLine, LogOrigin } from '../model/logs.ts'
import { storeConfig, temporaryPath } from './config.ts'
import {
  countLogLines,
  readLogContext,
  readLogFiles,
  readLogLines,
  readLogPatterns,
} from './log-reads.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { rollUp } from './rollups.ts'
import { unstoredLogs } from './unstored.ts'
import { writeLogs } from './write.ts'

/** The tables forget by the real clock. */
const HOUR = 3_600_000
const BEGIN = Math.floor(Date.now() / HOUR) * HOUR - 5 * HOUR

const originOf = (job: string | undefined, pod: string, file: string): LogOrigin => ({
  ...{ cluster: 'lab', namespace: 'shop', node: 'n1', pod, attempt: 0, path: `${pod}/a.log`, file },
  ...(job !== undefined && { job }),
})

const line = (offset: number, message: string, more: Partial<LogLine> = {}): LogLine => ({
  ...{ stream: 'file', offset, bytes: 10, at: BEGIN + offset * 1_000, timed: 'line' },
  ...{ level: 'INFO', message, template: message.replace(/\d+/g, '#') },
  ...more,
})

const full: LogLine = {
  ...line(7, 'Order 中文 \u{1f4a5} failed\nafter a retry', { level: 'ERROR' }),
  ...{ stream: 'stderr', timed: 'runtime', logger: 'shop.Orders', thread: 'map (1/2)#0' },
  ...{ stack: 'java.lang.IllegalStateException: x\n\tat shop.Orders.map(Orders.java:7)' },
  ...{ exception: 'java.lang.IllegalStateException', rootCause: 'java.io.IOException' },
  ...{ frame: 'shop.Orders.map', signature: 'oom-heap', cutBytes: 3, redacted: 1 },
}

describe.skipIf(chdbMissing)('logs', () => {
  let store: Store
  let tokens = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const write = (...blocks: LogBlock[]) => writeLogs(store, blocks, { token: `t${tokens++}` })
  const span = { from: BEGIN, to: BEGIN + HOUR }
  const messages = async (
    ...query: Parameters<typeof readLogLines> extends [Store, ...infer R] ? R : never
  ) => (await readLogLines(store, ...query)).map(({ line: { message } }) => message)

  test('a line comes back as it was, with its place', async () => {
    const origin = originOf('lab/shop/full', 'tm-1', 'f-full')
    await write({ origin, lines: [full] })
    expect(await readLogLines(store, { owner: 'lab/shop/full', ...span }, { limit: 10 })).toEqual([
      {
        ...{ owner: 'lab/shop/full', at: full.at, file: 'f-full', offset: 7 },
        ...{ pod: 'tm-1', attempt: 0, line: full },
      },
    ])
  })

  test('newest first, in pages, and a repeat of another batch is there once', async () => {
    const origin = originOf('lab/shop/pages', 'tm-1', 'f-pages')
    const lines = Array.from({ length: 7 }, (_, index) => line(index, `m${index}`))
    await write({ origin, lines })
    await write({ origin, lines: lines.slice(3) })
    const scope = { owner: 'lab/shop/pages', ...span }
    const first = await readLogLines(store, scope, { limit: 3 })
    expect(first.map((one) => one.line.message)).toEqual(['m6', 'm5', 'm4'])
    const from = first.at(-1)
    if (!from) throw new Error('There is no line.')
    expect(await messages(scope, { limit: 3, from })).toEqual(['m3', 'm2', 'm1'])
    expect(await messages(scope, { limit: 9, from, towards: 'newer' })).toEqual(['m5', 'm6'])
    const counts = await countLogLines(store, scope, { stepMs: HOUR })
    expect(counts.reduce((sum, { lines: count }) => sum + count, 0)).toBe(7)
  })

  test('a query means on stored lines what it means on a line', async () => {
    const bodies = [
      ...['Checkpoint 48211 Expired before completing', 'checkpoint completed', '订单失败 timeout'],
      ...[
        'a_b-c x÷y',
        'Ärger expired',
        'at shop.Orders.map(Orders.java:7)',
        "% _ \\\\ 'quoted' \"",
        '',
      ],
    ]
    const levels = ['ERROR', 'WARN', 'INFO', undefined] as const
    const lines = bodies.map((message, index): LogLine => {
      const { level: _, ...bare } = line(index, message)
      const level = levels[index % levels.length]
      return {
        ...bare,
        ...(level && { level }),
        ...(index % 2 === 0 && {
          logger: 'org.shop.Checkpoints',
          exception: 'java.io.IOException',
        }),
        ...(index % 3 === 0 && {
          stack: `java.io.IOException: n${index}\n\tat shop.Orders.map(X)`,
        }),
      }
    })
    const origin = originOf('lab/shop/query', 'tm-1', 'f-query')
    await write({ origin, lines })
    const queries = [
      ...[
        '',
        'expired',
        'EXPIRED',
        '-expired',
        'expired OR timeout',
        'NOT (expired OR completed)',
        '失败',
      ],
      ...[
        '"checkpoint completed"',
        '"before expired"',
        'shop.Orders.map',
        'expir*',
        'xpir*',
        'a_b-c',
        'b',
      ],
      ...[
        'x÷y',
        'ärger',
        'Ärger',
        '%',
        '_',
        '\\\\\\\\',
        '"\'quoted\'"',
        'level:>=WARN',
        '-level:>=WARN',
        'level:INFO',
      ],
      ...[
        'logger:checkpoints',
        'logger:org.*',
        '-logger:Checkpoints',
        'exception:IOException n0',
        'pod:tm-*',
      ],
      ...[
        'pod:tm',
        'attempt:0',
        'attempt:1',
        'stream:file expired',
        'checkpoint (expired OR completed) -48211',
      ],
    ]
    for (const text of queries) {
      const parsed = parseLogQuery(text)
      if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`)
      const match = matcherOf(parsed.query)
      const expected = lines.filter((one) => match({ origin, line: one })).map((one) => one.offset)
      const found = await readLogLines(
        store,
        { owner: 'lab/shop/query', ...span },
        { query: parsed.query, limit: 100, towards: 'newer' },
      )
      expect([text, found.map(({ offset }) => offset)]).toEqual([text, expected])
    }
  })

  test('of a process that belongs to many jobs only the files of this job are shown', async () => {
    await write(
      { origin: originOf('lab/shop/shared', 'tm-1', 'own'), lines: [line(1, 'own')] },
      { origin: originOf(undefined, 'tm-2', 'mine'), lines: [line(2, 'mine')] },
      { origin: originOf(undefined, 'tm-3', 'other'), lines: [line(3, 'other')] },
    )
    const shared = { owner: 'lab', files: ['mine'] }
    expect(await messages({ owner: 'lab/shop/shared', shared, ...span }, { limit: 9 })).toEqual([
      'mine',
      'own',
    ])
  })

  test('the context of a line is of its file, and says when the line is gone', async () => {
    const origin = originOf('lab/shop/context', 'tm-1', 'f-context')
    const lines = Array.from({ length: 9 }, (_, index) => line(index, `m${index}`))
    await write({ origin, lines })
    await write({ origin: { ...origin, file: 'f-else' }, lines })
    const place = { owner: 'lab/shop/context', at: BEGIN + 4_000, file: 'f-context', offset: 4 }
    const { lines: around, found } = await readLogContext(store, place, { before: 2, after: 1 })
    expect([found, around.map((one) => one.line.message)]).toEqual([true, ['m2', 'm3', 'm4', 'm5']])
    const gone = { ...place, file: 'f-gone' }
    expect(await readLogContext(store, gone, { before: 2, after: 1 })).toEqual({
      ...{ lines: [], found: false },
    })
  })

  test('patterns have an example, their first moment and their course', async () => {
    const origin = originOf('lab/shop/patterns', 'tm-1', 'f-patterns')
    await write({ origin, lines: [line(1, 'Checkpoint 1 done'), line(1_801, 'Checkpoint 2 done')] })
    await write({ origin, lines: [line(2_000, 'Restored', { level: 'WARN' })] })
    const patterns = await readLogPatterns(
      store,
      { owner: 'lab/shop/patterns', from: BEGIN, to: BEGIN + HOUR - 1 },
      { steps: 2, limit: 10 },
    )
    expect(patterns).toEqual([
      {
        ...{ template: 'Checkpoint # done', example: 'Checkpoint 1 done', level: 'INFO' },
        ...{ logger: '', signature: '', firstAt: BEGIN + 1_000, lines: 2, course: [1, 1] },
      },
      {
        ...{ template: 'Restored', example: 'Restored', level: 'WARN', logger: '', signature: '' },
        ...{ firstAt: BEGIN + 2_000_000, lines: 1, course: [0, 1] },
      },
    ])
  })

  test('files are known with their first and last line, when their pod is gone too', async () => {
    const origin = originOf('lab/shop/files', 'tm-9', 'f-files')
    await write({ origin, lines: [line(10, 'a')] }, { origin, lines: [line(20, 'b')] })
    expect(await readLogFiles(store, ['lab/shop/files'], span)).toEqual([
      { origin, firstAt: BEGIN + 10_000, lastAt: BEGIN + 20_000 },
    ])
  })

  test('lines per minute are computed anew when late lines arrive', async () => {
    const origin = originOf('lab/shop/stats', 'tm-1', 'f-stats')
    const stats = async () => {
      await rollUp(store)
      const result = await store.client.query({
        query: `SELECT toUnixTimestamp(at) * 1000 - ${BEGIN} AS at, template, level, pod, lines FROM log_stats FINAL
                WHERE owner = 'lab/shop/stats' ORDER BY at, template`,
        format: 'JSONEachRow',
      })
      return result.json<Record<string, unknown>>()
    }
    await write({ origin, lines: [line(1, 'a 1'), line(2, 'a 2'), line(61, 'a 3')] })
    const minute = { template: 'a #', level: 'INFO', pod: 'tm-1' }
    expect(await stats()).toEqual([
      { at: 0, ...minute, lines: 2 },
      { at: 60_000, ...minute, lines: 1 },
    ])
    await write({ origin, lines: [line(2, 'a 2'), line(3, 'a 4')] })
    expect((await stats())[0]).toEqual({ at: 0, ...minute, lines: 3 })
  })

  test('what a batch left in the table is known when it comes again', async () => {
    const origin = originOf('lab/shop/again', 'tm-1', 'f-again')
    const block = { origin, lines: [line(1, 'a'), line(2, 'b')] }
    expect(await unstoredLogs(store, [block])).toEqual([block])
    await write(block)
    expect(await unstoredLogs(store, [block])).toEqual([])
  })
})
