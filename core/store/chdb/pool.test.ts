import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../../test/store/chdb-missing.ts'
import { chdbConfig, temporaryPath } from '../config.ts'
import { openStore } from '../open.ts'
import { loadEngine } from './engine.ts'
import { ChdbPool, type Statement } from './pool.ts'

const endless = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 3'

describe.skipIf(chdbMissing)('the embedded engine', () => {
  let path: string
  const config = (options: object = {}) => chdbConfig.parse({ kind: 'chdb', path, ...options })
  /** Opens a pool, hands over a way to ask it, and closes it whatever happens. */
  const withPool = async (
    options: object,
    use: (
      ask: (sql: string, more?: Partial<Statement>) => Promise<string>,
      pool: ChdbPool,
    ) => Promise<void>,
  ) => {
    const pool = await ChdbPool.open(config(options))
    const ask = async (sql: string, more: Partial<Statement> = {}) =>
      text((await pool.run({ sql, database: 'default', ...more })).stream)
    try {
      await use(ask, pool)
    } finally {
      await pool.close()
    }
  }

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'weir-pool-'))
  })
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  test('what was written is there after closing and opening again', async () => {
    const first = await openStore(config())
    await first.client.command({
      query: 'CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a',
    })
    await first.client.insert({ table: 'kept', values: [{ a: 7 }], format: 'JSONEachRow' })
    await Promise.all([first.close(), first.close()])
    const second = await openStore(config())
    const result = await second.client.query({ query: 'SELECT a FROM kept', format: 'JSONEachRow' })
    expect(await result.json()).toEqual([{ a: 7 }])
    await second.close()
  })

  test('rows that a killed process left on their way are swept', async () => {
    mkdirSync(join(path, 'spill'), { recursive: true })
    writeFileSync(join(path, 'spill', 'leftover'), '[1]\n')
    await withPool({}, async () => expect(readdirSync(join(path, 'spill'))).toEqual([]))
  })

  test('an insert leaves no file behind, whether it succeeds or fails', async () => {
    await withPool({}, async (ask) => {
      await ask('CREATE TABLE n (a UInt8) ENGINE = Memory')
      await ask('INSERT INTO n FORMAT CSV', { body: '1\n' })
      await expect(ask('INSERT INTO n FORMAT CSV', { body: 'x\n' })).rejects.toThrow('at row 1')
      await expect(ask('SELECT 1', { body: '1\n' })).rejects.toMatchObject({ code: '62' })
      expect({
        rows: await ask('SELECT a FROM n'),
        spill: readdirSync(join(path, 'spill')),
      }).toEqual({
        rows: '1\n',
        spill: [],
      })
    })
  })

  test('a temporary folder goes when the store closes', async () => {
    const before = new Set(readdirSync(tmpdir()))
    const store = await openStore(config({ path: temporaryPath }))
    const made = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('weir-store-') && !before.has(name),
    )
    expect(made).toHaveLength(1)
    await store.close()
    expect(made.filter((name) => existsSync(join(tmpdir(), name)))).toEqual([])
  })

  test('a folder that another process uses is refused, and its process named where the system tells', async () => {
    mkdirSync(join(path, 'engine'), { recursive: true })
    const script = `const { Session } = require(${JSON.stringify(createRequire(import.meta.url).resolve('chdb'))})
      const session = new Session(${JSON.stringify(join(path, 'engine'))})
      console.log('open')
      process.stdin.resume().on('end', () => session.close())`
    const other = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(other.stdout, 'data')
    await expect(openStore(config())).rejects.toMatchObject({
      name: 'StoreError',
      retriable: false,
      message: existsSync('/proc/locks')
        ? `The embedded store ${path} is in use by process ${other.pid}. Stop that one, or set store.path to another folder; to share a store between processes use store.kind: clickhouse.`
        : expect.stringContaining('cannot be opened'),
    })
    other.stdin.end()
    await once(other, 'exit')
    await (await openStore(config())).close()
  })

  test.each<[string, () => object, RegExp]>([
    [
      'a path that the engine would read as a pattern',
      () => ({ path: join(path, 'a*') }),
      /must not contain any of \* \? \{ \} \[ \]\.$/,
    ],
    [
      'a path below a file',
      () => ({ path: '/dev/null/store' }),
      /^The folder \/dev\/null\/store .* cannot be made \(ENOTDIR.*set store\.path to another folder\.$/,
    ],
  ])('%s is refused', async (_, options, message) => {
    await expect(openStore(config(options()))).rejects.toThrow(message)
  })

  test('a second store in one process is refused', async () => {
    await withPool({}, async () => {
      await expect(openStore(config({ path: temporaryPath }))).rejects.toThrow(
        `The embedded store ${path} is already open in this process, and a process can have only one.`,
      )
    })
  })

  test('a package that is not installed is named, with the way out', async () => {
    const load = () => Promise.reject(new Error("Cannot find package 'chdb'\nRequire stack"))
    await expect(loadEngine(load)).rejects.toMatchObject({
      code: 'store-engine',
      message: `The embedded store needs the package "chdb", which cannot be loaded here (Cannot find package 'chdb'). Install it with "npm install chdb" (Linux with glibc or macOS), or use a ClickHouse server: store.kind: clickhouse.`,
    })
  })

  test('the limits of the configuration reach the engine', async () => {
    const limits = { maxMemoryBytes: 900_000_000, maxQueryMemoryBytes: 300_000_000, fsync: true }
    await withPool({ ...limits, threads: 1, backgroundThreads: 3 }, async (ask) => {
      const values = await ask(`
        SELECT name, value FROM (
          SELECT name, value FROM system.server_settings WHERE name IN ('max_server_memory_usage', 'background_pool_size')
          UNION ALL SELECT name, value FROM system.settings
          WHERE name IN ('max_threads', 'max_memory_usage', 'max_bytes_before_external_sort')
          UNION ALL SELECT name, value FROM system.merge_tree_settings
          WHERE name IN ('fsync_after_insert', 'merge_with_ttl_timeout')
        ) ORDER BY name FORMAT CSV`)
      expect(values.replaceAll('"', '').trim().split('\n')).toEqual([
        'background_pool_size,3',
        'fsync_after_insert,1',
        'max_bytes_before_external_sort,100000000',
        'max_memory_usage,300000000',
        'max_server_memory_usage,900000000',
        'max_threads,1',
        'merge_with_ttl_timeout,600',
      ])
    })
  })

  test('a statement that wants too much memory fails alone', async () => {
    await withPool({ maxQueryMemoryBytes: 100_000_000 }, async (ask) => {
      await expect(
        ask('SELECT length(groupArray(number)) FROM numbers(100000000)'),
      ).rejects.toMatchObject({ code: '241' })
      expect(await ask('SELECT 1')).toBe('1\n')
    })
  })

  test('a limit that a statement lifts for itself holds again for the next', async () => {
    await withPool({ lanes: 1 }, async (ask) => {
      const query = "SELECT getSetting('max_memory_usage')"
      expect(await ask(query, { settings: { max_memory_usage: '700000000' } })).toBe('700000000\n')
      expect(await ask(query)).toBe('600000000\n')
    })
  })

  test('results that nobody reads keep a lane only while they are large', async () => {
    await withPool({ lanes: 1 }, async (ask, pool) => {
      const open = (sql: string) => pool.run({ sql, database: 'default' })
      await open('SELECT number FROM numbers(50000)')
      const large = await open('SELECT number FROM numbers(100000000)')
      const next = ask('SELECT 1')
      expect(
        await Promise.race([next, new Promise((done) => setTimeout(done, 100, 'waits'))]),
      ).toBe('waits')
      large.stream.destroy()
      expect(await next).toBe('1\n')
    })
  })

  test('whoever waits for a lane may leave, and the others keep their turn', async () => {
    await withPool({ lanes: 1 }, async (ask) => {
      const [busy, leaving] = [new AbortController(), new AbortController()]
      const first = ask(endless, { signal: busy.signal })
      const second = ask('SELECT 2', { signal: leaving.signal })
      const third = ask('SELECT 3')
      leaving.abort()
      await expect(second).rejects.toThrow('The user aborted a request.')
      busy.abort()
      await expect(first).rejects.toThrow('The user aborted a request.')
      expect(await third).toBe('3\n')
    })
  })

  test('a result that is stopped while it is read is gone from the engine when its stream has closed', async () => {
    await withPool({ lanes: 1 }, async (_, pool) => {
      for (let i = 0; i < 10; i++) {
        const leaving = new AbortController()
        const sql = 'SELECT number FROM numbers(1000000000)'
        const { stream } = await pool.run({ sql, database: 'default', signal: leaving.signal })
        stream.resume()
        await new Promise((done) => setTimeout(done, 10))
        leaving.abort()
        await new Promise((done) => stream.once('close', done))
        const query =
          "SELECT query FROM system.processes WHERE query LIKE '%numbers(1000000000)%' AND query NOT LIKE '%system.processes%'"
        expect(await pool.control(query)).toBe('')
      }
    })
  })

  test('a statement whose signal has aborted already does not run', async () => {
    await withPool({}, async (ask) => {
      const sql = 'CREATE TABLE never (a UInt8) ENGINE = Memory'
      await expect(ask(sql, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
      expect(await ask('EXISTS never')).toBe('0\n')
    })
  })

  test('closing stops running statements and open results, and refuses new ones', async () => {
    const pool = await ChdbPool.open(config({ lanes: 2 }))
    const run = (sql: string) => pool.run({ sql, database: 'default' })
    const reading = await run('SELECT number FROM numbers(1000000000)')
    const running = run(endless)
    const waiting = run('SELECT 1')
    const outcomes = Promise.allSettled([text(reading.stream), running, waiting])
    await new Promise((done) => setTimeout(done, 100))
    const startedAt = performance.now()
    await pool.close()
    expect(performance.now() - startedAt).toBeLessThan(3000)
    const closed = { status: 'rejected', reason: { name: 'StoreError', code: 'store-closed' } }
    expect(await outcomes).toMatchObject([closed, closed, closed])
    await expect(run('SELECT 1')).rejects.toMatchObject({ code: 'store-closed' })
  })
})
