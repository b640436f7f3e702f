import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { LogLine } from '../../core/model/logs.ts'
import { type Archive, openArchive } from '../archive/archive.ts'
import { bornAt, chunkOf, countedEvents, eventAt, originOf, reachedWith } from '../lines.fixture.ts'
import { type LogRoutes, logServiceRoutes } from './routes.ts'
import { type SearchLimits, search } from './search.ts'

const folder = await mkdtemp(join(tmpdir(), 'weir-log-routes-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const counted = countedEvents()
const clock = manualClock(bornAt)
const closing = new AbortController()
let archive: Archive

const wide: SearchLimits = { maxMs: 60_000, maxBytes: 1e9, maxPieceMs: 2_000 }
const routes = (more: Partial<LogRoutes> = {}) =>
  logServiceRoutes({
    ...{ archive, limits: wide, tokens: [], registry: new Registry(), events: counted.events },
    ...{ clock, log: silentLog, signal: closing.signal, isFollowed: (file) => file === 'tm-b' },
    ...more,
  })
const get = async (path: string, app = routes()) => {
  const response = await app.request(path)
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const append = (file: string, lines: readonly LogLine[], more = {}) =>
  archive.append({ origin: originOf(file, more), lines, reached: reachedWith(lines) })

beforeAll(async () => {
  archive = await openArchive({
    ...{ folder: join(folder, 'archive'), maxBytes: 1e9, segmentBytes: 1_500 },
    ...{ sealAfterMs: 3_600_000, clock, events: counted.events },
  })
  await writeFile(join(folder, 'secret.log'), 'a secret beside the archive')
  // Two generations of one log of a pod that is gone, and a pod that lives.
  const tm = { pod: 'tm-1', podUid: 'u1', container: 'main', path: 'flink_tm-1_u1/main/0.log' }
  for (let at = 0; at < 30; at += 5) {
    await append('tm-a', chunkOf('tm-a', at, at + 5).lines, tm)
  }
  const later = [30, 31, 32].map((index) => eventAt(index, { offset: (index - 30) * 100 }))
  const oom = eventAt(33, {
    ...{ offset: 300, level: 'ERROR', message: 'Java heap space', logger: 'o.a.f.Task' },
    ...{ stack: 'java.lang.OutOfMemoryError: Java heap space\n\tat Job.map(Job.java:7)' },
    exception: 'java.lang.OutOfMemoryError',
  })
  await append('tm-b', [...later, oom], { ...tm, job: 'c/flink/orders' })
  await append('jm', [eventAt(10, { offset: 0, message: 'job manager' })], { pod: 'jm' })
  await archive.tend()
  archive.addGap({
    ...{ origin: originOf('gone', { pod: 'tm-0' }), reason: 'quota', acknowledged: false },
    ...{ rows: 7, fromAt: bornAt - 9_000, toAt: bornAt - 5_000 },
  })
})
afterAll(() => archive.close())

describe('GET /api/v1/logs/lives', () => {
  test('names every life, dead ones too, with its files and what is missing', async () => {
    const { status, body } = await get('/api/v1/logs/lives')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      next: null,
      items: [
        {
          ...{ pod: 'tm-1', podUid: 'u1', container: 'main', attempt: 0, lines: 34, bytes: 3_400 },
          ...{ firstAt: bornAt, lastAt: bornAt + 33_000, followed: true },
          jobs: ['c/flink/orders'],
          files: [
            { file: 'tm-a', lines: 30, path: 'flink_tm-1_u1/main/0.log' },
            { file: 'tm-b', lines: 4 },
          ],
          gaps: [],
        },
        { pod: 'jm', followed: false },
        {
          ...{ pod: 'tm-0', lines: 0, files: [], followed: false },
          gaps: [{ file: 'gone', reason: 'quota', lines: 7, acknowledged: false }],
        },
      ],
    })
  })

  test('by pages', async () => {
    const first = await get('/api/v1/logs/lives?limit=2')
    expect(first.body.items).toHaveLength(2)
    const second = await get(`/api/v1/logs/lives?limit=2&cursor=${first.body.next}`)
    expect(second.body.items.map((life: { pod: string }) => life.pod)).toEqual(['tm-0'])
    expect(second.body.next).toBeNull()
  })
})

describe('GET /api/v1/logs', () => {
  const offsets = (body: { items: { line: LogLine }[] }) =>
    body.items.map(({ line }) => line.message)

  test('the newest lines of a dead pod, across its generations', async () => {
    const { body } = await get('/api/v1/logs?pod=tm-1&limit=3')
    expect(offsets(body)).toEqual(['Java heap space', 'line 32', 'line 31'])
    expect(body.items[0]).toMatchObject({ owner: 'c/flink/orders', file: 'tm-b', offset: 300 })
  })

  test.each(['older', 'newer'] as const)(
    'page by page towards %s, nothing twice',
    async (towards) => {
      const seen: string[] = []
      let cursor = ''
      for (let page = 0; page < 20; page++) {
        const { body } = await get(`/api/v1/logs?pod=tm-1&limit=4&towards=${towards}${cursor}`)
        seen.push(...offsets(body))
        if (body.next === null) break
        cursor = `&cursor=${body.next}`
      }
      const all = [...Array.from({ length: 33 }, (_, index) => `line ${index}`), 'Java heap space']
      expect(seen).toEqual(towards === 'newer' ? all : all.reverse())
    },
  )

  test('between two moments', async () => {
    const { body } = await get(
      `/api/v1/logs?pod=tm-1&towards=newer&from=${bornAt + 28_000}&to=${bornAt + 31_000}`,
    )
    expect(offsets(body)).toEqual(['line 28', 'line 29', 'line 30', 'line 31'])
    expect(body).toMatchObject({ next: null })
  })

  test('that a query asks for', async () => {
    const { body } = await get(
      `/api/v1/logs?q=${encodeURIComponent('level:ERROR exception:OutOfMemoryError heap')}`,
    )
    expect(offsets(body)).toEqual(['Java heap space'])
  })

  test('a search that may not look at more says so and can be gone on with', async () => {
    const app = routes({ limits: { ...wide, maxBytes: 1_000 } })
    const seen: string[] = []
    let pages = 0
    for (let cursor = ''; ; ) {
      const { body } = await get(`/api/v1/logs?q=heap${cursor}`, app)
      pages++
      seen.push(...offsets(body))
      if (body.next === null) break
      expect(body.stopped).toBe('bytes')
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual(['Java heap space'])
    expect(pages).toBeGreaterThan(3)
  })
})

test('a question that explodes is ended', async () => {
  const explode = () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)
  const asked = {
    files: archive.files(),
    direction: 'forward',
    matches: explode,
    limit: 1,
  } as const
  const limits = { ...wide, maxPieceMs: 50 }
  await expect(
    search(archive, asked, { limits, clock, signal: closing.signal }),
  ).rejects.toMatchObject({ code: 'too-costly' })
})

describe('GET /api/v1/logs/context', () => {
  const around = (query: string) => get(`/api/v1/logs/context?${query}`)
  const messages = (body: { items: { line: LogLine }[] }) =>
    body.items.map(({ line }) => line.message)

  test('lines around one, across a rotation', async () => {
    const { body } = await around('file=tm-b&offset=100&before=3&after=1')
    expect(messages(body)).toEqual(['line 28', 'line 29', 'line 30', 'line 31', 'line 32'])
    const end = await around('file=tm-a&offset=2900&before=1&after=2')
    expect(messages(end.body)).toEqual(['line 28', 'line 29', 'line 30', 'line 31'])
  })

  test('a line that is not there (any more)', async () => {
    expect((await around('file=tm-b&offset=101')).body).toEqual({ items: [], found: false })
    expect((await around('file=other&offset=0')).body).toEqual({ items: [], found: false })
  })
})

describe('GET /api/v1/logs/download', () => {
  test('plain text, oldest first, stacks under their lines', async () => {
    const response = await routes().request('/api/v1/logs/download?pod=tm-1&q=heap OR "line 32"')
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="log.txt"')
    expect(await response.text()).toBe(
      [
        '2023-11-14T22:13:52.000Z INFO  org.apache.flink.Job - line 32',
        '2023-11-14T22:13:53.000Z ERROR o.a.f.Task - Java heap space',
        'java.lang.OutOfMemoryError: Java heap space',
        '\tat Job.map(Job.java:7)',
        '',
      ].join('\n'),
    )
  })
})

describe('GET /api/v1/logs/tail', () => {
  test('what came last, then lines as they are read, each once', async () => {
    const response = await routes().request('/api/v1/logs/tail?pod=tail&last=2')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (part: string) => {
      while (!text.includes(part)) text += (await reader?.read())?.value ?? ''
    }
    for (let at = 0; at < 3; at++) {
      await append('tail', [eventAt(at, { message: `tailed ${at}` })], { pod: 'tail' })
      await until(`tailed ${at}`)
    }
    await append('other', [eventAt(0, { message: 'of another' })], { pod: 'not-tail' })
    await append('tail', [eventAt(3, { message: 'tailed 3' })], { pod: 'tail' })
    await until('tailed 3')
    await reader?.cancel()
    expect(text.match(/"message":"[^"]+"/g)).toEqual(
      [0, 1, 2, 3].map((at) => `"message":"tailed ${at}"`),
    )
    expect(text).toContain('id: tail:300')
  })
})

describe('who may ask, and what', () => {
  const sha256 = createHash('sha256').update('s3cret').digest('hex')
  const guarded = () => routes({ tokens: [{ name: 'ops', sha256 }] })

  test.each(['lives', 'tail', 'download', 'context?file=a&offset=0', ''])(
    '/%s needs the token',
    async (path) => {
      const ask = (headers = {}) =>
        guarded().request(`/api/v1/logs/${path}`.replace(/\/$/, ''), { headers })
      expect((await ask()).status).toBe(401)
      expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(401)
      expect((await ask({ authorization: 'Bearer s3cret' })).status).toBe(200)
    },
  )

  test('probes need none', async () => {
    expect((await guarded().request('/livez')).status).toBe(200)
    expect((await guarded().request('/metrics')).status).toBe(401)
  })

  const escapes = [
    '../secret.log',
    '../../secret.log',
    '..%2fsecret.log',
    '%2e%2e%2fsecret.log',
    '%252e%252e%252fsecret.log',
    `${folder}/secret.log`,
    'file:///etc/passwd',
    '..\\secret.log',
    'secret.log%00.log',
    '....//secret.log',
  ]
  const parameters = ['cluster', 'namespace', 'pod', 'podUid', 'container', 'job', 'path', 'file']

  test.each(escapes)('no parameter leads out of the archive: %s', async (way) => {
    for (const parameter of parameters) {
      for (const path of ['', '/lives', '/download']) {
        const response = await routes().request(`/api/v1/logs${path}?${parameter}=${way}`)
        const text = await response.text()
        expect([path, parameter, response.status]).toEqual([path, parameter, 200])
        expect(text).not.toContain('secret beside')
        expect(text).not.toContain('root:')
        if (path === '/download') expect(text).toBe('')
        else expect(JSON.parse(text).items).toEqual([])
      }
    }
    const context = await routes().request(`/api/v1/logs/context?file=${way}&offset=0`)
    expect([200, 400]).toContain(context.status)
    expect(await context.text()).not.toContain('secret beside')
    const path = await routes().request(`/api/v1/logs/${way}`)
    expect(path.status).toBe(404)
  })

  test.each([
    ['?limit=0', 'limit'],
    ['?limit=99999', 'limit'],
    ['?attempt=-1', 'attempt'],
    ['?from=yesterday', 'from'],
    ['?towards=sideways', 'towards'],
    ['?root=/etc', 'root'],
    ['?cursor=bm9uc2Vuc2U', 'cursor'],
    ['?q=%28unclosed', 'q'],
    ['/context?file=a', 'offset'],
    ['/context?file=a&offset=1e9', 'offset'],
    ['/lives?cursor=x', 'cursor'],
  ])('%s is refused by name', async (query, named) => {
    const response = await routes().request(`/api/v1/logs${query}`)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(await response.text()).detail).toContain(named)
  })

  test('a selection of too many files is refused', async () => {
    for (let file = 0; file < 201; file++) {
      await append(`many-${file}`, [eventAt(file, { offset: 0 })], { namespace: 'many' })
    }
    const { status, body } = await get('/api/v1/logs?namespace=many')
    expect([status, body.detail]).toEqual([400, expect.stringContaining('201 log files fit')])
  })

  test('an address that is nothing', async () => {
    const { status, body } = await get('/api/v1/jobs')
    expect([status, body.code]).toEqual([404, 'not-found'])
  })
})
