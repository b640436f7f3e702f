import type { Signature } from './signature.ts'

/** Checkpoints: their course and their failures. */
export const checkpoints: readonly Signature[] = [
  {
    id: 'cp-completed',
    where: ['jobmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'completed checkpoint',
        /Completed checkpoint (\d{1,20}) for job ([0-9a-f]{32}) \((\d{1,20}) bytes, checkpointDuration=(\d{1,20}) ms, finalizationTime=(\d{1,20}) ms\)/,
      ],
    ],
    advice: '',
  },
  {
    id: 'cp-expired',
    where: ['jobmanager', 'exception'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'expired before completing',
        /Checkpoint (?:(\d{1,20}) of job ([0-9a-f]{32}) )?expired before completing/,
      ],
    ],
    advice:
      'Backpressure, slow storage or large state kept the checkpoint from completing: cure backpressure, use unaligned checkpoints, raise the timeout last.',
  },
  {
    id: 'cp-declined',
    where: ['jobmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'decline checkpoint',
        /Decline checkpoint (\d{1,20}) by task (\S{1,200}) of job (\S{1,100}) at (.{0,300})\./,
      ],
    ],
    advice: 'A task refused the checkpoint; the reason stands below.',
  },
  {
    id: 'cp-tolerable',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [['tolerable failure threshold', /Exceeded checkpoint tolerable failure threshold\./]],
    advice:
      'The job restarts because checkpoints failed: find why they do; execution.checkpointing.tolerable-failed-checkpoints is 0 unless set.',
  },
  {
    id: 'cp-failed-n',
    where: ['jobmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'failed to trigger or complete checkpoint',
        /Failed to trigger or complete checkpoint (\d{1,20}) for job (\S{1,100})\. \((\d{1,9}) consecutive failed attempts so far\)/,
      ],
    ],
    advice: 'The reason stands below.',
  },
  {
    id: 'cp-trigger-failed',
    where: ['jobmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'failed to trigger checkpoint for job',
        /Failed to trigger checkpoint for job (\S{1,100}) since (.{0,500})\./,
      ],
    ],
    advice: 'Normal while a job starts or some of its tasks have finished.',
  },
  {
    id: 'cp-late',
    where: ['jobmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'received late message for now expired',
        /Received late message for now expired checkpoint attempt (\d{1,20}) from task (\S{1,200})/,
      ],
    ],
    advice: 'The task named here was too slow for the checkpoint.',
  },
  {
    id: 'cp-async-failed',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'could not materialize checkpoint',
        /Could not materialize checkpoint (\d{1,20}) for operator (.{0,500})\./,
      ],
      ['asynchronous task checkpoint failed', /Asynchronous task checkpoint failed\./],
    ],
    advice: 'Writing state to the checkpoint storage failed: see the cause below.',
  },
  {
    id: 'cp-sync-failed',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'could not perform checkpoint',
        /Could not perform checkpoint (\d{1,20}) for operator (.{0,500})\./,
      ],
      ['could not complete snapshot', /Could not complete snapshot (\d{1,20}) for operator/],
    ],
    advice: "The job's snapshot code or a serializer failed: see the cause below.",
  },
  {
    id: 'cp-finalize',
    where: ['jobmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['could not finalize the pending', /Could not finalize the pending checkpoint/],
      ['failure to finalize checkpoint', /Failure to finalize checkpoint\./],
    ],
    advice:
      'The metadata or the pointer to it could not be written: look at the storage and at the store of high availability.',
  },
]
