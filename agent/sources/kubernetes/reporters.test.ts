import { createServer } from 'node:http'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Payload } from '../../../core/api/batch.ts'
import { systemClock } from '../../../core/kit/clock.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { createScope } from '../../../core/kit/scope.ts'
import type { PodEvent } from '../../../core/model/kubernetes.ts'
import { createReporters } from './reporters.ts'

let scrapes = 0
const reporter = createServer((_, response) => {
  scrapes++
  response.end('flink_taskmanager_Status_JVM_Threads_Count{host="h",tm_id="orders-tm-1",} 42.0\n')
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => reporter.listen(0, '127.0.0.1', resolve))
  const address = reporter.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => reporter.close())

const pod = (phase: PodEvent['phase'], over: Partial<PodEvent> = {}): PodEvent => ({
  ...{ type: 'pod', at: 1, cluster: 'orders', namespace: 'shop', name: 'orders-tm-1', uid: 'u1' },
  ...{ component: 'taskmanager', phase, ready: true, conditions: [], containers: [] },
  ...{ ip: '127.0.0.1', ...over },
})

async function settle(isDone: () => boolean): Promise<void> {
  for (let i = 0; !isDone() && i < 300; i++) await systemClock.sleep(10)
}

test('a pod’s reporter is scraped while the pod runs, and not before or after', async () => {
  const shipped: Payload[] = []
  const scope = createScope('test', systemClock)
  const deps = { clock: systemClock, log: silentLog, registry: new Registry() }
  const ship = (payload: Payload) => void shipped.push(payload)
  const reporters = createReporters(port, { everyMs: 20, mostOther: 0 }, { ...deps, ship }, scope)

  reporters.follow([pod('Pending'), pod('Running', { uid: 'u2', component: 'other' })])
  await systemClock.sleep(60)
  expect(scrapes).toBe(0)

  reporters.follow([pod('Running')])
  await settle(() => shipped.length > 0)
  const [payload] = shipped
  expect(payload?.kind === 'samples' && payload.blocks[0]).toMatchObject({
    subjects: [{ kind: 'taskmanager', cluster: 'orders', id: 'orders-tm-1' }],
    columns: { threads: [42], up: [1] },
  })

  // Another word on the same pod is no second scrape; its end is the end.
  reporters.follow([pod('Running', { ready: false }), pod('gone')])
  await systemClock.sleep(60)
  const before = scrapes
  await systemClock.sleep(100)
  expect(scrapes).toBe(before)
  expect(await scope.close(1_000)).toEqual([])
})
