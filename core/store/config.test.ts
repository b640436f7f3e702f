import { expect, test } from 'vitest'
import { storeConfig } from './config.ts'

test.each<[string, object, object]>([
  [
    'an embedded store',
    { kind: 'chdb', path: '/var/lib/weir' },
    {
      kind: 'chdb',
      path: '/var/lib/weir',
      database: 'weir',
      lanes: 3,
      threads: 2,
      backgroundThreads: 2,
      maxMemoryBytes: 1_200_000_000,
      maxQueryMemoryBytes: 600_000_000,
      fsync: false,
    },
  ],
  [
    'a server',
    { kind: 'clickhouse', url: 'https://clickhouse:8443', cluster: 'main' },
    {
      kind: 'clickhouse',
      url: 'https://clickhouse:8443',
      database: 'weir',
      username: 'default',
      password: '',
      cluster: 'main',
      requestTimeoutMs: 60_000,
      maxConnections: 10,
      compression: false,
    },
  ],
])('%s needs little', (_, given, expected) => {
  expect(storeConfig.parse(given)).toEqual(expected)
})

test.each([
  ['no path', { kind: 'chdb' }, ['path']],
  ['an unknown key', { kind: 'chdb', path: '/x', url: 'http://x' }, []],
  ['a shared database', { kind: 'chdb', path: '/x', database: 'default' }, ['database']],
  ['a hostile database', { kind: 'chdb', path: '/x', database: 'a`b' }, ['database']],
  ['an address that is not HTTP', { kind: 'clickhouse', url: 'tcp://x:9000' }, ['url']],
  ['an unknown kind', { kind: 'sqlite' }, ['kind']],
])('%s is refused', (_, given, path) => {
  expect(storeConfig.safeParse(given).error?.issues.map((issue) => issue.path)).toEqual([path])
})
