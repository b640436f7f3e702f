import { expect, test } from 'vitest'
import {
  createdAt,
  ENDED,
  endedAt,
  madeDeployment,
  madeSessionJob,
  madeSnapshot,
  STARTED,
  stableStatus,
  startedAt,
} from '../../../core/flink/kubernetes/objects.fixture.ts'
import type { DeploymentEvent, StateSnapshotEvent } from '../../../core/model/kubernetes.ts'
import { NOW, type Scenario, toldOf } from './world.fixture.ts'

const stable: DeploymentEvent = {
  ...{ type: 'deployment', at: NOW, cluster: 'orders', namespace: 'flink', name: 'orders' },
  ...{ kind: 'FlinkDeployment', uid: 'uid-orders', state: 'present' },
  ...{ lifecycle: 'STABLE', jobManager: 'READY', reconciliation: 'DEPLOYED' },
  flinkJob: { id: 'a'.repeat(32), name: 'orders', state: 'RUNNING', startedAt },
  ...{ reconciledAt: createdAt, appliedIsStable: true, generation: 2, observedGeneration: 2 },
  ...{ wanted: 'running', upgradeMode: 'savepoint', parallelism: 4 },
  ...{ image: 'flink:2.2.1', flinkVersion: 'v2_2', mode: 'native' },
}
const rejected = JSON.stringify({
  ...{ type: 'org.apache.flink.kubernetes.operator.exception.ReconciliationException' },
  message: 'Could not find the jar',
})

const snapshot: StateSnapshotEvent = {
  ...{ type: 'state-snapshot', at: NOW, cluster: 'orders', namespace: 'flink', name: 'sp' },
  ...{ uid: 'uid-sp', of: { kind: 'FlinkDeployment', name: 'orders' }, kind: 'savepoint' },
  ...{ state: 'TRIGGER_PENDING', failures: 0 },
}
const ofOrders = { kind: 'FlinkDeployment', name: 'orders' }
const orders = madeDeployment('orders', stableStatus)

const done = {
  ...{ state: 'COMPLETED', path: 's3://sp/1', failures: 0 },
  ...{ triggerTimestamp: STARTED, resultTimestamp: ENDED },
}
const session = madeDeployment('session', stableStatus, { job: undefined })
const fraud: DeploymentEvent = {
  ...{ type: 'deployment', at: NOW, cluster: 'session', namespace: 'flink', name: 'fraud' },
  ...{ kind: 'FlinkSessionJob', uid: 'uid-fraud', state: 'present', generation: 1 },
  ...{ lifecycle: 'CREATED', wanted: 'running', parallelism: 2 },
}

test.each<Scenario>([
  ['a deployment that runs is told as its operator sees it', [], (on) => on.put(orders), [stable]],
  [
    'a deployment whose specification cannot be applied says the error',
    [orders],
    (on) =>
      on.put(
        madeDeployment('orders', {
          ...{ lifecycleState: 'FAILED', jobManagerDeploymentStatus: 'MISSING', error: rejected },
          jobStatus: { jobId: 'a'.repeat(32), state: 'FAILED' },
          reconciliationStatus: {
            ...{ state: 'UPGRADING', lastReconciledSpec: '2', lastStableSpec: '1' },
          },
        }),
      ),
    [
      {
        ...{
          type: 'deployment',
          at: NOW + 1,
          cluster: 'orders',
          namespace: 'flink',
          name: 'orders',
        },
        ...{ kind: 'FlinkDeployment', uid: 'uid-orders', state: 'present' },
        ...{ lifecycle: 'FAILED', jobManager: 'MISSING', reconciliation: 'UPGRADING' },
        flinkJob: { id: 'a'.repeat(32), state: 'FAILED' },
        ...{ appliedIsStable: false, generation: 2 },
        ...{ wanted: 'running', upgradeMode: 'savepoint', parallelism: 4 },
        ...{ image: 'flink:2.2.1', flinkVersion: 'v2_2', mode: 'native' },
        error: {
          type: 'org.apache.flink.kubernetes.operator.exception.ReconciliationException',
          message: 'Could not find the jar',
        },
      },
    ],
  ],
  [
    'a deployment that was deleted is gone',
    [orders],
    (on) => on.remove(orders),
    [{ ...stable, at: NOW + 1, state: 'gone' }],
  ],
  [
    'a session job is of the cluster of its session',
    [session],
    (on) => on.put(madeSessionJob('fraud', 'session', { lifecycleState: 'CREATED' })),
    [fraud],
  ],
  [
    'a lifecycle that we do not know is unknown, and the rest is told',
    [session],
    (on) => on.put(madeSessionJob('fraud', 'session', { lifecycleState: 'PONDERING' })),
    [{ ...fraud, lifecycle: 'UNKNOWN' }],
  ],
  [
    'a state snapshot is told from when it is asked for to where it lies',
    [orders],
    (on) => {
      on.put(madeSnapshot('sp', ofOrders, {}))
      on.put(madeSnapshot('sp', ofOrders, done))
    },
    [
      snapshot,
      {
        ...{ ...snapshot, at: NOW + 1, state: 'COMPLETED', path: 's3://sp/1' },
        ...{ triggeredAt: startedAt, endedAt },
      },
    ],
  ],
  [
    'a state snapshot that is deleted is no word',
    [orders, madeSnapshot('sp', ofOrders, done)],
    (on) => on.remove(madeSnapshot('sp', ofOrders, done)),
    [],
  ],
  [
    'a state snapshot of no job is nobody’s',
    [orders],
    (on) => on.put(madeSnapshot('sp', undefined, done)),
    [],
  ],
])('%s', async (...scenario) => {
  expect(await toldOf(scenario)).toEqual(scenario[3])
})
