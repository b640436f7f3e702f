import { beforeEach, describe, expect, test } from 'vitest'
import type { FindingsPage, Fleet, JobsPage, TroublesPage } from '../../core/api/public.ts'
import type { PlatformTrouble } from '../../core/model/platform.ts'
import { followTroubles } from '../platform/troubles.ts'
import { exportToPrometheus } from './prometheus.ts'
import { NOW, slowSink, type World, world } from './world.fixture.ts'

const config = { 'bootstrap.servers': 'kafka-2:9092, kafka-1:9092' }
const brokers = 'kafka-1:9092,kafka-2:9092'
const jobs = ['prod-1/shop/a', 'prod-1/shop/b', 'prod-2/shop/c']
const unreachable = (job: string) => ({
  ...slowSink,
  ...{ key: `broker-unreachable@job:${job}`, rule: 'broker-unreachable', since: NOW - 90_000 },
})
const ended = {
  thing: { kind: 'node', name: 'n1' },
  finding: { ...slowSink, key: 'platform-wide@node:n1', state: 'resolved', resolvedAt: NOW - 5 },
  ...{ causes: ['taskmanager-lost'], jobs, sharing: 3 },
} as const satisfies PlatformTrouble

/** What a round does after all jobs were looked at. */
function look({ board }: World): void {
  const words = [...board.spoken().values()].map(({ diagnosis, facts }) => {
    return { ...diagnosis, shares: facts.shares }
  })
  board.blame(followTroubles(board.troubles(), words, NOW).open)
}

let all: World
beforeEach(() => {
  all = world({ troubles: async () => [ended] })
  for (const job of jobs) all.put(job, 4, { findings: [unreachable(job)] }, { config })
  all.put('prod-1/shop/d', 9, {}, {})
  look(all)
})

// Each path has the type that its test names.
const read = async <T>(path: string) => (await (await all.get(path)).json()) as T

describe('a trouble of a shared thing', () => {
  test('stands at the head of the fleet, with its jobs', async () => {
    const { troubles } = await read<Fleet>('/api/v1/fleet')
    expect(troubles).toEqual([
      {
        thing: { kind: 'broker', name: brokers },
        ...{ causes: ['broker-unreachable'], severity: 'major', since: NOW - 90_000 },
        ...{ jobs: 3, sharing: 3, examples: jobs },
        text: expect.stringMatching(
          /^3 of 3 jobs that share the brokers kafka-1:9092,kafka-2:9092 /,
        ),
        suggestion: expect.stringMatching(/^Look at the brokers /),
      },
    ])
  })

  test('is the cause in each of its jobs; their own finding is its consequence, and keeps its points', async () => {
    const { items } = await read<FindingsPage>(`/api/v1/jobs/${jobs[0]}/findings`)
    const key = `platform-wide@broker:${brokers}`
    expect(items.map((f) => [f.rule, f.cause, f.explainedBy, f.points])).toEqual([
      ['platform-wide', true, undefined, 0],
      ['broker-unreachable', false, key, slowSink.points],
    ])
    const { items: rows } = await read<JobsPage>('/api/v1/jobs')
    expect(rows.map(({ name, topCause, score }) => [name, topCause?.rule, score])).toEqual([
      ['a', 'platform-wide', 4],
      ['b', 'platform-wide', 4],
      ['c', 'platform-wide', 4],
      ['d', undefined, 9],
    ])
  })

  test('is listed with those that ended', async () => {
    const { items } = await read<TroublesPage>('/api/v1/troubles')
    expect(items.map(({ finding, jobs }) => [finding.key, finding.state, jobs.length])).toEqual([
      [`platform-wide@broker:${brokers}`, 'open', 3],
      ['platform-wide@node:n1', 'resolved', 3],
    ])
  })

  test('is a series', async () => {
    const { latest: latestDiagnoses, troubles } = all.board
    exportToPrometheus(all.registry, { latestDiagnoses, troubles, intervalMs: 5_000 }, all.clock)
    const text = await (await all.get('/metrics')).text()
    const labels = `kind="broker",name="${brokers}",severity="major"`
    expect(text).toContain(`weir_platform_trouble_jobs{${labels}} 3\n`)
  })

  test('lets go of jobs that have recovered, and of all of them when it is over', async () => {
    all.put(jobs[0] ?? '', 9, {}, { config })
    const open = async (job = '') =>
      (await read<FindingsPage>(`/api/v1/jobs/${job}/findings`)).items.map(({ rule }) => rule)
    expect(await open(jobs[0])).toEqual([])
    all.board.blame([])
    expect(await open(jobs[1])).toEqual(['broker-unreachable'])
    expect((await read<Fleet>('/api/v1/fleet')).troubles).toEqual([])
  })
})
