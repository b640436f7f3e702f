import { expect, test } from 'vitest'
import type { JobFacts } from '../../core/model/facts.ts'
import { JOBMANAGER } from '../../core/model/samples.ts'
import type { Subject } from './facts.contract.ts'
import { jobNamed, NOW, told, wordsOn, wordsOnCluster } from './payloads.fixture.ts'

const ago = (ms: number) => NOW - ms

/** What belongs to a job, and in which shape. */
export function contentContract({ source, give, read }: Subject): void {
  test('what was inferred from metrics counts until Flink itself says something, and never after', async () => {
    const job = jobNamed('inferred', 'seen')
    const words = wordsOn(job, 'r1')
    const inferred = { inferred: true } as const
    const run = words.run(ago(9_000), { startedAt: ago(9_000), flinkVersion: '', ...inferred })
    const { topology, ...about } = words.topology(ago(9_000), 'Map')
    const graph = { ...about, topology: { ...topology, edges: [], ...inferred } }
    await give(told(run, graph))
    expect(await read(job)).toMatchObject({ runs: [run], topology: graph.topology })

    const said = words.run(ago(8_000))
    const plan = words.topology(ago(8_000), 'Source', 'Map')
    const again = { ...graph, at: ago(7_000) }
    await give(told(said, plan, { ...run, at: ago(7_000) }, again))
    expect(await read(job)).toMatchObject({ runs: [said], topology: plan.topology })
  })

  test('a job is everything that was said and measured of it, oldest first', async () => {
    const job = jobNamed('whole', 'whole')
    const words = wordsOn(job, 'r1')
    const cluster = wordsOnCluster('whole')
    const begun = words.run(ago(60_000), { state: 'CREATED' })
    const running = words.run(ago(50_000), { endedAt: NOW, bounded: true })
    const placed = [
      words.placement(ago(50_000), 'v0', 0, 'tm-1'),
      words.placement(ago(50_000), 'v1', 0),
    ]
    const done = words.checkpoint(ago(10_000), 7, 'completed', { externalPath: 'file:/a/b' })
    const failed = words.checkpoint(ago(5_000), 8, 'failed', { failure: 'expired', tasks: [] })
    const fault = words.exception(ago(4_000), 'no route', { task: 'Map (1/2)' })
    const lab1 = cluster.taskmanager(ago(59_000), 'tm-1', {
      cpuCores: 1.5,
      heapBytes: 2 ** 33,
    })
    const reached = cluster.cluster(ago(61_000), 'reachable')
    const graph = words.topology(ago(55_000), 'Source', 'Sink: out')
    const pending = cluster.pod(ago(58_000), 'shop-tm-1', { phase: 'Pending', ready: false })
    const started = cluster.pod(ago(57_000), 'shop-tm-1', { taskmanager: 'tm-1' })
    await give(
      words.tasks(ago(5_000), { busyMs: [2.5, 7], recordsIn: [2 ** 53, 0] }),
      words.tasks(ago(10_000), { busyMs: [1, 2] }, { vertex: 'v1', attempt: 3 }),
      words.tasks(ago(5_000), { watermarkAt: [-(2 ** 63)] }, { via: 'flink-prometheus' }),
      words.sample(ago(5_000), { tasksRunning: [2], restarts: [0] }),
      cluster.taskmanagerSample(ago(5_000), 'tm-1', { cpuMs: [0.125], up: [1] }),
      cluster.jobmanagerSample(ago(5_000), { heapUsedBytes: [1e9] }),
      told(running, graph, ...placed, words.config(ago(55_000), { 'a.b': "it's" })),
      told(fault, failed, done, begun, lab1, reached, started, pending),
    )

    const about = { job, run: 'r1' }
    const rest = { ...about, vertex: 'v0', attempt: 0, via: 'flink-rest' as const, at: ago(5_000) }
    const process = { cluster: 'whole', via: 'flink-prometheus' as const, at: ago(5_000) }
    expect(await read(job)).toEqual({
      job,
      ref: { cluster: 'whole', namespace: '-', name: 'whole' },
      at: NOW,
      runs: [begun, running],
      topology: graph.topology,
      config: { 'a.b': "it's" },
      tasks: [
        {
          ...rest,
          vertex: 'v1',
          subtask: 0,
          attempt: 3,
          at: ago(10_000),
          values: { busyMs: 1 },
        },
        {
          ...rest,
          vertex: 'v1',
          subtask: 1,
          attempt: 3,
          at: ago(10_000),
          values: { busyMs: 2 },
        },
        {
          ...{ ...rest, subtask: 0, via: 'flink-prometheus' },
          values: { watermarkAt: -(2 ** 63) },
        },
        { ...rest, subtask: 0, values: { busyMs: 2.5, recordsIn: 2 ** 53 } },
        { ...rest, subtask: 1, values: { busyMs: 7, recordsIn: 0 } },
      ],
      processes: [
        { ...process, process: JOBMANAGER, values: { heapUsedBytes: 1e9 } },
        { ...process, process: 'tm_1', values: { cpuMs: 0.125, up: 1 } },
      ],
      samples: [
        {
          ...about,
          via: 'flink-rest',
          at: ago(5_000),
          values: { tasksRunning: 2, restarts: 0 },
        },
      ],
      placements: placed,
      checkpoints: [done, failed],
      exceptions: [fault],
      taskmanagers: [lab1],
      clusters: [reached],
      pods: [pending, started],
      logs: undefined,
    } satisfies JobFacts)
  })

  test('what was not measured is absent, never zero', async () => {
    const job = jobNamed('absent')
    const words = wordsOn(job, 'r1')
    await give(
      told(words.run(ago(9_000))),
      words.tasks(ago(5_000), { busyMs: [null, 3], idleMs: [Number.NaN, null] }),
      words.sample(ago(5_000), { restarts: [Number.POSITIVE_INFINITY] }),
    )
    const facts = await read(job)
    expect(facts.tasks.map(({ values }) => values)).toEqual([{}, { busyMs: 3 }])
    expect(facts.samples.map(({ values }) => values)).toEqual([{}])
    expect([facts.topology, facts.config]).toEqual([undefined, undefined])
    expect([facts.placements, facts.checkpoints, facts.exceptions]).toEqual([[], [], []])
  })

  test('only the run that was submitted last counts, whichever was heard of last', async () => {
    const job = jobNamed('two-runs')
    const old = wordsOn(job, 'old')
    const young = wordsOn(job, 'young')
    await give(
      told(
        young.run(ago(30_000), { startedAt: ago(30_000) }),
        young.topology(ago(30_000), 'young'),
        young.placement(ago(30_000), 'v0', 1),
        // An agent that starts anew tells of ended runs, too.
        old.run(ago(10_000), { startedAt: ago(90_000), state: 'FAILED' }),
        old.topology(ago(10_000), 'old'),
        old.config(ago(10_000), { from: 'old' }),
        old.placement(ago(10_000), 'v0', 9),
        old.checkpoint(ago(10_000), 1, 'completed'),
        old.exception(ago(10_000), 'old'),
      ),
      old.tasks(ago(9_000), { busyMs: [1] }),
      old.sample(ago(9_000), { restarts: [1] }),
      young.tasks(ago(8_000), { busyMs: [2] }),
    )
    const facts = await read(job)
    expect(facts.runs.map(({ run }) => run)).toEqual(['young'])
    expect(facts.topology?.vertices.map(({ name }) => name)).toEqual(['young'])
    expect(facts.config).toBeUndefined()
    expect(facts.placements.map(({ run }) => run)).toEqual(['young'])
    expect([facts.checkpoints, facts.exceptions, facts.samples]).toEqual([[], [], []])
    expect(facts.tasks.map(({ values }) => values)).toEqual([{ busyMs: 2 }])
  })

  test('two jobs of one session cluster share its processes, and nothing else', async () => {
    const [a, b] = [jobNamed('a', 'session'), jobNamed('b', 'session')]
    const other = jobNamed('a', 'elsewhere')
    const cluster = wordsOnCluster('session')
    const elsewhere = wordsOnCluster('elsewhere')
    for (const [index, job] of [a, b, other].entries()) {
      const words = wordsOn(job, `r${index}`)
      await give(
        told(words.run(ago(9_000)), words.exception(ago(8_000), `of ${index}`)),
        words.tasks(ago(7_000), { busyMs: [index] }),
      )
    }
    await give(
      told(
        cluster.taskmanager(ago(9_000), 'tm-1'),
        cluster.cluster(ago(9_000), 'unreachable', 'refused'),
        elsewhere.taskmanager(ago(9_000), 'tm-1'),
      ),
      cluster.taskmanagerSample(ago(7_000), 'tm-1', { up: [0] }),
      elsewhere.taskmanagerSample(ago(7_000), 'tm-1', { up: [1] }),
    )
    const facts = await source().read([b, other, a], NOW)
    expect(facts.map(({ job }) => job)).toEqual([b, other, a])
    const shared = (of: JobFacts | undefined) => [of?.processes, of?.taskmanagers, of?.clusters]
    expect(shared(facts[0])).toEqual(shared(facts[2]))
    expect(facts.map((of) => of.processes.map(({ values }) => values.up))).toEqual([[0], [1], [0]])
    expect(facts.map((of) => of.clusters.length)).toEqual([1, 0, 1])
    expect(facts.map((of) => of.tasks.map(({ values }) => values.busyMs))).toEqual([[1], [2], [0]])
    expect(facts.map((of) => of.exceptions.map(({ message }) => message))).toEqual([
      ['of 1'],
      ['of 2'],
      ['of 0'],
    ])
  })

  test.each([
    ['markup', '<img src=x onerror=alert(1)>'],
    ['quotes and escapes', `it's "so" \`\\' OR 1=1 --;\n\t{job:String}`],
    ['Chinese and slashes', '订单/实时 → 宽表 👩🏽‍💻'],
    ['five thousand characters', '长 '.repeat(2_500)],
    ['what cannot be seen', '\u0000\u202e\ufffd\u200b'],
  ])('names may hold %s', async (_, name) => {
    const job = jobNamed(name, name)
    const words = wordsOn(job, 'r1')
    const cluster = wordsOnCluster(name)
    const events = [
      words.run(ago(9_000)),
      words.topology(ago(9_000), name, `Sink: ${name}`),
      words.config(ago(9_000), { [name]: name }),
      words.exception(ago(8_000), name, { name, task: name, stack: name, taskmanager: name }),
      cluster.taskmanager(ago(9_000), name),
      cluster.cluster(ago(9_000), 'unreachable', name),
    ]
    await give(told(...events), words.tasks(ago(7_000), { busyMs: [1] }))
    await give(cluster.taskmanagerSample(ago(7_000), name, { up: [1] }))
    expect(await source().jobs(NOW)).toContain(job)
    const facts = await read(job)
    expect(facts.ref).toEqual({ cluster: name, namespace: '-', name })
    expect(facts.topology?.vertices[0]?.name).toBe(name)
    expect(facts.config).toEqual({ [name]: name })
    expect([facts.runs[0], facts.exceptions[0], facts.taskmanagers[0], facts.clusters[0]]).toEqual([
      events[0],
      events[3],
      events[4],
      events[5],
    ])
    expect([facts.tasks.length, facts.processes[0]?.cluster]).toEqual([1, name])
  })

  test('a checkpoint is known by its newest word, and an end is its last', async () => {
    const job = jobNamed('checkpoints')
    const words = wordsOn(job, 'r1')
    await give(
      told(
        words.run(ago(90_000)),
        words.checkpoint(ago(9_000), 10, 'in-progress'),
        words.checkpoint(ago(8_000), 10, 'failed'),
        words.checkpoint(ago(7_000), 9, 'completed'),
        words.checkpoint(ago(7_000), 9, 'in-progress'),
        words.checkpoint(ago(6_000), 11, 'in-progress'),
      ),
    )
    const facts = await read(job)
    expect(facts.checkpoints.map(({ id, state }) => `${id} ${state}`)).toEqual([
      '10 failed',
      '9 completed',
      '11 in-progress',
    ])
  })

  test('what comes twice counts once', async () => {
    const job = jobNamed('twice', 'twice')
    const words = wordsOn(job, 'r1')
    const cluster = wordsOnCluster('twice')
    const payloads = [
      told(words.run(ago(9_000)), words.exception(ago(8_000), 'once')),
      told(words.exception(ago(8_000), 'another at the same moment')),
      words.tasks(ago(5_000), { busyMs: [1, 2] }),
      words.sample(ago(5_000), { restarts: [1] }),
      cluster.taskmanagerSample(ago(5_000), 'tm', { up: [1] }),
    ]
    await give(...payloads)
    const once = await read(job)
    await give(...payloads)
    expect(await read(job)).toEqual(once)
    expect(once.exceptions).toHaveLength(2)
    expect(once.tasks).toHaveLength(2)
  })

  test('a job that nobody knows, or whose name is no name, is left out', async () => {
    await give(told(wordsOn('no ref', 'r1').run(ago(1_000))))
    expect(await source().read([jobNamed('nobody'), 'no ref', '%/-/x'], NOW)).toEqual([])
    expect(await source().read([], NOW)).toEqual([])
  })
}
