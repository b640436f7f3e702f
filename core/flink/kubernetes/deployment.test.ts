import { expect, test } from 'vitest'
import type { DeploymentEvent } from '../../model/kubernetes.ts'
import { deploymentWord, FlinkDeployment, FlinkSessionJob, sessionJobWord } from './deployment.ts'
import {
  createdAt,
  madeDeployment,
  madeSessionJob,
  stableStatus,
  startedAt,
} from './objects.fixture.ts'

const about = { cluster: 'prod', gone: false }
const bare: Omit<DeploymentEvent, 'at'> = {
  ...{ type: 'deployment', cluster: 'prod', namespace: 'flink', kind: 'FlinkDeployment' },
  ...{ name: 'orders', uid: 'uid-orders', state: 'present', generation: 2 },
  ...{ wanted: 'running', upgradeMode: 'savepoint', parallelism: 4 },
  ...{ image: 'flink:2.2.1', flinkVersion: 'v2_2', mode: 'native' },
}
const applied = (lastReconciledSpec: string | null, lastStableSpec: string | null) => ({
  reconciliationStatus: { lastReconciledSpec, lastStableSpec },
})

test.each<[string, Readonly<Record<string, unknown>>, Partial<DeploymentEvent>]>([
  [
    'that runs as it should',
    stableStatus,
    {
      ...{ lifecycle: 'STABLE', jobManager: 'READY', reconciliation: 'DEPLOYED' },
      flinkJob: { id: 'a'.repeat(32), name: 'orders', state: 'RUNNING', startedAt },
      ...{ reconciledAt: createdAt, appliedIsStable: true, observedGeneration: 2 },
    },
  ],
  ['of which the operator has said nothing', {}, {}],
  [
    'whose first specification is applied and has not run yet',
    applied('1', null),
    { appliedIsStable: false },
  ],
  ['to which nothing has been applied yet', applied(null, null), {}],
  ['with an error of old operators', { error: 'no jar' }, { error: { message: 'no jar' } }],
  [
    'with an error',
    { error: '{"type":"o.a.f.ReconciliationException","message":"no jar","throwableList":[]}' },
    { error: { type: 'o.a.f.ReconciliationException', message: 'no jar' } },
  ],
  [
    'whose error tells a password',
    { error: '{"message":"password=hunter2"}' },
    { error: { message: expect.not.stringContaining('hunter2') } },
  ],
  [
    'in words of a newer operator',
    { lifecycleState: 'PONDERING', jobManagerDeploymentStatus: 'MAYBE' },
    { lifecycle: 'UNKNOWN', jobManager: 'UNKNOWN' },
  ],
  [
    'whose job has not started',
    {
      jobStatus: { state: 'RECONCILING', startTime: '-1' },
      reconciliationStatus: { reconciliationTimestamp: 1.5 },
    },
    { flinkJob: { state: 'RECONCILING' } },
  ],
])('a deployment %s', (_, status, told) => {
  const deployment = FlinkDeployment.parse(madeDeployment('orders', status))
  expect(deploymentWord(deployment, about)).toEqual({ ...bare, ...told })
})

test('a session cluster wants no job, and a standalone one says so', () => {
  const session = madeDeployment('orders', {}, { job: null, mode: 'standalone' })
  const { wanted: _, upgradeMode: __, parallelism: ___, ...rest } = bare
  expect(deploymentWord(FlinkDeployment.parse(session), about)).toEqual({
    ...{ ...rest, mode: 'standalone' },
  })
})

test('a session job is told with what its specification wants, also when it is gone', () => {
  const job = FlinkSessionJob.parse(
    madeSessionJob('fraud', 'session', { lifecycleState: 'DELETING' }),
  )
  expect(sessionJobWord(job, { ...about, gone: true })).toEqual({
    ...{ type: 'deployment', cluster: 'prod', namespace: 'flink', kind: 'FlinkSessionJob' },
    ...{ name: 'fraud', uid: 'uid-fraud', state: 'gone', lifecycle: 'DELETING', generation: 1 },
    ...{ wanted: 'running', parallelism: 2 },
  })
})
