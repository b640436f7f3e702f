import { z } from 'zod'
import { kafkaConnection } from '../core/bus/config.ts'

/** One Flink cluster to look at. */
export const ClusterConfig = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe('The cluster’s name; default: host:port of its address.'),
    url: z
      .url({ protocol: /^https?$/, error: 'must look like http://jobmanager:8081' })
      .optional()
      .describe(
        'The JobManager’s REST API. User and password may stand in it. A sidecar has none, but a name and a reporter.',
      ),
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
  .refine(
    ({ name, url, prometheus }) =>
      url !== undefined || (name !== undefined && prometheus.length > 0),
    {
      error: 'needs the url of a JobManager; or, as a sidecar, a name and a reporter in prometheus',
    },
  )

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
  reporterPort: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'Port of Flink’s Prometheus reporter, usually 9249: every pod that is seen is scraped, too. For an agent on each node.',
    ),
  kinds: z
    .array(z.enum(kubernetesKinds))
    .optional()
    .describe('What to look at; default: everything, on one node its pods and the node.'),
})

/** A Kafka cluster that jobs read from. */
export const KafkaSourceConfig = z.strictObject({
  cluster: z
    .string()
    .min(1)
    .max(255)
    .describe('The Flink cluster whose jobs read from it, as in agent.clusters.'),
  ...kafkaConnection,
  topics: z
    .array(z.string().min(1).max(249))
    .default([])
    .describe('Topics to look at; default: those that jobs tell they read, by their reporters.'),
  everyMs: z.int().min(1_000).default(10_000),
  mostPartitions: z
    .int()
    .min(1)
    .default(5_000)
    .describe('Partitions to look at in all; topics beyond it are left out, and said.'),
})

/** A HistoryServer: the archives of clusters that may be gone. */
export const HistoryConfig = z.strictObject({
  cluster: z
    .string()
    .min(1)
    .max(255)
    .describe('The cluster whose archives these are, as in agent.clusters.'),
  namespace: z.string().min(1).max(255).default('-').describe('As in agent.clusters.'),
  url: z
    .url({ protocol: /^https?$/, error: 'must look like http://history:8082' })
    .describe('The HistoryServer’s REST API.'),
  token: z.string().min(1).optional().describe('Bearer token, where a proxy asks for one.'),
  everyMs: z.int().min(5_000).default(30_000),
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
  history: z
    .array(HistoryConfig)
    .default([])
    .describe('HistoryServers to ask for runs that ended while nobody looked.'),
  kafka: z
    .array(KafkaSourceConfig)
    .default([])
    .describe('Kafka clusters to ask for the ends of topics, for the true lag of sources.'),
  kubernetes: KubernetesConfig.optional().describe(
    'Also look at what Kubernetes and the Flink operator know of the clusters.',
  ),
  metrics: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
      port: z.int().min(0).max(65_535).describe('0 takes any free port.'),
    })
    .optional()
    .describe('Where this agent shows its own /metrics and /livez; nowhere unless given.'),
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

export type KafkaSourceConfig = z.output<typeof KafkaSourceConfig>
export type HostConfig = z.output<typeof HostConfig>
export type KubernetesConfig = z.output<typeof KubernetesConfig>
export type ClusterConfig = z.output<typeof ClusterConfig>
export type AgentConfig = z.output<typeof AgentConfig>

/** The name of a cluster that was given none: what a person typed, without scheme and credentials. */
export function clusterName({ name, url }: Pick<ClusterConfig, 'name' | 'url'>): string {
  return name ?? (url === undefined ? '' : new URL(url).host)
}
