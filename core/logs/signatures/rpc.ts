import type { Signature } from './signature.ts'

/** Calls between processes, leadership, and what the JobManager hands out. */
export const rpc: readonly Signature[] = [
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
