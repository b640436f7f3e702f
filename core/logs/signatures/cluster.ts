import type { Signature } from './signature.ts'

/** Slots, TaskManagers, heartbeats, RPC and leadership. */
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
  {
    id: 'ask-timeout',
    where: ['jobmanager', 'taskmanager', 'exception'],
    severity: 'error',
    role: 'echo',
    texts: [
      ['ask timed out on [', /AskTimeoutException: Ask timed out on \[/],
      ['invocation of [', /Invocation of \[.{0,1000}\] at recipient \[.{0,300}\] timed out/],
    ],
    advice:
      'A process did not answer in time: look for GC pauses, an overloaded JobManager or a message that is too large before raising the ask timeout.',
  },
  {
    id: 'framesize',
    where: ['jobmanager', 'taskmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'exceeds the maximum size',
        /The method \S{1,200}'s result size \d{1,20} exceeds the maximum size \d{1,20}/,
      ],
      ['discarding oversized payload', /Discarding oversized payload sent to/],
    ],
    advice: 'A message is larger than the frame: raise akka.framesize or pekko.framesize.',
  },
  {
    id: 'association-failed',
    where: ['jobmanager', 'taskmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'association with remote system',
        /Association with remote system \[(?:akka|pekko)(?:\.ssl)?\.tcp:\/\/[^\]]{1,300}\] has failed, address is now gated/,
      ],
    ],
    advice: 'The other process is down or its name is not resolved.',
  },
  {
    id: 'rpc-endpoint-not-started',
    where: ['jobmanager', 'taskmanager'],
    severity: 'information',
    role: 'noise',
    texts: [
      ['because the rpc endpoint', /because the rpc endpoint \S{1,200} has not been started yet/],
    ],
    advice: '',
  },
  {
    id: 'fencing',
    where: ['jobmanager', 'taskmanager'],
    severity: 'warning',
    role: 'noise',
    texts: [['fencingtokenexception', /FencingTokenException: Fencing token (?:not set|mismatch)/]],
    advice: 'Leadership is changing; the other side learns of it shortly.',
  },
  {
    id: 'leader-lost',
    where: ['taskmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'lost leadership',
        /JobManager for job ([0-9a-f]{32}) with leader id \S{1,100} lost leadership|Job leader lost leadership/,
      ],
    ],
    advice:
      'Leadership was lost: look at ZooKeeper or the API server, and at GC pauses of the JobManager.',
  },
  {
    id: 'rm-leader-changed',
    where: ['taskmanager', 'jobmanager'],
    severity: 'warning',
    role: 'echo',
    texts: [
      [
        'resourcemanager leader changed',
        /ResourceManager leader changed to new address (\S{1,300})/,
      ],
    ],
    advice: 'The address null means that leadership was lost.',
  },
  {
    id: 'rest-no-leader',
    where: ['client'],
    severity: 'warning',
    role: 'noise',
    texts: [
      [
        'ongoing leader election',
        /Service temporarily unavailable due to an ongoing leader election/,
      ],
    ],
    advice: 'Ask again in a moment.',
  },
  {
    id: 'version-mismatch',
    where: ['jobmanager', 'taskmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['version mismatch between source', /HandshakeException: Version mismatch between source/],
    ],
    advice: 'Processes of different Flink versions meet: deploy one version.',
  },
  {
    id: 'fatal-thread',
    where: ['jobmanager', 'taskmanager', 'client'],
    severity: 'fatal',
    role: 'echo',
    texts: [
      [
        'produced an uncaught exception',
        /FATAL: Thread '([^']{1,300})' produced an uncaught exception\. Stopping the process/,
      ],
    ],
    advice: 'The process ends with exit code 239; the exception below is the cause.',
  },
  {
    id: 'blob',
    where: ['taskmanager', 'exception'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['could not connect to blobserver', /Could not connect to BlobServer at address/],
      ['operation failed: ', /(?:GET|PUT) operation failed: /],
    ],
    advice:
      "The JobManager's blob server is out of reach or its disk is full: look at blob.server.port and its tmp directory.",
  },
]
