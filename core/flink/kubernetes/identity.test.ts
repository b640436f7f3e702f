import { expect, test } from 'vitest'
import { clusterIdOf, componentOf, type Launch, resourceIdOf } from './identity.ts'

type Labels = Readonly<Record<string, string>>

test.each<[string, Labels, string | undefined, string]>([
  [
    'of native mode and of the operator',
    { app: 'orders', component: 'taskmanager', type: 'flink-native-kubernetes' },
    'orders',
    'taskmanager',
  ],
  ['of Flink’s manifests', { app: 'flink', component: 'jobmanager' }, 'flink', 'jobmanager'],
  [
    'of a Helm chart',
    {
      ...{ 'app.kubernetes.io/name': 'flink', 'app.kubernetes.io/instance': 'prod' },
      'app.kubernetes.io/component': 'taskmanager',
    },
    'prod',
    'taskmanager',
  ],
  ['with a name only', { 'app.kubernetes.io/name': 'flink' }, 'flink', 'other'],
  ['of another program', { app: '', component: 'web' }, undefined, 'other'],
  ['that are none', {}, undefined, 'other'],
])('labels %s', (_, labels, clusterId, component) => {
  expect([clusterIdOf(labels), componentOf(labels)]).toEqual([clusterId, component])
})

const pod = { name: 'tm-0', ip: '10.0.0.7', hostname: 'tm-0' }
const env = (name: string, value?: string, field?: string) => ({ name, value, field })
const launch = (words: readonly string[], ...set: Launch['env']): Launch => ({ words, env: set })
const properties = (text: string) => env('FLINK_PROPERTIES', text)

test.each<[string, Launch, string | undefined]>([
  ['is not known when Flink draws it', launch(['taskmanager']), undefined],
  ['stands on the command line', launch(['-Dtaskmanager.resource-id=tm-a']), 'tm-a'],
  ['stands there in two words', launch(['-D', 'taskmanager.resource-id=tm-a']), 'tm-a'],
  [
    'is the last of several on the command line',
    launch(['-Dtaskmanager.resource-id=tm-a', '-Dtaskmanager.resource-id=tm-b']),
    'tm-b',
  ],
  [
    'is the pod’s name through a variable',
    launch(['-Dtaskmanager.resource-id=$(POD)'], env('POD', undefined, 'metadata.name')),
    'tm-0',
  ],
  [
    'is made of the pod’s address and more',
    launch(['-Dtaskmanager.resource-id=$(IP):6122'], env('IP', undefined, 'status.podIP')),
    '10.0.0.7:6122',
  ],
  [
    'is not known through a variable that is not the pod’s own',
    launch(['-Dtaskmanager.resource-id=$(TOKEN)'], env('TOKEN', 'hunter2')),
    undefined,
  ],
  [
    'stands in FLINK_PROPERTIES',
    launch([], properties('a.b: 1\ntaskmanager.resource-id: tm-a\n')),
    'tm-a',
  ],
  [
    'is the host’s name, which envsubst puts in',
    launch([], properties('taskmanager.resource-id: $HOSTNAME')),
    'tm-0',
  ],
  [
    'is a variable in braces',
    launch(
      [],
      properties(`taskmanager.resource-id: ${'$'}{POD}`),
      env('POD', undefined, 'metadata.name'),
    ),
    'tm-0',
  ],
  [
    'on the command line goes before the properties',
    launch(['-Dtaskmanager.resource-id=tm-a'], properties('taskmanager.resource-id: tm-b')),
    'tm-a',
  ],
])('the ResourceID in standalone mode %s', (_, one, id) => {
  expect(resourceIdOf({ component: 'taskmanager' }, [one], pod)).toBe(id)
})

test('the ResourceID in native mode is the pod’s name', () => {
  expect(resourceIdOf({ type: 'flink-native-kubernetes' }, [], pod)).toBe('tm-0')
})
