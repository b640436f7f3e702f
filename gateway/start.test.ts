import { createHash } from 'node:crypto'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedBusConfig } from '../core/bus/config.ts'
import { openEmbedded } from '../core/bus/embedded.ts'
import { systemClock } from '../core/kit/clock.ts'
import { silentLog } from '../core/kit/log.ts'
import { createScope, type Scope } from '../core/kit/scope.ts'
import { httpSender } from '../core/ship/http-sender.ts'
import type { Send } from '../core/ship/outgoing.ts'
import { createShipper } from '../core/ship/shipper.ts'
import { storeConfig, temporaryPath } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore, type Store } from '../core/store/open.ts'
import { chdbMissing } from '../test/store/chdb-missing.ts'
import { blockOf } from './batches.fixture.ts'
import { gatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

const secret = 'a-token-of-the-lab'
const tokens = [{ name: 'lab', sha256: createHash('sha256').update(secret).digest('hex') }]

describe.skipIf(chdbMissing)('startGateway', () => {
  let store: Store
  let scope: Scope

  beforeEach(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
    scope = createScope('test')
    scope.add('store', () => store.close())
  })
  afterEach(async () => {
    expect(await scope.close(5_000)).toEqual([])
  })

  const start = (settings: object) => {
    const bus = openEmbedded(EmbeddedBusConfig.parse({ kind: 'embedded' }), {
      ...{ log: silentLog, clock: systemClock, signal: scope.signal },
    })
    scope.add('bus', () => bus.close())
    return startGateway(
      gatewayConfig.parse({ port: 0, ...settings }),
      { bus, store, clock: systemClock, log: silentLog, registry: new Registry() },
      scope,
    )
  }
  const shipperTo = (send: Send) =>
    createShipper(
      {
        ...{ agent: 'lab-agent', epoch: 7, send, clock: systemClock, log: silentLog },
        limits: { maxBatchBytes: 20_000 },
      },
      scope,
    )
  const count = async () => {
    const result = await store.client.query({
      query: 'SELECT count() AS rows, uniqExact(subtask) AS subtasks FROM task_samples',
      format: 'JSONEachRow',
    })
    return result.json()
  }
  const payload = {
    kind: 'samples',
    blocks: [
      blockOf(
        Array.from({ length: 500 }, (_, index) => index),
        Date.now(),
      ),
    ],
  } as const

  test.each(['http', 'in-process'])('what is shipped %s is in the store', async (way) => {
    const { url, intake } = await start({ tokens })
    const shipper = shipperTo(
      way === 'http' ? httpSender(url, { token: secret }) : (batch) => intake.accept(batch),
    )
    shipper.ship(payload)
    await shipper.flush(scope.signal)
    expect(shipper.stats()).toMatchObject({ waiting: 0, trouble: undefined, gaps: [] })
    expect(shipper.stats().acknowledged).toBeGreaterThan(1)
    expect(await count()).toEqual([{ rows: 500, subtasks: 500 }])
  })

  test('a wrong token stores nothing, and the agent keeps everything', async () => {
    const { url } = await start({ tokens })
    const send = httpSender(url, { token: 'wrong' })
    const envelope = { v: 1, agent: 'a', epoch: 7, lane: 'live', seq: 1, sentAt: 1 } as const
    await expect(send({ ...envelope, ...payload }, scope.signal)).rejects.toMatchObject({
      name: 'IntakeError',
      status: 401,
      code: 'intake-token-wrong',
    })
    expect(await count()).toEqual([{ rows: 0, subtasks: 0 }])
  })

  test('the probes say that it is ready', async () => {
    const { url } = await start({})
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([200, 'ok\n'])
  })

  test('does not listen to other machines without tokens', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ name: 'ConfigError' })
  })
})
