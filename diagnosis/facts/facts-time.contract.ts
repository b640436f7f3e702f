import { expect, test } from 'vitest'
import type { Subject } from './facts.contract.ts'
import { jobNamed, NOW, told, wordsOn, wordsOnCluster } from './payloads.fixture.ts'
import { EVENT_WINDOW_MS, SAMPLE_WINDOW_MS } from './source.ts'
import { WORDS_PER_TYPE } from './words.ts'

const ago = (ms: number) => NOW - ms
const HOUR = EVENT_WINDOW_MS

/** What is known at a moment: what came before it, how far back, and how much of it. */
export function timeContract({ source, give, read }: Subject): void {
  test('nothing that came after the moment is known at it', async () => {
    const job = jobNamed('cut-off', 'cut-off')
    const words = wordsOn(job, 'r1')
    const later = wordsOn(job, 'r2')
    const cluster = wordsOnCluster('cut-off')
    await give(
      told(
        words.run(ago(20_000)),
        words.topology(ago(20_000), 'first'),
        words.checkpoint(ago(20_000), 1, 'in-progress'),
        words.placement(ago(10_000), 'v0', 0, 'tm-1'),
      ),
      words.tasks(ago(10_000), { busyMs: [1] }),
      words.sample(ago(10_000), { restarts: [0] }),
      cluster.taskmanagerSample(ago(10_000), 'tm-1', { up: [1] }),
    )
    const then = await read(job, ago(10_000))
    await give(
      told(
        words.run(ago(9_999), { state: 'FAILING' }),
        words.topology(ago(9_999), 'second'),
        words.config(ago(9_999), { late: 'yes' }),
        words.checkpoint(ago(9_999), 1, 'completed'),
        words.placement(ago(9_999), 'v0', 1, 'tm-2'),
        words.exception(ago(9_999), 'late'),
        cluster.taskmanager(ago(9_999), 'tm-2'),
        cluster.cluster(ago(9_999), 'unreachable'),
        later.run(ago(9_000), { startedAt: ago(9_000) }),
      ),
      words.tasks(ago(9_999), { busyMs: [2] }),
      words.sample(ago(9_999), { restarts: [1] }),
      cluster.taskmanagerSample(ago(9_999), 'tm-1', { up: [0] }),
    )
    expect(await read(job, ago(10_000))).toEqual(then)
    expect(then.tasks).toHaveLength(1)
    expect(then.checkpoints.map(({ state }) => state)).toEqual(['in-progress'])
    expect((await read(job)).runs.map(({ run }) => run)).toEqual(['r2'])
    expect(await source().read([job], ago(20_001))).toEqual([])
  })

  test('samples reach five minutes back, both ends included', async () => {
    const job = jobNamed('windows', 'windows')
    const words = wordsOn(job, 'r1')
    const cluster = wordsOnCluster('windows')
    const moments = [SAMPLE_WINDOW_MS + 1, SAMPLE_WINDOW_MS, 0].map(ago)
    await give(told(words.run(ago(HOUR))))
    for (const at of moments) {
      await give(
        words.tasks(at, { busyMs: [1] }),
        words.sample(at, { restarts: [1] }),
        cluster.taskmanagerSample(at, 'tm', { up: [1] }),
      )
    }
    const facts = await read(job)
    for (const list of [facts.tasks, facts.samples, facts.processes]) {
      expect(list.map(({ at }) => at)).toEqual(moments.slice(1))
    }
  })

  test('before the last hour only the last word on what lasts is known', async () => {
    const job = jobNamed('lasting', 'lasting')
    const words = wordsOn(job, 'r1')
    const cluster = wordsOnCluster('lasting')
    const old = ago(HOUR + 2)
    const older = ago(9 * HOUR)
    await give(
      told(
        words.run(older, { state: 'CREATED' }),
        words.run(old),
        words.topology(older, 'older'),
        words.topology(old, 'old'),
        words.config(older, { is: 'older' }),
        words.placement(older, 'v0', 0, 'a'),
        words.placement(old, 'v0', 1, 'b'),
        words.placement(older, 'v1', 2, 'c'),
        words.placement(ago(HOUR), 'v0', 3, 'd'),
        words.placement(ago(1_000), 'v0', 4, 'e'),
        words.checkpoint(old, 1, 'completed'),
        words.checkpoint(ago(HOUR), 2, 'completed'),
        words.exception(old, 'old'),
        words.exception(ago(HOUR), 'recent'),
        cluster.taskmanager(older, 'stays'),
        cluster.taskmanager(older, 'left'),
        cluster.gone(old, 'left'),
        cluster.taskmanager(older, 'leaves'),
        cluster.gone(ago(HOUR), 'leaves'),
        cluster.cluster(older, 'unreachable'),
        cluster.cluster(old, 'reachable'),
      ),
    )
    const facts = await read(job)
    expect(facts.runs.map(({ state }) => state)).toEqual(['RUNNING'])
    expect(facts.topology?.vertices[0]?.name).toBe('old')
    expect(facts.config).toEqual({ is: 'older' })
    expect(facts.placements.map(({ tasks }) => tasks[0]?.attempt)).toEqual([2, 1, 3, 4])
    expect(facts.checkpoints.map(({ id }) => id)).toEqual([2])
    expect(facts.exceptions.map(({ message }) => message)).toEqual(['recent'])
    expect(facts.taskmanagers.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'leaves registered',
      'stays registered',
      'leaves gone',
    ])
    expect(facts.clusters.map(({ state }) => state)).toEqual(['reachable'])
  })

  test('a restart loop does not fill the memory, and does not hide a calm vertex', async () => {
    const job = jobNamed('loop')
    const words = wordsOn(job, 'r1')
    const rounds = WORDS_PER_TYPE + 50
    const at = (round: number) => ago((rounds - round) * 2_000)
    await give(
      told(
        words.run(at(0)),
        words.placement(at(0), 'calm', 0, 'tm-1'),
        ...Array.from({ length: rounds }, (_, i) => words.placement(at(i), 'v0', i)),
        ...Array.from({ length: rounds }, (_, i) => words.exception(at(i), `number ${i}`)),
      ),
    )
    const facts = await read(job)
    expect(facts.exceptions).toHaveLength(WORDS_PER_TYPE)
    expect(facts.exceptions.at(-1)?.message).toBe(`number ${rounds - 1}`)
    expect(facts.placements).toHaveLength(WORDS_PER_TYPE + 1)
    expect(facts.placements[0]?.vertex).toBe('calm')
  })

  test('jobs are listed while a sample or a word on their run came in the last hour', async () => {
    const cluster = 'listed'
    const ref = (name: string) => jobNamed(name, cluster)
    const at = (name: string, ms: number) => wordsOn(ref(name), 'r1').run(ago(ms))
    await give(
      told(at('b', HOUR), at('gone', HOUR + 1), at('future', -1), at('measured', 3 * HOUR)),
      wordsOn(ref('measured'), 'r1').sample(ago(10 * 60_000), { restarts: [0] }),
      told(at('a', 0)),
    )
    const listed = (await source().jobs(NOW)).filter((job) => job.startsWith(`${cluster}/`))
    expect(listed).toEqual([ref('a'), ref('b'), ref('measured')])
  })
}
