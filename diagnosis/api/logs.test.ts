import { describe, expect, test } from 'vitest'
import type {
  LastLines,
  LogContext,
  LogHistogram,
  LogLivesPage,
  LogPage,
} from '../../core/api/public-logs.ts'
import { matcherOf } from '../../core/logs/query/matches.ts'
import type { PodEvent } from '../../core/model/kubernetes.ts'
import type { LogLine, LogOrigin, StoredLine } from '../../core/model/logs.ts'
import type { LogBook, LogScope } from './log-book.ts'
import { NOW, orders, world } from './world.fixture.ts'

const origin: LogOrigin = {
  ...{
    cluster: 'lab',
    namespace: 'shop',
    node: 'n1',
    pod: 'orders-tm-1',
    podUid: 'u1',
    attempt: 0,
  },
  ...{ job: orders, path: 'orders-tm-1/0.log', file: 'f1' },
}
const shared: LogOrigin = {
  ...{ cluster: 'lab', namespace: '-', node: 'n2', pod: 'session-tm', attempt: 0 },
  ...{ path: 'session-tm.log', file: 'f2', taskmanager: 'tm-2' },
}

const elsewhere: LogOrigin = { ...shared, namespace: 'finance', pod: 'other-tm', file: 'f3' }

const lineAt = (agoMs: number, message: string, more: Partial<LogLine> = {}): LogLine => ({
  ...{ stream: 'file', offset: NOW - agoMs, bytes: 1, at: NOW - agoMs, timed: 'line' },
  ...{ level: 'INFO', message, template: 't' },
  ...more,
})

interface Kept {
  readonly origin: LogOrigin
  readonly line: LogLine
}

const kept: readonly Kept[] = [
  { origin, line: lineAt(500_000, 'Starting') },
  {
    origin,
    line: lineAt(120_000, 'Sink failed', { level: 'ERROR', exception: 'java.io.IOException' }),
  },
  { origin, line: lineAt(60_000, 'Restarting', { level: 'WARN' }) },
  { origin: shared, line: lineAt(90_000, 'Shared') },
  { origin: elsewhere, line: lineAt(90_000, 'Of another namespace') },
]

const storedOf = ({ origin: of, line }: Kept): StoredLine => ({
  ...{ owner: of.job ?? of.cluster, at: line.at, file: of.file, offset: line.offset },
  ...{ pod: of.pod, attempt: of.attempt, line },
})

/** Lines in memory, answered for as the store does. */
function bookOf(lines: readonly Kept[]): LogBook {
  const within = ({ owner, shared: with_, from, to }: LogScope) =>
    lines.filter(
      ({ origin: of, line }) =>
        line.at >= from &&
        line.at <= to &&
        (owner === (of.job ?? of.cluster) ||
          (with_?.owner === (of.job ?? of.cluster) && with_.files.includes(of.file))),
    )
  return {
    async lines(scope, { query, limit, from, towards = 'older' }) {
      const match = matcherOf(query)
      const sign = towards === 'older' ? 1 : -1
      return within(scope)
        .filter(match)
        .map(storedOf)
        .filter(({ at }) => from === undefined || sign * (from.at - at) > 0)
        .sort((a, b) => sign * (b.at - a.at))
        .slice(0, limit)
    },
    async counts(scope, { query, stepMs }) {
      return within(scope)
        .filter(matcherOf(query))
        .map(({ line }) => ({
          ...{ at: Math.floor(line.at / stepMs) * stepMs, level: line.level ?? '', lines: 1 },
        }))
    },
    patterns: async () => [],
    async context({ file, offset }) {
      const own = lines.filter(({ origin: of }) => of.file === file).map(storedOf)
      return { lines: own, found: own.some((line) => line.offset === offset) }
    },
    async files(owners, { from, to }) {
      const files = new Map<string, Kept[]>()
      for (const one of lines) {
        if (!owners.includes(one.origin.job ?? one.origin.cluster)) continue
        files.set(one.origin.file, [...(files.get(one.origin.file) ?? []), one])
      }
      return [...files.values()].flatMap((own) => {
        const moments = own.map(({ line }) => line.at)
        const [firstAt, lastAt] = [Math.min(...moments), Math.max(...moments)]
        const [first] = own
        return first && lastAt >= from && firstAt <= to
          ? [{ origin: first.origin, firstAt, lastAt }]
          : []
      })
    },
  }
}

const died: PodEvent = {
  ...{ type: 'pod', at: NOW - 50_000, cluster: 'lab', namespace: 'shop', name: 'orders-tm-1' },
  ...{ uid: 'u1', component: 'taskmanager', phase: 'Failed', ready: false, conditions: [] },
  containers: [
    {
      ...{ name: 'flink-main-container', part: 'app', image: 'flink', restarts: 0 },
      ...{ requests: {}, limits: {} },
      state: {
        kind: 'terminated',
        exit: {
          ...{ exitCode: 137, reason: 'OOMKilled', finishedAt: NOW - 55_000 },
          meaning: 'out-of-memory-kill',
        },
      },
    },
  ],
}

async function ask<T>(path: string): Promise<T> {
  const { get } = world({ events: async () => [died] }, { logs: bookOf(kept) })
  const response = await get(`/api/v1/jobs/${orders}/logs${path}`)
  expect([path, response.status]).toEqual([path, 200])
  return (await response.json()) as T // What the route says it is.
}

const detailOf = async (response: Response) => Object(await response.json()).detail

const messagesOf = ({ items }: { readonly items: readonly StoredLine[] }) =>
  items.map(({ line: { message } }) => message)

describe('the logs of a job', () => {
  test('are its own lines and those of processes that it shares, newest first', async () => {
    expect(messagesOf(await ask<LogPage>(''))).toEqual([
      ...['Restarting', 'Shared', 'Sink failed', 'Starting'],
    ])
  })

  test('come in pages', async () => {
    const first = await ask<LogPage>('?limit=3')
    expect(messagesOf(first)).toEqual(['Restarting', 'Shared', 'Sink failed'])
    const second = await ask<LogPage>(`?limit=3&cursor=${first.next}`)
    expect([messagesOf(second), second.next]).toEqual([['Starting'], null])
  })

  test.each([
    ['?q=failed', ['Sink failed']],
    ['?q=level:%3E%3DWARN', ['Restarting', 'Sink failed']],
    ['?q=pod:session-tm', ['Shared']],
    [`?from=${NOW - 100_000}&q=NOT+shared`, ['Restarting']],
    ['?q=nothing', []],
  ])('%s', async (path, messages) => {
    expect(messagesOf(await ask<LogPage>(path))).toEqual(messages)
  })

  test('are counted by level in steps', async () => {
    const from = NOW - 600_000
    const { stepMs, lines, steps } = await ask<LogHistogram>(
      `/histogram?from=${from}&to=${NOW}&steps=1`,
    )
    expect([stepMs, lines]).toEqual([600_000, 4])
    expect(steps.flatMap(({ levels }) => Object.keys(levels)).sort()).toEqual([
      ...['ERROR', 'INFO', 'WARN'],
    ])
  })

  test('a life that ended says how, and its first fault stands on top', async () => {
    const { items } = await ask<LogLivesPage>('/lives')
    expect(items.map(({ pod, end }) => [pod, end])).toEqual([
      [
        'orders-tm-1',
        {
          ...{ at: NOW - 55_000, reason: 'OOMKilled', exitCode: 137 },
          meaning: 'out-of-memory-kill',
        },
      ],
      ['session-tm', undefined],
    ])
    const last = await ask<LastLines>('/last?pod=orders-tm-1&attempt=0&limit=2')
    expect(messagesOf(last)).toEqual(['Sink failed', 'Restarting'])
    expect(last.firstFault?.line.message).toBe('Sink failed')
  })

  test('a line shows what stood around it', async () => {
    const path = `/context?at=${NOW - 60_000}&file=f1&offset=${NOW - 60_000}`
    expect(await ask<{ found: boolean }>(path)).toMatchObject({ found: true })
  })

  test('a line of a process that its namespace does not share is not shown', async () => {
    const place = (file: string) => `/context?at=${NOW - 90_000}&file=${file}&owner=lab`
    const offset = `&offset=${NOW - 90_000}`
    expect(await ask<LogContext>(`${place('f2')}${offset}`)).toMatchObject({ found: true })
    expect(await ask<LogContext>(`${place('f3')}${offset}`)).toMatchObject({ found: false })
  })

  test.each([
    ['?q=%22open', 'q: this quote is never closed (at character 1)'],
    ['?q=a+OR', 'q: a word, a "phrase" or a field is missing here (at its end)'],
    ['?cursor=zzz', 'cursor: is not a cursor of this list'],
    ['?limit=0', 'limit: must be a number from 1 to 1000'],
    ['?colour=red', 'colour: is not a parameter here'],
    ['?towards=up', 'towards: must be older or newer'],
    ['?from=2026-11-20T10:00:00Z', 'from: must be before "to"'],
    ['/histogram?steps=9999', 'steps: must be a number from 1 to 500'],
    [
      '/context?at=1&file=f1&offset=x&owner=prod%2F-%2Fother',
      'offset: must be the offset of a line',
    ],
    [
      '/context?at=1&file=f1&offset=1&owner=prod%2F-%2Fother',
      'owner: must be the job or its cluster',
    ],
  ])('%s is refused with a sentence', async (path, detail) => {
    const { get } = world({}, { logs: bookOf(kept) })
    const response = await get(`/api/v1/jobs/${orders}/logs${path}`)
    expect([response.status, await detailOf(response)]).toEqual([400, detail])
  })

  test('of a pod that nobody knows there is no last line', async () => {
    const { get } = world({}, { logs: bookOf(kept) })
    const response = await get(`/api/v1/jobs/${orders}/logs/last?pod=nobody`)
    expect([response.status, await detailOf(response)]).toEqual([
      404,
      'No line of nobody is kept between these moments.',
    ])
  })

  test('a tail tells lines as they come, once each', async () => {
    const lines: Kept[] = [{ origin, line: lineAt(3_000, 'before') }]
    const ending = new AbortController()
    const { get, clock } = world({}, { logs: bookOf(lines), signal: ending.signal })
    const response = await get(`/api/v1/jobs/${orders}/logs/tail?q=-noise`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const next = async () => {
      const { value = '' } = (await reader?.read()) ?? {}
      return /"message":"([^"]*)"/.exec(value)?.[1]
    }
    expect(await next()).toBe('before')
    lines.push({ origin, line: lineAt(2_000, 'noise') }, { origin, line: lineAt(1_500, 'after') })
    await clock.advance(1_000)
    expect(await next()).toBe('after')
    ending.abort()
  })
})
