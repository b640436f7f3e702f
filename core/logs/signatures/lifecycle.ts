import type { Signature } from './signature.ts'

/** States of jobs and tasks, restarts, cancellation. */
export const lifecycle: readonly Signature[] = [
  {
    id: 'job-state',
    where: ['jobmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'switched from state',
        /Job .{1,500} \(([0-9a-f]{32})\) switched from state (\w{1,20}) to (\w{1,20})\./,
      ],
    ],
    advice: '',
  },
  {
    id: 'task-failed-tm',
    where: ['taskmanager'],
    severity: 'error',
    role: 'echo',
    texts: [
      ['to failed with failure cause', /switched from (\w{1,20}) to FAILED with failure cause:/],
    ],
    advice: 'The exception below says why.',
  },
  {
    id: 'task-state-jm',
    where: ['jobmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'switched from ',
        /\((\d{1,6})\/(\d{1,6})\) \(([0-9a-f_]{1,200})\) switched from (\w{1,20}) to (\w{1,20})(?: on (\S{1,200}) @ (\S{1,200}) \(dataPort=(\d{1,5})\))?\./,
      ],
    ],
    advice: '',
  },
  {
    id: 'restart-n',
    where: ['jobmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      [
        'will be restarted to recover',
        /(\d{1,9}) tasks will be restarted to recover (?:the failed task (\S{1,200})|from a global failure)/,
      ],
    ],
    advice: '',
  },
  {
    id: 'no-more-restarts',
    where: ['jobmanager', 'exception'],
    severity: 'fatal',
    role: 'echo',
    texts: [
      [
        'recovery is suppressed by',
        /Recovery is suppressed by (?:NoRestartBackoffTimeStrategy|FixedDelay\w{1,60}|FailureRate\w{1,60}|ExponentialDelay\w{1,60})/,
      ],
    ],
    advice: 'The restarts that were allowed are used up; the cause is what failed before.',
  },
  {
    id: 'not-recoverable',
    where: ['jobmanager', 'exception'],
    severity: 'fatal',
    role: 'echo',
    texts: [['the failure is not recoverable', /The failure is not recoverable/]],
    advice: 'The exception below is of a kind that no restart heals.',
  },
  {
    id: 'cancel-stuck',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'cause',
    texts: [
      [
        'did not react to cancelling signal',
        /Task '([^']{1,300})' did not react to cancelling signal - .{0,100}; it is stuck for (\d{1,9}) seconds in method/,
      ],
    ],
    advice: "The job's code blocks; the first frame of its own says where.",
  },
  {
    id: 'cancel-watchdog',
    where: ['taskmanager'],
    severity: 'fatal',
    role: 'echo',
    texts: [
      [
        'did not exit gracefully within',
        /Task did not exit gracefully within (\d{1,9}) \+ seconds/,
      ],
    ],
    advice:
      'A task hung while it was cancelled, so the TaskManager ended itself (exit code 1): see where it was stuck.',
  },
  {
    id: 'chained-op',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [['could not forward element', /Could not forward element to next operator/]],
    advice: 'Only a wrapper: the innermost cause counts.',
  },
  {
    id: 'async-timer',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [['while processing timer', /Caught exception while processing timer/]],
    advice: "A timer of the job's code failed: see the cause below.",
  },
]
