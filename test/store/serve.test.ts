import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../core/kit/package-root.ts'
import { storeConfig } from '../../core/store/config.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { chdbMissing } from './chdb-missing.ts'

const program = join(packageRoot(import.meta.url), 'dist', 'test', 'store', 'serve.js')
const missing = chdbMissing ?? (existsSync(program) ? undefined : `${program} is not built`)
if (missing !== undefined && missing !== chdbMissing) {
  process.stderr.write(`Skipped: ${missing}; run "npx tsc -b".\n`)
}

describe.skipIf(missing)('a store in a process of its own', () => {
  const started: ChildProcess[] = []
  let path: string

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'weir-serve-'))
  })
  afterEach(() => {
    for (const server of started.splice(0)) server.kill('SIGKILL')
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  })

  const serve = async (): Promise<{ server: ChildProcess; store: Store }> => {
    const server = spawn(process.execPath, [program, '--path', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { UV_THREADPOOL_SIZE: '16' },
    })
    started.push(server)
    const [line] = await once(server.stdout, 'data')
    const [, url] = /^listening (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line)) ?? []
    return { server, store: await openStore(storeConfig.parse({ kind: 'clickhouse', url })) }
  }
  const count = async (store: Store) => {
    const query = 'SELECT count() AS n, countIf(text = repeat(toString(id), 3)) AS whole FROM acked'
    return (await store.client.query({ query, format: 'JSONEachRow' })).json()
  }

  test('it prints its address, keeps its folder and ends on SIGTERM', async () => {
    const { server, store } = await serve()
    expect(await store.client.ping({ select: true })).toEqual({ success: true })
    await store.close()
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
    expect(readdirSync(path).sort()).toEqual(['engine', 'spill'])
  })

  test('SIGKILL loses no acknowledged rows and leaves no half of the others', async () => {
    const batchRows = 500
    const { server, store } = await serve()
    await store.client.command({
      query: 'CREATE TABLE acked (id UInt32, text String) ENGINE = MergeTree ORDER BY id',
    })
    let acknowledged = 0
    const writing = (async () => {
      for (;;) {
        const first = acknowledged * batchRows
        const values = Array.from({ length: batchRows }, (_, i) => {
          return [first + i, String(first + i).repeat(3)]
        })
        await store.client.insert({ table: 'acked', values, format: 'JSONCompactEachRow' })
        acknowledged++
      }
    })().catch(() => undefined)
    await expect.poll(() => acknowledged, { timeout: 10_000 }).toBeGreaterThan(20)
    server.kill('SIGKILL')
    await writing
    await store.close()

    const again = await serve()
    // The batch under way may have arrived without anybody having been told.
    const whole = (batches: number) => ({ n: batches * batchRows, whole: batches * batchRows })
    expect([[whole(acknowledged)], [whole(acknowledged + 1)]]).toContainEqual(
      await count(again.store),
    )
    expect(readdirSync(join(path, 'spill'))).toEqual([])
    await again.store.close()
  })
})
