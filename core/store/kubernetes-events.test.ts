import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { Batch } from '../api/batch.ts'
import type { FlinkEvent } from '../model/events.ts'
import type { KubernetesEvent } from '../model/kubernetes.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { readEvents, readKnownEvents } from './events.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { writeEvents } from './write.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Date.now()

/** One word of each kind, with everything that may be absent, about one cluster. */
const wordsOf = (cluster: string, at: number): readonly KubernetesEvent[] => [
  {
    ...{ type: 'pod', at, cluster, namespace: 'flink', name: 'tm-1', uid: 'pod-uid' },
    ...{ component: 'taskmanager', taskmanager: 'tm-1', ip: '10.0.0.7', node: 'node-1' },
    ...{ owner: { kind: 'Deployment', name: 'orders' }, phase: 'Failed', ready: false },
    ...{ reason: 'Evicted', message: 'low on memory' },
    conditions: [{ type: 'Ready', status: 'False', reason: 'R', message: 'm', since: at }],
    containers: [
      {
        ...{ name: 'main', part: 'app', image: 'flink:2.2.1', restarts: 1 },
        state: {
          kind: 'terminated',
          exit: {
            ...{ id: 'c1', exitCode: 137, signal: 9, reason: 'OOMKilled', message: 'm' },
            ...{ startedAt: at, finishedAt: at, meaning: 'out-of-memory-kill' },
          },
        },
        last: { exitCode: 1, meaning: 'fatal-error' },
        requests: { cpuCores: 0.5 },
        limits: { cpuCores: 1, memoryBytes: 2 ** 40 },
      },
    ],
    ...{ createdAt: at, startedAt: at, deletedAt: at },
  },
  {
    ...{ type: 'node', at, cluster, name: 'node-1', uid: 'node-uid', state: 'present' },
    ...{ ready: 'unknown', cordoned: true, cpuCores: 3.92, memoryBytes: 2 ** 34 },
    ...{ conditions: [], instanceType: 'm6i.xlarge', zone: 'eu-central-1a' },
  },
  {
    ...{ type: 'k8s-event', at, cluster, namespace: 'flink', uid: 'said-uid' },
    ...{ object: { kind: 'Pod', name: 'tm-1', uid: 'pod-uid' }, severity: 'warning' },
    ...{ reason: 'FailedScheduling', message: '0/3 nodes', count: 3, firstAt: at, reporter: 'r' },
  },
  {
    ...{ type: 'deployment', at, cluster, namespace: 'flink', kind: 'FlinkDeployment' },
    ...{ name: 'orders', uid: 'deployment-uid', state: 'present', lifecycle: 'FAILED' },
    ...{ jobManager: 'ERROR', reconciliation: 'ROLLING_BACK', reconciledAt: at },
    flinkJob: { id: 'a', name: 'orders', state: 'FAILED', startedAt: at },
    ...{ appliedIsStable: false, generation: 3, observedGeneration: 2, wanted: 'running' },
    ...{ image: 'i', flinkVersion: 'v2_2', mode: 'native', upgradeMode: 'last-state' },
    ...{ parallelism: 4, error: { type: 'E', message: 'm' } },
  },
  {
    ...{ type: 'state-snapshot', at, cluster, namespace: 'flink', name: 'sp', uid: 'sp-uid' },
    ...{ of: { kind: 'FlinkSessionJob', name: 'fraud' }, kind: 'savepoint', state: 'FAILED' },
    ...{ path: 's3://sp', failures: 2, triggeredAt: at, endedAt: at, error: 'timeout' },
  },
]
const byType = (events: readonly FlinkEvent[]) =>
  [...events].sort((one, other) => (one.type < other.type ? -1 : 1))

test('a batch carries a word of each kind as it is', () => {
  const events = wordsOf('door', NOW)
  const envelope = { v: 1, agent: 'a', epoch: 1, lane: 'live', seq: 1, sentAt: NOW, kind: 'events' }
  expect(Batch.parse({ ...envelope, events })).toEqual({ ...envelope, events })
})

describe.skipIf(chdbMissing)('what Kubernetes tells', () => {
  let store: Store
  let written = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const write = (events: readonly FlinkEvent[]) =>
    writeEvents(store, events, { token: `kubernetes-events/${++written}` })
  const whose = (cluster: string) => ({ jobs: [], clusters: [cluster] })

  test('comes out of the store as it went in, and once however often it is written', async () => {
    const words = wordsOf('repeated', NOW)
    await write(words)
    await write(words)
    await write([...words].reverse())
    const told = await readEvents(store, { ...whose('repeated'), from: NOW - 1_000, to: NOW })
    expect(told).toEqual(byType(words))
  })

  test('is another thing under another uid, and another word at another moment', async () => {
    const words = wordsOf('apart', NOW)
    await write([
      ...words,
      ...wordsOf('apart', NOW - 1),
      ...words.map((word) => ({ ...word, uid: 'x' })),
    ])
    const told = await readEvents(store, { ...whose('apart'), from: NOW - 1_000, to: NOW })
    expect(told).toHaveLength(3 * words.length)
  })

  test('of a pod, a node or a deployment is known until it is gone; all else has its moment', async () => {
    const from = NOW - 60_000
    const known = (cluster: string) =>
      readKnownEvents(store, { ...whose(cluster), from, to: NOW, perType: 10 })
    const words = wordsOf('lasting', from - 2)
    await write(words)
    expect((await known('lasting')).map(({ type }) => type)).toEqual(['deployment', 'node', 'pod'])
    await write(
      wordsOf('lasting', from - 1).flatMap((word): readonly FlinkEvent[] => {
        if (word.type === 'pod') return [{ ...word, phase: 'gone' }]
        return word.type === 'node' || word.type === 'deployment'
          ? [{ ...word, state: 'gone' }]
          : []
      }),
    )
    expect(await known('lasting')).toEqual([])
  })
})
