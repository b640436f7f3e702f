import { describe, expect, test } from 'vitest'
import {
  type MadeObject,
  madeCondition,
  madeNode,
  madePod,
  podStatus,
  running,
} from '../../../core/flink/kubernetes/objects.fixture.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import { ClusterConfig } from '../../config.ts'
import { lookAt, NOW } from './world.fixture.ts'

const podOf = (name: string, over: { metadata?: object; spec?: object } = {}) =>
  madePod(name, podStatus('Running', { state: running }), {
    metadata: { ...over.metadata },
    spec: { ...over.spec },
  })
const [a, b, c] = [podOf('a'), podOf('b'), podOf('c')]
const failed = (pod: MadeObject) => ({ ...pod, status: podStatus('Failed', { state: running }) })

/** Pods by name with their phase, in the order in which they were told. */
const pods = (events: readonly FlinkEvent[]) =>
  events.map((event) => (event.type === 'pod' ? `${event.name} ${event.phase}` : event.type))
const nodes = (events: readonly FlinkEvent[]) =>
  events.map((event) => (event.type === 'node' ? `${event.name} for ${event.cluster}` : event.type))

describe('a watch', () => {
  test('that was dropped goes on where it was, without a duplicate or a miss', async () => {
    const { server, tidings } = await lookAt([a, b], { kinds: ['pods'] })
    expect(pods(await tidings())).toEqual(['a Running', 'b Running'])
    server.put(failed(a))
    server.drop('pods')
    server.remove(b)
    server.put(c)
    expect(pods(await tidings())).toEqual(['a Failed', 'b gone', 'c Running'])
    expect(server.asked.filter((what) => what === 'list pods')).toHaveLength(1)
  })

  test('that is refused for a while goes on where it was', async () => {
    const { server, tidings } = await lookAt([a], { kinds: ['pods'] })
    await tidings()
    server.refuse('pods', 503)
    server.drop('pods')
    const before = server.asked.length
    await server.until(() => server.asked.length > before + 2)
    server.put(b)
    server.refuse('pods', undefined)
    expect(pods(await tidings())).toEqual(['b Running'])
    expect(server.asked.filter((what) => what === 'list pods')).toHaveLength(1)
  })

  test.each(['by status', 'by event'] as const)(
    'whose version is forgotten (told %s) lists again and tells what has changed since',
    async (how) => {
      const { server, tidings } = await lookAt([a, b, c], { kinds: ['pods'] })
      await tidings()
      server.drop('pods')
      server.remove(a)
      server.put(failed(b))
      server.forget(how)
      expect(pods(await tidings())).toEqual(['a gone', 'b Failed'])
      expect(server.asked.filter((what) => what === 'list pods')).toHaveLength(2)
    },
  )

  test('whose pod came back under its name while nobody looked tells the end of the first', async () => {
    const { server, tidings } = await lookAt([a], { kinds: ['pods'] })
    await tidings()
    server.drop('pods')
    server.remove(a)
    server.put({ ...a, metadata: { ...a.metadata, uid: 'another' } })
    server.forget('by event')
    expect(pods(await tidings())).toEqual(['a gone', 'a Running'])
  })

  test('is kept up to date by bookmarks, so that quiet kinds need no second list', async () => {
    const { server, tidings } = await lookAt([a], { kinds: ['pods'] })
    await tidings()
    server.forget('by status')
    server.bookmark('pods')
    expect(await tidings()).toEqual([])
    expect(server.asked.filter((what) => what === 'list pods')).toHaveLength(1)
  })

  test('begins with a list of any number of pages', async () => {
    const { server, tidings } = await lookAt([a, b, c], { kinds: ['pods'], pageSize: 2 })
    expect(pods(await tidings())).toEqual(['a Running', 'b Running', 'c Running'])
    expect(server.asked.slice(0, 3)).toEqual(['list pods', 'list pods', 'watch pods'])
  })

  test('leaves out an object of an unknown shape, says so and goes on', async () => {
    const { server, tidings, lines } = await lookAt([a], { kinds: ['pods'] })
    await tidings()
    server.put({ ...b, spec: { containers: 'none' } })
    server.put(c)
    expect(pods(await tidings())).toEqual(['c Running'])
    expect(lines.filter((line) => line.includes('has an unknown shape'))).toHaveLength(1)
  })
})

describe('what may not be seen', () => {
  const node = madeNode('node-1', [madeCondition('Ready', 'True', 'KubeletReady')])

  test('is said once, is left out and asked for again; all else goes on', async () => {
    const { server, tidings, clock, lines } = await lookAt([a, node], {
      ...{ kinds: ['pods', 'nodes'], refused: { nodes: 403 } },
    })
    expect(pods(await tidings())).toEqual(['a Running'])
    const asks = () => server.asked.filter((what) => what === 'list nodes').length
    await server.until(() => asks() === 1)
    await sleepersOf(clock, 1)
    await clock.advance(10 * 60_000)
    await server.until(() => asks() === 2)
    await sleepersOf(clock, 1)
    server.put(failed(a))
    expect(pods(await tidings())).toEqual(['a Failed'])
    expect(lines).toEqual([
      expect.stringMatching(
        /A kind of object cannot be seen .* grant list and watch .*nodes is forbidden: User .*weir.* cannot list it/,
      ),
    ])
    server.refuse('nodes', undefined)
    await clock.advance(10 * 60_000)
    expect(nodes(await tidings(['pods', 'nodes']))).toEqual(['node-1 for orders'])
  })

  test('because its CRD is missing hides nothing else', async () => {
    const { clock, tidings, lines } = await lookAt([a], {
      refused: { flinkdeployments: 404, flinksessionjobs: 404, flinkstatesnapshots: 404 },
    })
    expect(pods(await tidings())).toEqual(['a Running'])
    await sleepersOf(clock, 3)
    expect(lines.map((line) => /kind=(\w+).*because=missing/.exec(line)?.[1]).sort()).toEqual([
      ...['flinkdeployments', 'flinksessionjobs', 'flinkstatesnapshots'],
    ])
  })
})

describe('where is looked', () => {
  const elsewhere = podOf('elsewhere', { metadata: { namespace: 'staging' } })

  test('is everywhere when no namespace is named', async () => {
    const { tidings } = await lookAt([a, elsewhere], { kinds: ['pods'] })
    expect(pods(await tidings())).toEqual(['a Running', 'elsewhere Running'])
  })

  test('is in the namespaces that are named', async () => {
    const config = { namespaces: ['flink'] }
    const { server, tidings } = await lookAt([a, elsewhere], { kinds: ['pods'], config })
    expect(pods(await tidings())).toEqual(['a Running'])
    server.put(failed(elsewhere))
    expect(await tidings()).toEqual([])
  })

  test('on one node is at its pods and itself', async () => {
    const other = podOf('b', { spec: { nodeName: 'node-2' } })
    const ready = [madeCondition('Ready', 'True', 'KubeletReady')]
    const { server, tidings } = await lookAt(
      [a, other, madeNode('node-1', ready), madeNode('node-2', ready)],
      { kinds: ['pods', 'nodes'], config: { node: 'node-1', kinds: undefined } },
    )
    expect(pods(await tidings())).toEqual(['a Running', 'node'])
    expect([...new Set(server.asked)].sort()).toEqual([
      ...['list nodes', 'list pods', 'watch nodes', 'watch pods'],
    ])
  })

  test('a pod is of the cluster whose JobManager is looked at under another name', async () => {
    const prod = ClusterConfig.parse({ name: 'prod', url: 'http://orders-rest.flink:8081' })
    const { tidings } = await lookAt([a], { kinds: ['pods'], clusters: [prod] })
    expect(await tidings()).toMatchObject([{ at: NOW, cluster: 'prod', name: 'a' }])
  })
})

/** That a request was answered is not yet that its answer was read, and is being waited upon. */
async function sleepersOf(clock: { sleepers(): number }, count: number): Promise<void> {
  while (clock.sleepers() < count) await new Promise((turn) => setImmediate(turn))
}
