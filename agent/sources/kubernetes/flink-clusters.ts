import { type ClusterConfig, clusterName } from '../../config.ts'

/** Our name of the Flink cluster with this cluster-id (the name of its FlinkDeployment) in a namespace. */
export type FlinkClusterName = (namespace: string, clusterId: string) => string

/**
 * A pod must carry the very name under which its JobManager is looked at, or nothing joins. That is the
 * configured cluster which is named like the cluster-id, or whose address is its service: `<id>-rest`,
 * `<id>-rest.<namespace>`, … (Flink makes `<cluster-id>-rest`; `<id>-jobmanager` is what Flink's documentation
 * calls it in standalone mode). Where there is none, the cluster-id itself is the name, as for host metrics.
 */
export function flinkClusterNames(clusters: readonly ClusterConfig[]): FlinkClusterName {
  return (namespace, clusterId) => {
    const own = clusters.find((cluster) => isAbout(cluster, namespace, clusterId))
    return own === undefined ? clusterId : clusterName(own)
  }
}

function isAbout(cluster: ClusterConfig, namespace: string, clusterId: string): boolean {
  const [service, within] = new URL(cluster.url).hostname.split('.')
  const isService = service === `${clusterId}-rest` || service === `${clusterId}-jobmanager`
  if (!isService && cluster.name !== clusterId) return false
  const known = cluster.namespace === '-' ? (isService ? within : undefined) : cluster.namespace
  return known === undefined || known === namespace
}
