import { expect, test } from 'vitest'
import { Efficiency } from '../../core/api/efficiency.ts'
import type { TaskManagerEvent } from '../../core/model/events.ts'
import type { ClusterUse } from '../../core/store/use.ts'
import { efficiencyConfig } from '../efficiency/config.ts'
import { exampleRun } from '../rounds/diagnoses.fixture.ts'
import type { CallerToken } from './guard.ts'
import { NOW, topology, type World, world } from './world.fixture.ts'

const GIBI = 2 ** 30

const use = (cluster: string, over: Partial<ClusterUse> = {}): ClusterUse => ({
  ...{ cluster, windows: 7 * 288, meanCores: 0.4, peakCores: 0.7, quotaCores: 4 },
  ...{ meanLiveHeapBytes: GIBI / 2, peakLiveHeapBytes: 0.55 * GIBI, heapBytes: 4 * GIBI },
  ...over,
})

const taskmanager = (cluster: string, over: Partial<TaskManagerEvent> = {}): TaskManagerEvent => ({
  ...{ type: 'taskmanager', at: NOW, cluster, id: 'tm-1', state: 'registered' },
  ...{ slots: 4, freeSlots: 2, cpuCores: 8, heapBytes: 2 * GIBI },
  ...over,
})

function fleet(
  uses: readonly ClusterUse[],
  settings: Partial<ReturnType<typeof efficiencyConfig.parse>> = {},
  tokens: readonly CallerToken[] = [],
) {
  const asked: (readonly string[])[] = []
  const seen = world(
    {
      use: async (clusters) => {
        asked.push(clusters)
        return uses.filter(({ cluster }) => clusters.includes(cluster))
      },
    },
    {
      efficiency: {
        ...efficiencyConfig.parse(settings),
        teamOf: (job) => (job.startsWith('prod/') ? 'payments' : ''),
      },
    },
    tokens,
  )
  return { ...seen, asked }
}

async function efficiency({ get }: Pick<World, 'get'>, query = ''): Promise<Efficiency> {
  return Efficiency.parse(await (await get(`/api/v1/efficiency${query}`)).json())
}

test('a job of its own cluster has all of it, and what its peak leaves free is said with its price', async () => {
  const seen = fleet([use('prod')], {
    pricePerCoreHour: 0.05,
    pricePerGibHour: 0.01,
    currency: 'EUR',
  })
  seen.put('prod/shop/orders', 9, {}, { topology, taskmanagers: [taskmanager('prod')] })
  const { jobs, teams, ...rest } = await efficiency(seen)
  expect(rest).toEqual({
    ...{
      from: NOW - 7 * 86_400_000,
      to: NOW,
      target: 0.1,
      lowShare: 1,
      met: false,
      currency: 'EUR',
    },
  })
  expect(jobs).toEqual([
    {
      ...{ job: 'prod/shop/orders', cluster: 'prod', namespace: 'shop', name: 'orders' },
      ...{ team: 'payments', shared: false, slots: 2, idleSlots: 2, slotUse: 'fair', low: true },
      cpu: { allotted: 4, mean: 0.4, peak: 0.7, share: 0.175, class: 'low' },
      memory: {
        ...{ allotted: 4 * GIBI, mean: GIBI / 2, peak: 0.55 * GIBI },
        ...{ share: 0.1375, class: 'low' },
      },
      observedMs: 7 * 86_400_000,
      savings: { cores: 3, memoryBytes: 3 * GIBI, perHour: expect.closeTo(0.18, 9) },
    },
  ])
  expect(teams).toEqual([
    {
      ...{ team: 'payments', jobs: 1, low: 1, unknown: 0, cores: 4, memoryBytes: 4 * GIBI },
      ...{ slots: 2, idleSlots: 2 },
      savings: { cores: 3, memoryBytes: 3 * GIBI, perHour: expect.closeTo(0.18, 9) },
    },
  ])
})

test('jobs of one cluster split it by their slots, and a free slot is nobody’s waste', async () => {
  const seen = fleet([use('lab')])
  const facts = { topology, taskmanagers: [taskmanager('lab')] }
  const wide = {
    ...topology,
    vertices: topology.vertices.map((vertex) => ({ ...vertex, parallelism: 6 })),
  }
  seen.put('lab/-/narrow', 9, {}, facts)
  seen.put('lab/-/wide', 9, {}, { ...facts, topology: wide })
  const { jobs } = await efficiency(seen)
  expect(
    jobs.map(({ name, team, shared, slots, idleSlots, cpu }) => [
      ...[name, team, shared, slots, idleSlots, cpu.allotted, cpu.share],
    ]),
  ).toEqual([
    ['wide', 'lab', true, 6, 0, 3, 0.175],
    ['narrow', 'lab', true, 2, 0, 1, 0.175],
  ])
})

test.each<[string, ClusterUse | undefined, object]>([
  [
    'nothing was measured',
    undefined,
    { cpu: 'unknown', memory: 'unknown', low: null, savings: null },
  ],
  [
    'only minutes were',
    use('lab', { windows: 3 }),
    { cpu: 'low', memory: 'low', low: true, savings: null },
  ],
  [
    'its heap is in use',
    use('lab', { peakLiveHeapBytes: 2 * GIBI }),
    { cpu: 'low', memory: 'fair', low: false, savings: { cores: 3 } },
  ],
  [
    'it works at its limit',
    use('lab', { peakCores: 3.9 }),
    { cpu: 'full', memory: 'low', low: false, savings: { cores: 0 } },
  ],
  [
    'containers have no limit: Flink’s word counts',
    use('lab', { quotaCores: null, peakCores: 4 }),
    { cpu: 'fair', memory: 'low', low: false, savings: { cores: expect.closeTo(8 - 4 / 0.7, 9) } },
  ],
])('where %s, that is what is told', async (_, one, expected) => {
  const seen = fleet(one ? [one] : [])
  seen.put('lab/-/orders', 9, {}, { topology, taskmanagers: [taskmanager('lab')] })
  const [job] = (await efficiency(seen)).jobs
  expect({
    ...{ cpu: job?.cpu.class, memory: job?.memory.class, low: job?.low },
    savings: job?.savings,
  }).toMatchObject(expected)
})

test('a job with most of its slots idle is low, whatever it uses of the rest', async () => {
  const seen = fleet([use('lab', { peakCores: 3.9 })])
  seen.put(
    'lab/-/orders',
    9,
    {},
    { topology, taskmanagers: [taskmanager('lab', { freeSlots: 6 })] },
  )
  const { jobs, lowShare, met } = await efficiency(seen)
  expect([jobs[0]?.slotUse, jobs[0]?.low, lowShare, met]).toEqual(['low', true, 1, false])
})

test('jobs that ended hold nothing, and a fleet without jobs meets no target and misses none', async () => {
  const seen = fleet([use('lab')])
  const run = exampleRun('lab/-/done', NOW, { state: 'FINISHED', endedAt: NOW })
  seen.put('lab/-/done', 9, { run }, { topology, runs: [run] })
  expect(await efficiency(seen)).toMatchObject({ jobs: [], teams: [], lowShare: null, met: null })
})

test('who may see one cluster is told of its jobs alone, and only that is read', async () => {
  const sha256 = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b' // secret
  const seen = fleet([use('prod'), use('lab')], {}, [{ name: 'lab', sha256, clusters: ['lab'] }])
  seen.put('prod/shop/orders', 9, {}, { topology })
  seen.put('lab/-/orders', 9, {}, { topology })
  const response = await seen.get('/api/v1/efficiency', {
    headers: { authorization: 'Bearer secret' },
  })
  const { jobs } = Efficiency.parse(await response.json())
  expect([jobs.map(({ job }) => job), seen.asked]).toEqual([['lab/-/orders'], [['lab']]])
})

test('a span that is none is refused', async () => {
  const { get } = fleet([])
  expect((await get('/api/v1/efficiency?from=soon')).status).toBe(400)
  expect((await get(`/api/v1/efficiency?from=${NOW - 90 * 86_400_000}`)).status).toBe(400)
})
