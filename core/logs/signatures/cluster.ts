import type { Signature } from './signature.ts'

/** Slots, TaskManagers and their heartbeats. */
export const cluster: readonly Signature[] = [
  {
    id: 'no-resources',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'the minimum required resources',
        /NoResourceAvailableException: Could not acquire the minimum required resources/,
      ],
    ],
    advice:
      'There are too few slots: look for a quota, pods that cannot be placed, or TaskManagers that crash at start.',
  },
  {
    id: 'slot-timeout',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'slot request bulk is not fulfillable',
        /Slot request bulk is not fulfillable! Could not allocate the required slot within slot request timeout/,
      ],
    ],
    advice:
      'No slot came free within slot.request.timeout: look for a quota or pods that cannot be placed.',
  },
  {
    id: 'adaptive-no-resources',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'not enough resources available for scheduling',
        /NoResourceAvailableException: Not enough resources available for scheduling/,
      ],
    ],
    advice: 'The adaptive scheduler has fewer slots than its lower bound: add TaskManagers.',
  },
  {
    id: 'requirements-unmet',
    where: ['jobmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'could not fulfill resource requirements',
        /Could not fulfill resource requirements of job ([0-9a-f]{32})/,
      ],
    ],
    advice: 'The job waits for slots; the exception that follows says why.',
  },
  {
    id: 'max-resources',
    where: ['jobmanager'],
    severity: 'warning',
    role: 'cause',
    texts: [
      [
        'max total resource limitation',
        /Max total resource limitation <.{0,500}> is reached|[Tt]he max total resource limitation/,
      ],
    ],
    advice:
      'The cluster may not grow further: raise slotmanager.number-of-slots.max or its CPU and memory bounds.',
  },
  {
    id: 'worker-start-failed',
    where: ['jobmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['failed requesting worker', /Failed requesting worker with resource spec .{0,500}/],
      ['max start worker failure rate', /Reaching max start worker failure rate: /],
    ],
    advice: 'TaskManager pods cannot be created: look at the image, quotas and RBAC.',
  },
  {
    id: 'worker-not-registered',
    where: ['jobmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      ['did not register in', /Worker (\S{1,200}) did not register in (\S{1,50}), will stop it/],
    ],
    advice: "The TaskManager starts too slowly or crashes: look at its pod's own log.",
  },
  {
    id: 'worker-terminated',
    where: ['jobmanager'],
    severity: 'error',
    role: 'echo',
    texts: [
      [
        'is terminated. diagnostics:',
        /Worker (\S{1,200}) is terminated\. Diagnostics: (.{0,2000})/,
      ],
    ],
    advice: "The exit code and reason of the TaskManager's containers stand in the line.",
  },
  {
    id: 'tm-heartbeat',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'heartbeat of taskmanager with id',
        /[Hh]eartbeat of TaskManager with id (\S{1,200}) timed out/,
      ],
    ],
    advice:
      'The TaskManager was silent: look for a long GC pause, throttled CPU, a lost node or an OOM kill before raising heartbeat.timeout.',
  },
  {
    id: 'tm-unreachable',
    where: ['jobmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [['is no longer reachable', /TaskManager with id (\S{1,200}) is no longer reachable/]],
    advice: "The TaskManager's process is gone: look at its end.",
  },
  {
    id: 'jm-heartbeat',
    where: ['taskmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'heartbeat of jobmanager with id',
        /[Hh]eartbeat of JobManager with id (\S{1,200}) timed out/,
      ],
      [
        'heartbeat of resourcemanager with id',
        /[Hh]eartbeat of ResourceManager with id (\S{1,200}) timed out/,
      ],
    ],
    advice: 'The JobManager was silent: look for its GC pauses, its load, or its restart.',
  },
  {
    id: 'tm-register-timeout',
    where: ['taskmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'could not register at the resourcemanager',
        /Could not register at the ResourceManager within the specified maximum registration duration/,
      ],
    ],
    advice: 'The JobManager cannot be reached: look at its service, DNS and network policies.',
  },
  {
    id: 'slot-timed-out',
    where: ['taskmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [['the slot ', /The slot \S{1,200} has timed out/]],
    advice: 'The JobManager offered no work for the slot in time; it restarted or is overloaded.',
  },
]
