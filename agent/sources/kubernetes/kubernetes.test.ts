import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { BATCH_VERSION, Batch } from '../../../core/api/batch.ts'
import { systemClock } from '../../../core/kit/clock.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { createScope } from '../../../core/kit/scope.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import { KubernetesConfig } from '../../config.ts'
import { type ApiServer, type ServedObject, startApiServer } from './api-server.fixture.ts'
import { startKubernetes } from './start.ts'

const PODS = '/api/v1/namespaces/shop/pods'
const EVENTS = '/api/v1/namespaces/shop/events'
const NODES = '/api/v1/nodes'
const FLINK = '/apis/flink.apache.org/v1beta1/namespaces/shop'

const begun: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of begun.splice(0).reverse()) await end()
})

/** An API server with what `prepare` puts there, and what the agent tells of it, a line each. */
async function world(
  prepare: (server: ApiServer) => void,
  config: Partial<KubernetesConfig> = {},
): Promise<{ server: ApiServer; told: () => readonly string[]; events: readonly FlinkEvent[] }> {
  const server = await startApiServer()
  begun.push(() => server.close())
  prepare(server)
  const events: FlinkEvent[] = []
  const scope = createScope('test', systemClock)
  begun.push(() => scope.close(1_000))
  await startKubernetes(
    KubernetesConfig.parse({ server: server.url, namespaces: ['shop'], ...config }),
    [],
    {
      ship(payload) {
        if (payload.kind !== 'events') throw new Error('Kubernetes tells events only.')
        // What the gateway would refuse must not be sent.
        const envelope = { v: BATCH_VERSION, agent: 'a', epoch: 1, lane: 'live', seq: 1, sentAt: 1 }
        Batch.parse({ ...envelope, ...payload })
        events.push(...payload.events)
      },
      ...{ clock: systemClock, log: silentLog, registry: new Registry(), random: () => 0 },
    },
    scope,
  )
  return { server, events, told: () => events.map(lineOf) }
}

function lineOf(event: FlinkEvent): string {
  switch (event.type) {
    case 'pod': {
      const containers = event.containers.map(({ state, last, restarts }) => {
        const exit = state?.kind === 'terminated' ? state.exit : last
        return `${state?.kind ?? '?'}${exit ? ` ${exit.meaning} (${exit.exitCode})` : ''} x${restarts}`
      })
      const why = event.reason === undefined ? '' : ` ${event.reason}`
      return `pod ${event.cluster}/${event.name} ${event.phase}${why}: ${containers.join()}`
    }
    case 'node': {
      const bad = event.conditions.map(({ type, status }) => `${type}=${status}`)
      return `node ${event.name} for ${event.cluster} ${event.state} ready ${event.ready} ${bad.join()}`.trim()
    }
    case 'k8s-event':
      return `${event.severity} ${event.reason} x${event.count} of ${event.object.name} for ${event.cluster}`
    case 'deployment':
      return `${event.kind} ${event.name} ${event.state} ${event.lifecycle} job ${event.flinkJob?.state}${event.error ? ` ${event.error.message}` : ''}`
    case 'state-snapshot':
      return `${event.kind} ${event.name} of ${event.of.name} ${event.state}`
    default:
      return event.type
  }
}

/** Waits for so many words, and a moment longer for one too many. */
async function heard(told: () => readonly string[], count: number): Promise<readonly string[]> {
  for (let i = 0; told().length < count && i < 500; i++) await systemClock.sleep(10)
  await systemClock.sleep(60)
  return told()
}

/** Pod, Node, Event and the operator's objects in the shapes of Kubernetes' reference; synthetic. */
const running = { state: { running: { startedAt: '2026-11-20T10:00:01Z' } }, restartCount: 0 }
function ended(exitCode: number, reason: string) {
  return { terminated: { exitCode, reason, finishedAt: '2026-11-20T11:00:00Z' } }
}
function pod(name: string, status: object = {}, container: object = running): ServedObject {
  return {
    metadata: {
      ...{ name, namespace: 'shop', uid: `uid-${name}` },
      labels: { app: 'orders', component: 'taskmanager', type: 'flink-native-kubernetes' },
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        {
          ...{ name: 'flink-main-container', image: 'flink:2.2' },
          resources: { limits: { cpu: '1500m', memory: '2Gi' } },
        },
      ],
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'flink-main-container', ...container }],
      ...status,
    },
  }
}
function node(conditions: readonly (readonly [type: string, status: string])[]): ServedObject {
  return {
    metadata: { name: 'node-1', uid: 'uid-node-1' },
    status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
  }
}
function deployment(status: object): ServedObject {
  return {
    metadata: { name: 'orders', namespace: 'shop', uid: 'uid-orders' },
    spec: { image: 'flink:2.2', flinkVersion: 'v2_2', job: { state: 'running', parallelism: 4 } },
    status,
  }
}
function said(reason: string, kind: string, name: string, count: number): ServedObject {
  const times = { firstTimestamp: '2026-11-20T10:00:00Z', lastTimestamp: '2026-11-20T11:00:00Z' }
  return {
    metadata: { name: `${name}.1`, namespace: 'shop', uid: `uid-${name}-${reason}` },
    involvedObject: { kind, name, namespace: 'shop' },
    ...{ type: 'Warning', reason, message: `${reason} happened`, count, ...times },
  }
}

describe('what Kubernetes knows of a Flink cluster', () => {
  test('a pod is told whole', async () => {
    const { events, told } = await world((server) => server.put(PODS, pod('orders-tm-1')))
    await heard(told, 1)
    const [{ at, ...first } = { at: 0 }] = events
    expect(Math.abs(at - Date.now())).toBeLessThan(60_000)
    expect(first).toEqual({
      ...{ type: 'pod', cluster: 'orders', namespace: 'shop', name: 'orders-tm-1' },
      ...{ uid: 'uid-orders-tm-1', component: 'taskmanager', taskmanager: 'orders-tm-1' },
      ...{ node: 'node-1', phase: 'Running', ready: false, conditions: [] },
      containers: [
        {
          ...{ name: 'flink-main-container', part: 'app', image: 'flink:2.2', restarts: 0 },
          state: { kind: 'running', startedAt: Date.parse('2026-11-20T10:00:01Z') },
          ...{ requests: {}, limits: { cpuCores: 1.5, memoryBytes: 2 * 1024 ** 3 } },
        },
      ],
    })
  })

  const restarted = { ...running, restartCount: 1, lastState: ended(137, 'OOMKilled') }
  const dead = { state: ended(1, 'Error'), restartCount: 0 }
  test.each<[string, (server: ApiServer) => void, readonly string[]]>([
    [
      'a container that was killed for memory and started again',
      (server) => server.put(PODS, pod('tm', {}, restarted)),
      ['pod orders/tm Running: running out-of-memory-kill (137) x1'],
    ],
    [
      'a pod that was evicted',
      (server) => server.put(PODS, pod('tm', { phase: 'Failed', reason: 'Evicted' }, {})),
      ['pod orders/tm Failed Evicted: ? x0'],
    ],
    [
      'a TaskManager that ended itself, and whose pod is removed',
      (server) => {
        server.put(PODS, pod('tm', { phase: 'Failed' }, dead))
        server.remove(PODS, 'uid-tm')
      },
      [
        'pod orders/tm Failed: terminated fatal-error (1) x0',
        'pod orders/tm gone: terminated fatal-error (1) x0',
      ],
    ],
    [
      'a change that is none to us, never',
      (server) => server.put(PODS, { ...pod('tm'), more: 'managed fields' }),
      [],
    ],
    [
      'a pod that cannot be placed, and that it is said again',
      (server) => {
        server.put(EVENTS, said('FailedScheduling', 'Pod', 'tm', 1))
        server.put(EVENTS, said('FailedScheduling', 'Pod', 'tm', 7))
      },
      [
        'warning FailedScheduling x1 of tm for orders',
        'warning FailedScheduling x7 of tm for orders',
      ],
    ],
    [
      'what is said of somebody else’s pod, never',
      (server) => server.put(EVENTS, said('FailedScheduling', 'Pod', 'nginx', 1)),
      [],
    ],
    [
      'a node that runs out of memory, then falls silent, then goes',
      (server) => {
        server.put(
          NODES,
          node([
            ['Ready', 'True'],
            ['MemoryPressure', 'True'],
          ]),
        )
        server.put(NODES, node([['Ready', 'Unknown']]))
        server.remove(NODES, 'uid-node-1')
      },
      [
        'node node-1 for orders present ready yes MemoryPressure=True',
        'node node-1 for orders present ready unknown Ready=Unknown',
        'node node-1 for orders gone ready unknown Ready=Unknown',
      ],
    ],
    [
      'a deployment that is upgraded and fails, in the words of its operator',
      (server) => {
        const job = (state: string) => ({ jobId: 'r1', jobName: 'orders', state })
        server.put(
          `${FLINK}/flinkdeployments`,
          deployment({ lifecycleState: 'UPGRADING', jobStatus: job('RUNNING') }),
        )
        server.put(
          `${FLINK}/flinkdeployments`,
          deployment({
            ...{ lifecycleState: 'FAILED', jobStatus: job('FAILED') },
            error: JSON.stringify({ type: 'x.ReconciliationException', message: 'no savepoint' }),
          }),
        )
      },
      [
        'FlinkDeployment orders present UPGRADING job RUNNING',
        'FlinkDeployment orders present FAILED job FAILED no savepoint',
      ],
    ],
    [
      'a savepoint that its operator was asked for, before and after the deployment is known',
      (server) => {
        const snapshot = (status: object) => ({
          metadata: { name: 'before-upgrade', namespace: 'shop', uid: 'uid-snapshot' },
          spec: { savepoint: {}, jobReference: { kind: 'FlinkDeployment', name: 'orders' } },
          status,
        })
        server.put(`${FLINK}/flinkstatesnapshots`, snapshot({ state: 'IN_PROGRESS' }))
        server.put(`${FLINK}/flinkdeployments`, deployment({ lifecycleState: 'STABLE' }))
        server.put(`${FLINK}/flinkstatesnapshots`, snapshot({ state: 'COMPLETED', path: 's3://a' }))
      },
      [
        'FlinkDeployment orders present STABLE job undefined',
        'savepoint before-upgrade of orders IN_PROGRESS',
        'savepoint before-upgrade of orders COMPLETED',
      ],
    ],
  ])('%s is told', async (_, happens, expected) => {
    const { server, told } = await world((at) => {
      at.put(PODS, pod('tm'))
      at.put(NODES, node([['Ready', 'True']]))
    })
    await heard(told, 2)
    // Each kind is followed from its own connection: what one tells comes in its order.
    await watched(server, 6)
    happens(server)
    const news = (await heard(told, 2 + expected.length)).slice(2)
    expect([...news].sort()).toEqual([...expected].sort())
    expect(news.filter((line) => line.startsWith('pod'))).toEqual(
      expected.filter((line) => line.startsWith('pod')),
    )
  })
})

/** Waits until so many kinds are watched. */
async function watched(server: ApiServer, kinds: number): Promise<void> {
  const paths = () => new Set(server.asked.filter((line) => line.startsWith('watch')))
  for (let i = 0; paths().size < kinds && i < 500; i++) await systemClock.sleep(10)
}

describe('a watch', () => {
  const only = { kinds: ['pods' as const] }

  test('reads a long list page by page', async () => {
    const names = ['tm-1', 'tm-2', 'tm-3', 'tm-4', 'tm-5']
    const { told } = await world((server) => {
      for (const name of names) server.put(PODS, pod(name))
    }, only)
    expect(await heard(told, 5)).toEqual(
      names.map((name) => `pod orders/${name} Running: running x0`),
    )
  })

  test('that is cut in the middle goes on where it was: nothing twice, nothing missed, no list', async () => {
    const { server, told } = await world((at) => at.put(PODS, pod('tm-1')), only)
    await heard(told, 1)
    await watched(server, 1)
    server.cut()
    server.put(PODS, pod('tm-2'))
    expect(await heard(told, 2)).toEqual([
      'pod orders/tm-1 Running: running x0',
      'pod orders/tm-2 Running: running x0',
    ])
    expect(server.asked).toEqual([`list ${PODS}`, `watch ${PODS}`, `watch ${PODS}`])
  })

  test('whose version is forgotten lists again, and tells what has changed and gone meanwhile', async () => {
    const { server, told } = await world((at) => {
      for (const name of ['tm-1', 'tm-2', 'tm-3']) at.put(PODS, pod(name))
    }, only)
    await heard(told, 3)
    await watched(server, 1)
    server.refuse(PODS, 500)
    server.cut()
    await systemClock.sleep(50)
    server.remove(PODS, 'uid-tm-1')
    server.put(PODS, pod('tm-2', { phase: 'Failed' }))
    server.forget()
    server.refuse(PODS, undefined)
    expect((await heard(told, 5)).slice(3)).toEqual([
      'pod orders/tm-1 gone: running x0',
      'pod orders/tm-2 Failed: running x0',
    ])
  })

  test('that heard a bookmark need not list again when older versions are forgotten', async () => {
    const { server, told } = await world((at) => at.put(PODS, pod('tm-1')), only)
    await heard(told, 1)
    await watched(server, 1)
    server.forget()
    server.bookmark()
    await systemClock.sleep(50)
    server.cut()
    server.put(PODS, pod('tm-2'))
    await heard(told, 2)
    expect(server.asked).toEqual([`list ${PODS}`, `watch ${PODS}`, `watch ${PODS}`])
  })

  test('that is forbidden leaves the others as they are', async () => {
    const { server, told } = await world((at) => {
      at.refuse(NODES, 403)
      at.refuse(`${FLINK}/flinkdeployments`, 404)
      at.put(PODS, pod('tm-1'))
    })
    expect(await heard(told, 1)).toEqual(['pod orders/tm-1 Running: running x0'])
    server.put(PODS, pod('tm-2'))
    expect(await heard(told, 2)).toHaveLength(2)
    expect(server.asked.filter((line) => line.endsWith(NODES))).toHaveLength(1)
  })

  test('of one node sees its pods only', async () => {
    const elsewhere = pod('tm-2')
    const { told } = await world(
      (at) => {
        at.put(PODS, pod('tm-1'))
        at.put(PODS, { ...elsewhere, spec: { ...elsewhere.spec, nodeName: 'node-2' } })
      },
      { node: 'node-1' },
    )
    expect(await heard(told, 1)).toEqual(['pod orders/tm-1 Running: running x0'])
  })
})
