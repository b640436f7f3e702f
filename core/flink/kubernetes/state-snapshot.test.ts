import { expect, test } from 'vitest'
import type { StateSnapshotEvent } from '../../model/kubernetes.ts'
import { ENDED, endedAt, madeSnapshot, STARTED, startedAt } from './objects.fixture.ts'
import { FlinkStateSnapshot, stateSnapshotWord } from './state-snapshot.ts'

const job = { kind: 'FlinkDeployment', name: 'orders' }
const bare: Omit<StateSnapshotEvent, 'at'> = {
  ...{ type: 'state-snapshot', cluster: 'prod', namespace: 'flink', name: 's', uid: 'uid-s' },
  of: { kind: 'FlinkDeployment', name: 'orders' },
  ...{ kind: 'savepoint', state: 'TRIGGER_PENDING', failures: 0 },
}

test.each<[string, Readonly<Record<string, unknown>>, Partial<StateSnapshotEvent>]>([
  ['that was just asked for', {}, {}],
  [
    'under way',
    { state: 'IN_PROGRESS', triggerTimestamp: STARTED, failures: 1 },
    { state: 'IN_PROGRESS', triggeredAt: startedAt, failures: 1 },
  ],
  [
    'that is complete',
    { state: 'COMPLETED', path: 's3://b/sp', triggerTimestamp: STARTED, resultTimestamp: ENDED },
    { state: 'COMPLETED', path: 's3://b/sp', triggeredAt: startedAt, endedAt },
  ],
  ['that failed', { state: 'FAILED', error: 'timeout' }, { state: 'FAILED', error: 'timeout' }],
  ['in a word of a newer operator', { state: 'PONDERING' }, { state: 'UNKNOWN' }],
])('a snapshot %s', (_, status, told) => {
  const snapshot = FlinkStateSnapshot.parse(madeSnapshot('s', job, status))
  expect(stateSnapshotWord(snapshot, 'prod')).toEqual({ ...bare, ...told })
})

test('an empty checkpoint asks for a checkpoint, and a snapshot of no job is none of ours', () => {
  const made = madeSnapshot('s', job, {})
  const asCheckpoint = { ...made, spec: { jobReference: job, checkpoint: {} } }
  expect(stateSnapshotWord(FlinkStateSnapshot.parse(asCheckpoint), 'prod')).toEqual({
    ...{ ...bare, kind: 'checkpoint' },
  })
  const nobodys = FlinkStateSnapshot.parse(madeSnapshot('s', undefined, {}))
  expect(stateSnapshotWord(nobodys, 'prod')).toBeUndefined()
})
