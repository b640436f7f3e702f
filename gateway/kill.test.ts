import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../core/kit/clock.ts'
import { WeirError } from '../core/kit/errors.ts'
import { silentLog } from '../core/kit/log.ts'
import { packageRoot } from '../core/kit/package-root.ts'
import { createScope } from '../core/kit/scope.ts'
import { httpSender } from '../core/ship/http-sender.ts'
import { createShipper } from '../core/ship/shipper.ts'
import { storeConfig } from '../core/store/config.ts'
import { readMissing } from '../core/store/ledger.ts'
import { openStore } from '../core/store/open.ts'
import { chdbMissing } from '../test/store/chdb-missing.ts'
import { blockOf } from './batches.fixture.ts'

const root = packageRoot(import.meta.url)
/** Inside the package, so that the program finds its packages and its schema. */
const compiled = join(root, 'node_modules', '.cache', `weir-kill-${process.pid}`)

const kills = 3
const batches = 240
const rowsPerBatch = 50

describe.skipIf(chdbMissing)('a gateway that is killed while it takes batches', () => {
  let folder = ''
  let child: ChildProcess | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-kill-'))
    await build({
      ...{ root, configFile: false, logLevel: 'silent' },
      build: { ssr: join(root, 'gateway', 'kill.child.fixture.ts'), outDir: compiled },
    })
  })
  afterAll(async () => {
    child?.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
    await rm(compiled, { recursive: true, force: true })
  })

  const startChild = async (): Promise<string> => {
    const started = spawn(
      process.execPath,
      [join(compiled, 'kill.child.fixture.js'), join(folder, 'store')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    child = started
    return new Promise((resolve, reject) => {
      started.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()))
      started.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)))
    })
  }
  const killChild = () =>
    new Promise<void>((resolve) => {
      child?.once('exit', () => resolve())
      child?.kill('SIGKILL')
    })

  test('has every batch once', { timeout: 60_000 }, async () => {
    const scope = createScope()
    let url: string | undefined
    const shipper = createShipper(
      {
        ...{ agent: 'lab-agent', epoch: 7, clock: systemClock, log: silentLog },
        limits: { minBackoffMs: 20, maxBackoffMs: 100 },
        send: (batch, signal) => {
          if (url === undefined) throw new WeirError('no gateway', { retriable: true })
          return httpSender(url)(batch, signal)
        },
      },
      scope,
    )
    const startedAt = Date.now() - 600_000
    for (let batch = 0; batch < batches; batch++) {
      const values = Array.from({ length: rowsPerBatch }, (_, row) => batch * rowsPerBatch + row)
      shipper.ship({ kind: 'samples', blocks: [blockOf(values, startedAt + batch * 1_000)] })
    }

    const progress: number[] = []
    for (let kill = 1; kill <= kills; kill++) {
      url = await startChild()
      // The moment is given by progress, plus a little that falls anywhere within an insert.
      const enough = (batches / (kills + 1)) * kill
      while (shipper.stats().acknowledged < enough) await systemClock.sleep(1)
      await systemClock.sleep(kill * 3)
      await killChild()
      progress.push(shipper.stats().acknowledged)
    }
    url = await startChild()
    await shipper.flush(AbortSignal.timeout(60_000))
    expect(shipper.stats()).toMatchObject({ acknowledged: batches, waiting: 0, gaps: [] })
    await killChild()
    await scope.close(1_000)
    // Each kill came while batches were still to be sent.
    expect(progress.every((acknowledged) => acknowledged < batches)).toBe(true)

    const store = await openStore(storeConfig.parse({ kind: 'chdb', path: join(folder, 'store') }))
    try {
      const result = await store.client.query({
        query:
          'SELECT count() AS rows, uniqExact(recordsIn) AS values, max(recordsIn) AS last FROM task_samples',
        format: 'JSONEachRow',
      })
      const rows = batches * rowsPerBatch
      expect(await result.json()).toEqual([{ rows, values: rows, last: rows - 1 }])
      expect(await readMissing(store)).toEqual([])
    } finally {
      await store.close()
    }
  })
})
