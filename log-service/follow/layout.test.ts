import { describe, expect, test } from 'vitest'
import { withoutGeneration } from './layout.ts'
import { criLayout } from './layout-cri.ts'
import { filesLayout } from './layout-files.ts'

test.each([
  ['app.log', 'app.log', false, false],
  ['app.log.1', 'app.log', true, false],
  ['app.log.12.gz', 'app.log', true, true],
  ['app.log-20260105', 'app.log', true, false],
  ['app.log-20260105.gz', 'app.log', true, true],
  ['app.log.20260105-101112', 'app.log', true, false],
  ['app.log.20260105-101112.gz', 'app.log', true, true],
  ['app.log.2026-01-05-3', 'app.log', true, false],
  ['app.log.1.20260105', 'app.log', true, false],
  ['a/gc.log.0', 'a/gc.log', true, false],
  // A number that belongs to the name stands before its end.
  ['flink-1-taskexecutor-0-host-2.log', 'flink-1-taskexecutor-0-host-2.log', false, false],
])('%s is a generation of %s', (path, stem, rotated, compressed) => {
  expect(withoutGeneration(path)).toEqual({ stem, rotated, compressed })
})

test.each(['app.log.tmp', 'app.log.1.gz.tmp', 'app.log~', 'a/.app.log.swp', '.hidden.log'])(
  '%s is no log',
  (path) => {
    expect(withoutGeneration(path)).toBeUndefined()
  },
)

describe('logs of pods', () => {
  const source = criLayout({
    ...{ root: '/var/log/pods', cluster: 'prod', node: 'n1', linkRoots: [] },
    namespaces: ['flink', 'shop'],
  })
  const uid = '4f9c0b7e-5a53-4f0e-9b1b-0c7f3f0f2a11'

  test('the path tells namespace, pod, uid, container and restarts', () => {
    const path = `flink_orders-taskmanager-1-1_${uid}/flink-main-container/2.log`
    expect(source.place(path)).toEqual({
      ...{ stem: path, rotated: false, compressed: false },
      origin: {
        ...{ cluster: 'prod', node: 'n1', namespace: 'flink', pod: 'orders-taskmanager-1-1' },
        ...{ podUid: uid, container: 'flink-main-container', attempt: 2, path },
      },
    })
  })

  test('a rotated file is of the same log', () => {
    const path = `flink_tm_${uid}/main/0.log.20260105-101112.gz`
    expect(source.place(path)).toMatchObject({
      ...{ stem: `flink_tm_${uid}/main/0.log`, rotated: true, compressed: true },
      origin: { attempt: 0, path: `flink_tm_${uid}/main/0.log` },
    })
  })

  test.each([
    [`kube-system_dns_${uid}/dns/0.log`, 'another namespace'],
    [`flink_tm_${uid}/main/0.log.tmp`, 'being made'],
    [`flink_tm_${uid}/main/current.log`, 'no number of restarts'],
    [`flink_tm_${uid}/0.log`, 'no container'],
    ['flink_tm/main/0.log', 'no uid'],
  ])('%s is left alone: %s', (path) => {
    expect(source.place(path)).toBeUndefined()
  })
})

describe('log files', () => {
  const files = (folders: string) =>
    filesLayout({
      ...{ root: '/logs', cluster: 'prod', node: 'n1', folders },
      endings: ['.log', '.out'],
    })
  const originOf = (folders: string, path: string) => files(folders).place(path)?.origin

  test('folders tell namespace, job, uid and attempt; Flink’s name tells the pod', () => {
    const path =
      'shop/orders/uid-1/3/flink-flink-kubernetes-taskmanager-0-orders-taskmanager-1-2.log.1'
    expect(originOf('{namespace}/{job}/{podUid}/{attempt}', path)).toEqual({
      ...{ cluster: 'prod', node: 'n1', namespace: 'shop', job: 'prod/shop/orders' },
      ...{ podUid: 'uid-1', attempt: 3, pod: 'orders-taskmanager-1-2' },
      ...{ taskmanager: 'orders-taskmanager-1-2', path: path.slice(0, -2) },
    })
  })

  test.each([
    ['{namespace}/{job}/{podUid}/{attempt}', 'shop/orders/uid-1/x.log', 'a folder is missing'],
    ['{namespace}/{job}/{podUid}/{attempt}', 'shop/orders/uid-1/three/x.log', 'no number'],
    ['logs/{pod}', 'other/tm-1/x.log', 'another folder'],
    ['', 'x.txt', 'another ending'],
    ['', 'x.log.tmp', 'being made'],
  ])('by %s, %s is left alone: %s', (folders, path) => {
    expect(originOf(folders, path)).toBeUndefined()
  })

  test.each([
    ['logs/{pod}', 'logs/tm-1/x.log', { pod: 'tm-1', namespace: '-', attempt: 0 }],
    ['*/{pod}', 'anything/tm-1/x.log', { pod: 'tm-1' }],
    ['', 'jobmanager.log', { pod: 'n1', path: 'jobmanager.log' }],
    ['', 'tm-1/log/taskmanager.log', { pod: 'tm-1' }],
    ['', 'flink-root-standalonesession-0-host1.out', { pod: 'host1' }],
  ])('by %s, %s tells %j', (folders, path, told) => {
    expect(originOf(folders, path)).toMatchObject(told)
  })
})
