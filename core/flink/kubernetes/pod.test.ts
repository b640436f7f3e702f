import { expect, test } from 'vitest'
import type { PodEvent } from '../../model/kubernetes.ts'
import {
  CREATED,
  createdAt,
  ended,
  madePod,
  podStatus,
  running,
  STARTED,
  startedAt,
} from './objects.fixture.ts'
import { Pod, podClusterId, podWord } from './pod.ts'

const about = { cluster: 'prod', gone: false }
const word = (pod: unknown, gone = false) => podWord(Pod.parse(pod), { ...about, gone })
const up = podStatus('Running', { state: running })
const image = 'flink:2.2.1'
const { requests, limits } = {
  requests: { cpuCores: 1, memoryBytes: 1_811_939_328 },
  limits: { cpuCores: 2, memoryBytes: 1_811_939_328 },
}

const whole: Omit<PodEvent, 'at'> = {
  ...{ type: 'pod', cluster: 'prod', namespace: 'flink', name: 'tm-1', uid: 'uid-tm-1' },
  ...{ component: 'taskmanager', taskmanager: 'tm-1', ip: '10.0.0.7', node: 'node-1' },
  ...{ owner: { kind: 'Deployment', name: 'orders' }, phase: 'Running', ready: true },
  conditions: [],
  containers: [
    {
      ...{ name: 'flink-main-container', part: 'app', image, restarts: 0, requests, limits },
      state: { kind: 'running', startedAt },
    },
  ],
  ...{ createdAt, startedAt: createdAt },
}

test('a pod is told with its place, its containers and what they may use', () => {
  expect(word(madePod('tm-1', up))).toEqual(whole)
})

test('a pod that is gone is what it was last, but not ready', () => {
  expect(word(madePod('tm-1', up), true)).toEqual({ ...whole, phase: 'gone', ready: false })
})

test('a pod of which nobody has said anything yet is unknown', () => {
  const bare = {
    metadata: { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '1' },
    spec: { containers: [{ name: 'main' }] },
  }
  expect(word(bare)).toEqual({
    ...{ type: 'pod', cluster: 'prod', namespace: 'n', name: 'x', uid: 'u', component: 'other' },
    ...{ phase: 'Unknown', ready: false, conditions: [] },
    containers: [{ name: 'main', part: 'app', image: '', restarts: 0, requests: {}, limits: {} }],
  })
  expect(podClusterId(Pod.parse(bare))).toBeUndefined()
})

test('the codes of Flink are those of its own container, not of what stands beside it', () => {
  const of = (name: string) => ({
    name,
    image,
    ready: false,
    restartCount: 2,
    state: ended(1, 'Error'),
  })
  const told = word(
    madePod(
      'jm',
      {
        ...up,
        initContainerStatuses: [of('fetch')],
        containerStatuses: [of('log-shipper'), of('flink-main-container')],
      },
      {
        metadata: { labels: { app: 'orders', component: 'jobmanager' } },
        spec: {
          initContainers: [{ name: 'fetch', image }],
          containers: [
            { name: 'log-shipper', image },
            { name: 'flink-main-container', image },
          ],
        },
      },
    ),
  )
  expect(
    told.containers.map(({ name, part, restarts, state }) => [
      ...[name, part, restarts],
      state?.kind === 'terminated' && state.exit.meaning,
    ]),
  ).toEqual([
    ['fetch', 'init', 2, 'unknown'],
    ['log-shipper', 'app', 2, 'unknown'],
    ['flink-main-container', 'app', 2, 'start-up-failed'],
  ])
})

test.each<[string, Readonly<Record<string, unknown>>, unknown]>([
  [
    'waits, with the reason',
    { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
    { kind: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 40s' },
  ],
  ['waits without a reason', { waiting: {} }, { kind: 'waiting' }],
  ['runs', { running: { startedAt: STARTED } }, { kind: 'running', startedAt }],
  [
    'was lost, at the zero time of Go',
    {
      terminated: {
        ...{ exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null },
        finishedAt: '0001-01-01T00:00:00Z',
      },
    },
    {
      kind: 'terminated',
      exit: { exitCode: 137, reason: 'ContainerStatusUnknown', meaning: 'unknown' },
    },
  ],
  ['of which nothing is said', {}, undefined],
])('a container that %s', (_, state, told) => {
  expect(word(madePod('tm-1', podStatus('Running', { state }))).containers[0]?.state).toEqual(told)
})

test('what somebody wrote into a message is told without its credentials, and cut', () => {
  const message = `password=hunter2 ${'x'.repeat(5_000)}`
  const told = word(madePod('tm-1', { ...up, message })).message ?? ''
  expect(told).not.toContain('hunter2')
  expect(told.length).toBeLessThan(2_100)
})

test('the environment of a pod is never told', () => {
  const env = [{ name: 'S3_SECRET', value: 'hunter2' }]
  const spec = { containers: [{ name: 'main', image, env }], creationTimestamp: CREATED }
  expect(JSON.stringify(word(madePod('tm-1', up, { spec })))).not.toContain('hunter2')
})
