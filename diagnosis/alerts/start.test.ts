import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Bus, Handler } from '../../core/bus/bus.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import type { RunEvent } from '../../core/model/events.ts'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { emptyHistory } from '../api/world.fixture.ts'
import { diagnosisConfig } from '../config.ts'
import { memoryFacts } from '../facts/memory.ts'
import { exampleRun } from '../rounds/diagnoses.fixture.ts'
import { startDiagnosis } from '../start.ts'
import { storedAlerts } from './records.ts'
import type { WebhookBody } from './send/alertmanager-body.ts'
import { receiver } from './send/notices.fixture.ts'

const job = 'lab/-/orders'
/** The tables forget by the real clock, so all of this happens today. */
const START = Math.floor(Date.now() / 60_000) * 60_000

describe.skipIf(chdbMissing)(
  'diagnosis with alerts, from an event on the bus to a receiver',
  () => {
    let store: Store
    let inbox: Awaited<ReturnType<typeof receiver>>
    let scope: Scope | undefined

    beforeAll(async () => {
      inbox = await receiver((response) => response.end())
      store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
      await migrate(store)
    })
    afterEach(() => scope?.close(5_000))
    afterAll(async () => {
      await store?.close()
      await inbox?.close()
    })

    test('a failed job is told within five seconds, and its end follows', async () => {
      const clock = manualClock(START)
      const facts = memoryFacts()
      let handle: Handler | undefined
      const bus: Bus = {
        publish: async () => {},
        subscribe: async (_topic, _group, handler) => {
          handle = handler
        },
        close: async () => {},
      }
      scope = createScope('test')
      const config = diagnosisConfig.parse({
        port: 0,
        alerts: {
          targets: { hook: { kind: 'webhook', url: inbox.url } },
          routes: [{ name: 'all', to: ['hook'] }],
        },
      })
      await startDiagnosis(
        config,
        {
          records: {
            ...{ facts, history: emptyHistory, alerts: storedAlerts(store) },
            save: async () => {},
            load: async () => ({ memories: new Map(), trends: new Map() }),
          },
          ...{ clock, bus, log: silentLog, registry: new Registry() },
        },
        scope,
      )
      const tell = async (event: RunEvent) => {
        facts.accept({ kind: 'events', events: [event] })
        const batch = { v: 1, agent: 'a', epoch: 1, lane: 'live', seq: 1, sentAt: event.at }
        const body = JSON.stringify({ ...batch, kind: 'events', events: [event] })
        await handle?.([{ key: 'a', value: Buffer.from(body) }])
      }
      /** The store and the socket take real time; the clock moves on beside them. */
      const told = async (count: number, mostMs: number): Promise<WebhookBody[]> => {
        for (let passed = 0; inbox.received.length < count && passed < mostMs; passed += 250) {
          await clock.advance(250)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        return inbox.received.map(({ body }) => JSON.parse(body))
      }

      await tell(exampleRun(job, START, { startedAt: START - 600_000 }))
      await clock.advance(10_000)
      expect(await told(1, 5_000)).toEqual([])
      const failedAt = clock.now()
      await tell(exampleRun(job, failedAt, { state: 'FAILED', since: failedAt }))
      const [first] = await told(1, 5_000)
      expect(first).toMatchObject({
        status: 'firing',
        alerts: [{ labels: { alertname: 'job-failed', severity: 'crit', job }, status: 'firing' }],
      })
      expect(clock.now() - failedAt).toBeLessThanOrEqual(5_000)

      const again = clock.now()
      const run = 'ffffc3d4e5f60718293a4b5c6d7e8f90'
      await tell(exampleRun(job, again, { run, startedAt: again, since: again }))
      const [, second] = await told(2, 300_000)
      expect(second).toMatchObject({ status: 'resolved', alerts: [{ status: 'resolved' }] })
      expect(inbox.received).toHaveLength(2)
    })
  },
)
