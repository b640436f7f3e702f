import type { Signature } from './signature.ts'

/** Kubernetes: in the JobManager's log, in events and in the status of pods. */
export const kubernetes: readonly Signature[] = [
  {
    id: 'ks-quota',
    where: ['jobmanager', 'kubernetes'],
    severity: 'error',
    role: 'cause',
    texts: [['exceeded quota: ', /exceeded quota: /]],
    advice: "The namespace's quota is used up.",
  },
  {
    id: 'ks-unsched',
    where: ['kubernetes'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'nodes are available: ',
        /\d{1,9}\/\d{1,9} nodes are available: .{0,1000}(?:Insufficient (?:cpu|memory)|untolerated taint|didn't match)/,
      ],
    ],
    advice: 'No node can take the pod: ask for less, or add nodes.',
  },
  {
    id: 'ks-image',
    where: ['kubernetes'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      ['errimagepull', /ErrImagePull/],
      ['imagepullbackoff', /ImagePullBackOff/],
      ['failed to pull image', /Failed to pull image/],
    ],
    advice: 'The image does not exist or may not be pulled.',
  },
  {
    id: 'ks-evicted',
    where: ['kubernetes'],
    severity: 'error',
    role: 'cause',
    texts: [
      [
        'the node was low on resource',
        /The node was low on resource: (?:memory|ephemeral-storage)/,
      ],
      ['ephemeral local storage usage exceeds', /Pod ephemeral local storage usage exceeds/],
    ],
    advice:
      'The node was short of memory or disk: request what is used, or give state a volume of its own.',
  },
  {
    id: 'ks-forbidden',
    where: ['jobmanager'],
    severity: 'fatal',
    role: 'cause',
    texts: [
      [
        'kubernetesclientexception',
        /KubernetesClientException: .{0,1000}(?:Forbidden|forbidden: User)/,
      ],
    ],
    advice: 'The service account lacks rights: look at its role.',
  },
  {
    id: 'ks-leader',
    where: ['jobmanager'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['unable to update leaderelectionrecord', /Unable to update LeaderElectionRecord/],
      ['renew deadline reached', /Renew deadline reached/],
      ['leader election ', /leader election .{0,200}(?:lost|stopped)/],
    ],
    advice: 'The API server answered too slowly for leadership to be kept.',
  },
  {
    id: 'ks-probe',
    where: ['kubernetes'],
    severity: 'warning',
    role: 'echo',
    texts: [['probe failed', /(?:Liveness|Readiness) probe failed/]],
    advice: 'The process did not answer: look for GC pauses or a probe that is too strict.',
  },
  {
    id: 'ks-preempt',
    where: ['kubernetes'],
    severity: 'error',
    role: 'cause',
    texts: [
      ['preempted', /Preempted/],
      ['nodenotready', /NodeNotReady/],
      ['taintmanagereviction', /TaintManagerEviction/],
    ],
    advice: 'The pod lost its node: to a pod of higher priority, or as the node failed.',
  },
]
