import { test } from 'vitest'
import { storeConfig, temporaryPath } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore } from '../core/store/open.ts'
import { eventsBatch, samplesBatch } from './batches.fixture.ts'
import { openGateway } from './writer/bench.fixture.ts'
test('x', async () => {
  const store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
  await migrate(store)
  const g = await openGateway(store)
  const b = samplesBatch([1, 1.7e308, -5], { at: Date.now() })
  if (b.kind === 'samples') for (const [i, s] of b.blocks[0]!.subjects.entries()) Object.assign(s, { subtask: 2 ** 40 + i, attempt: 2 ** 33 })
  console.log(await g.accept(b).catch((e: unknown) => e))
  console.log(await g.accept(eventsBatch(['a\ud83db', 'x'], { seq: 2, at: Date.now() })).catch((e: unknown) => e))
  for (const at of [1, 5e9]) console.log(await g.accept(samplesBatch([at], { seq: 3 + at, at })).catch((e: unknown) => e))
  for (const q of ['SELECT subtask, attempt, recordsIn, at FROM task_samples', 'SELECT topic, reason FROM parked', "SELECT key, JSONExtractString(body, 'message') m from events", 'SELECT * FROM ledger FINAL'])
    console.log(JSON.stringify(await (await store.client.query({ query: q, format: 'JSONEachRow' })).json()))
  // throughput
  const vals = Array.from({ length: 2000 }, (_, i) => i)
  let t = performance.now()
  for (let i = 0; i < 20; i++) await g.accept(samplesBatch(vals, { agent: 'p', seq: i + 1, at: Date.now() - 1e5 + i * 1000 }))
  console.log('ms per 2000-row batch', (performance.now() - t) / 20)
  await g.close(); await store.close()
})
