import { expect, test } from 'vitest'
import { ClusterConfig } from '../../config.ts'
import { flinkClusterNames } from './flink-clusters.ts'

type Configured = Readonly<{ name?: string; url: string; namespace?: string }>

test.each<[string, Configured, string]>([
  ['as the cluster-id', { name: 'orders', url: 'http://10.0.0.1:8081' }, 'orders'],
  ['after the service that Flink makes', { name: 'prod', url: 'http://orders-rest:8081' }, 'prod'],
  [
    'after the service with its namespace',
    { name: 'prod', url: 'http://orders-rest.flink.svc.cluster.local:8081' },
    'prod',
  ],
  [
    'after the service of standalone mode',
    { name: 'prod', url: 'http://orders-jobmanager.flink:8081' },
    'prod',
  ],
  [
    'not after the service of another namespace',
    { name: 'prod', url: 'http://orders-rest.staging:8081' },
    'orders',
  ],
  [
    'not after a cluster that is said to be in another namespace',
    { name: 'prod', url: 'http://orders-rest:8081', namespace: 'staging' },
    'orders',
  ],
  [
    'not after a service that is named alike',
    { name: 'prod', url: 'http://orders-2-rest' },
    'orders',
  ],
  [
    'by its address when it was given no name',
    { url: 'http://orders-rest:8081' },
    'orders-rest:8081',
  ],
])('the cluster with the id orders in flink is named %s', (_, configured, name) => {
  expect(flinkClusterNames([ClusterConfig.parse(configured)])('flink', 'orders')).toBe(name)
})
