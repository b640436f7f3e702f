import { z } from 'zod'

/** One Flink cluster to look at. */
export const ClusterConfig = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('The cluster’s name; default: host:port of its address.'),
  url: z
    .url({ protocol: /^https?$/, error: 'must look like http://jobmanager:8081' })
    .describe('The JobManager’s REST API. User and password may stand in it.'),
  token: z.string().min(1).optional().describe('Bearer token, where a proxy asks for one.'),
  namespace: z
    .string()
    .min(1)
    .max(255)
    .default('-')
    .describe('Namespace of its jobs; - outside Kubernetes.'),
  prometheus: z
    .array(z.url({ protocol: /^https?$/, error: 'must look like http://taskmanager:9249' }))
    .default([])
    .describe('Prometheus reporters of the JobManager and the TaskManagers.'),
})

/** Which processes of this machine to look at, and from where. */
export const HostConfig = z.strictObject({
  cluster: z
    .string()
    .min(1)
    .max(255)
    .describe('The cluster of processes whose command line has no kubernetes.cluster-id.'),
  reporter: z
    .url({ protocol: /^https?$/, error: 'must look like http://127.0.0.1:9249' })
    .optional()
    .describe(
      'Prometheus reporter of the one TaskManager here: it tells the ResourceID that the command line does not.',
    ),
  procRoot: z
    .string()
    .default('/proc')
    .describe('A DaemonSet mounts the host’s elsewhere; a sidecar shares the process namespace.'),
  cgroupRoot: z.string().default('/sys/fs/cgroup'),
  everyMs: z.int().min(1_000).default(10_000),
})

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** The kinds of objects that Kubernetes is asked for, by their names in RBAC. */
export const kubernetesKinds = [
  'pods',
  'nodes',
  'events',
  'flinkdeployments',
  'flinksessionjobs',
  'flinkstatesnapshots',
] as const

/** Which part of a Kubernetes cluster to look at, and as whom. */
export const KubernetesConfig = z.strictObject({
  server: z
    .url({ protocol: /^https?$/, error: 'must look like https://kubernetes.default.svc' })
    .refine((url) => !url.startsWith('http:') || loopback.test(new URL(url).hostname), {
      error: 'must be https; http is for kubectl proxy on this machine only',
    })
    .default('https://kubernetes.default.svc')
    .describe('The API server, for a pod with a service account or beside kubectl proxy.'),
  serviceAccount: z
    .string()
    .min(1)
    .default('/var/run/secrets/kubernetes.io/serviceaccount')
    .describe('Folder with token and ca.crt of the pod’s service account.'),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe('A kubeconfig file, instead of server and serviceAccount; costs 80 MB of memory.'),
  context: z.string().min(1).optional().describe('Context of the kubeconfig; default: its own.'),
  namespaces: z
    .array(z.string().min(1).max(63))
    .default([])
    .describe('Only these namespaces; empty for all, which needs a ClusterRole.'),
  node: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('Only this node and its pods: for an agent on each node (spec.nodeName).'),
  podSelector: z
    .string()
    .default('component in (jobmanager,taskmanager)')
    .describe('Label selector of the pods of Flink.'),
  kinds: z
    .array(z.enum(kubernetesKinds))
    .optional()
    .describe('What to look at; default: everything, on one node its pods and the node.'),
})

export const AgentConfig = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .default('agent')
    .describe('Names this agent in the pipeline; one per agent.'),
  clusters: z.array(ClusterConfig).default([]).describe('The Flink clusters to look at.'),
  host: HostConfig.optional().describe('Also look at the Flink processes of this machine or pod.'),
  kubernetes: KubernetesConfig.optional().describe(
    'Also look at what Kubernetes and the Flink operator know of the clusters.',
  ),
  requestsPerSecond: z
    .number()
    .min(0.2)
    .max(5)
    .default(5)
    .describe('Most REST requests a second per JobManager.'),
  statesEveryMs: z
    .int()
    .min(500)
    .default(1_500)
    .describe('How often job states and TaskManagers are read.'),
  detailsEveryMs: z
    .int()
    .min(1000)
    .default(5_000)
    .describe('How often counters and checkpoints are read.'),
  mostOtherSeries: z
    .int()
    .min(0)
    .max(20_000)
    .default(5_000)
    .describe(
      'Series of a reporter that no rule knows, kept every 30 s up to so many; 0 keeps none.',
    ),
  scrapeEveryMs: z.int().min(1000).default(5_000).describe('How often reporters are scraped.'),
})

export type HostConfig = z.output<typeof HostConfig>
export type KubernetesConfig = z.output<typeof KubernetesConfig>
export type ClusterConfig = z.output<typeof ClusterConfig>
export type AgentConfig = z.output<typeof AgentConfig>

/** The name of a cluster that was given none: what a person typed, without scheme and credentials. */
export function clusterName({ name, url }: Pick<ClusterConfig, 'name' | 'url'>): string {
  return name ?? new URL(url).host
}
