import { describe, expect, test } from 'vitest'
import { finding, folded, lines, type Said, severe, story, T0 } from './story.fixture.ts'

const orders = 'prod/shop/orders'
const carts = 'prod/shop/carts'
const targets = {
  oncall: { kind: 'slack', url: 'http://127.0.0.1:1/oncall' },
  chat: { kind: 'slack', url: 'http://127.0.0.1:1/chat' },
}
const one = { targets, routes: [{ name: 'all', to: ['oncall'], waitMs: 0 }] }
const failed = finding('job-failed', severe('crit'))
const slow = finding('slow-sink')

type Step = readonly [second: number, jobs: Readonly<Record<string, Said>>, told: readonly string[]]

const stories: [string, object, readonly Step[]][] = [
  [
    'a failure is told at once, and so is its end, a minute later',
    one,
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [20, { [orders]: [] }, []],
      [59, {}, []],
      [60, {}, ['oncall resolved resolved: -job-failed orders crit']],
      [7200, {}, []],
    ],
  ],
  [
    'trouble of the flow is told after three minutes; what ends before is never told',
    one,
    [
      [0, { [orders]: [slow], [carts]: [slow] }, []],
      [179, { [carts]: [] }, []],
      [180, {}, ['oncall firing new: slow-sink orders major']],
      [240, { [orders]: [] }, ['oncall resolved resolved: -slow-sink orders major']],
    ],
  ],
  [
    'what is minor is nobody’s business unless a route asks for it',
    {
      targets,
      routes: [
        ...one.routes,
        { name: 'mild', to: ['chat'], waitMs: 0, match: { severities: ['minor', 'info'] } },
      ],
    },
    [
      [
        0,
        { [orders]: [finding('job-slow', severe('minor'))] },
        ['chat firing new: job-slow orders minor'],
      ],
    ],
  ],
  [
    'the first route that matches has it, and those below where it says so',
    {
      targets,
      teams: { shop: ['*/shop/*'] },
      routes: [
        {
          name: 'shop',
          to: ['chat'],
          waitMs: 0,
          match: { teams: ['shop'], causes: ['job-failed'] },
          continue: true,
        },
        { name: 'orders', to: ['oncall'], waitMs: 0, match: { jobs: ['prod/*/ord*'] } },
        { name: 'rest', to: ['chat'], waitMs: 0 },
      ],
    },
    [
      [
        0,
        { [orders]: [failed], 'prod/other/x': [failed] },
        [
          'chat firing new: job-failed orders crit',
          'oncall firing new: job-failed orders crit',
          'chat firing new: job-failed x crit',
        ],
      ],
    ],
  ],
  [
    'the first message of a group waits for others to join it',
    { targets, routes: [{ name: 'all', to: ['oncall'], waitMs: 3_000, groupBy: ['namespace'] }] },
    [
      [0, { [orders]: [failed] }, []],
      [2, { [carts]: [finding('job-failed', { at: 2 })] }, []],
      [3, {}, ['oncall firing new: job-failed orders crit, job-failed carts major']],
      [4, {}, []],
    ],
  ],
  [
    'news within a minute wait for the next message of their group, a new failure does not',
    { targets, forMs: { flow: 0, 'event-time': 1000 }, routes: one.routes },
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [10, { [orders]: [failed, finding('late', { category: 'event-time', at: 5 })] }, []],
      [
        30,
        {
          [orders]: [
            failed,
            finding('late', { category: 'event-time', at: 5 }),
            finding('job-lost', { at: 30 }),
          ],
        },
        ['oncall firing changed: job-failed orders crit, late orders major, job-lost orders major'],
      ],
    ],
  ],
  [
    'what flaps is told once a minute at most, though it is a failure',
    one,
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [10, { [orders]: [] }, []],
      [20, { [orders]: [finding('job-failed', { at: 20 })] }, []],
      [60, { [orders]: [] }, ['oncall resolved resolved: -job-failed orders crit']],
      [70, { [orders]: [finding('job-failed', { at: 70 })] }, []],
      [119, {}, []],
      [120, {}, ['oncall firing new: job-failed orders major']],
    ],
  ],
  [
    'what still fires is repeated after four hours',
    one,
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [4 * 3600 - 1, { [orders]: [failed] }, []],
      [4 * 3600, { [orders]: [failed] }, ['oncall firing repeat: job-failed orders crit']],
      [4 * 3600 + 1, { [orders]: [failed] }, []],
    ],
  ],
  [
    'a folded symptom is not told while its cause is, but makes it as loud and as early as itself',
    one,
    [
      [
        0,
        {
          [orders]: [
            finding('gc-pressure', severe('minor')),
            folded('job-failed', 'gc-pressure', severe('crit')),
          ],
        },
        ['oncall firing new: gc-pressure orders crit'],
      ],
    ],
  ],
  [
    'a symptom that was told before its cause was found is neither over nor repeated',
    one,
    [
      [
        0,
        { [orders]: [finding('restart-loop')] },
        ['oncall firing new: restart-loop orders major'],
      ],
      [
        70,
        { [orders]: [finding('slow-sink', { at: -200 }), folded('restart-loop', 'slow-sink')] },
        ['oncall firing changed: slow-sink orders major, restart-loop orders major'],
      ],
      [
        140,
        { [orders]: [finding('slow-sink', { at: -200 }), folded('restart-loop', 'slow-sink')] },
        [],
      ],
      [
        200,
        { [orders]: [] },
        ['oncall resolved resolved: -slow-sink orders major, -restart-loop orders major'],
      ],
    ],
  ],
  [
    'a rule on trial tells nobody, and hides nothing that it explains',
    one,
    [
      [
        0,
        {
          [orders]: [finding('job-lost', { stage: 'trial' }), folded('restart-loop', 'job-lost')],
          [carts]: [finding('job-odd', { stage: 'trial' })],
        },
        ['oncall firing new: restart-loop orders major'],
      ],
    ],
  ],
  [
    'unknown changes nothing: not after a minute, not for a job that is not heard of',
    one,
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [100, { [orders]: 'nothing' }, []],
      [3000, { [orders]: 'nothing' }, []],
    ],
  ],
  [
    'what ends while nothing is known ends as unheard, not as healthy',
    one,
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [100, { [orders]: 'nothing' }, []],
      [900, { [orders]: 'given up' }, ['oncall resolved resolved: ?job-failed orders crit']],
    ],
  ],
  [
    'an alert that becomes critical is told at once, and never quieter again',
    one,
    [
      [0, { [orders]: [finding('job-lost')] }, ['oncall firing new: job-lost orders major']],
      [
        5,
        { [orders]: [finding('job-lost', severe('crit'))] },
        ['oncall firing changed: job-lost orders crit'],
      ],
      [100, { [orders]: [finding('job-lost', severe('minor'))] }, []],
      [
        4 * 3600 + 5,
        { [orders]: [finding('job-lost', severe('minor'))] },
        ['oncall firing repeat: job-lost orders crit'],
      ],
    ],
  ],
  [
    'a route for what is critical hears of it when it becomes so; both hear of its end',
    {
      targets,
      routes: [
        { name: 'crit', to: ['oncall'], waitMs: 0, match: { severities: ['crit'] } },
        { name: 'rest', to: ['chat'], waitMs: 0 },
      ],
    },
    [
      [0, { [orders]: [finding('job-lost')] }, ['chat firing new: job-lost orders major']],
      [
        100,
        { [orders]: [finding('job-lost', severe('crit'))] },
        ['chat firing changed: job-lost orders crit', 'oncall firing new: job-lost orders crit'],
      ],
      [
        200,
        { [orders]: [] },
        [
          'chat resolved resolved: -job-lost orders crit',
          'oncall resolved resolved: -job-lost orders crit',
        ],
      ],
    ],
  ],
  [
    'muted at night: what fires waits for the morning, what is over does not',
    {
      targets,
      routes: [{ ...one.routes[0], mute: [{ from: '09:31', to: '10:00', zone: 'Europe/London' }] }],
    },
    [
      [0, { [orders]: [failed] }, ['oncall firing new: job-failed orders crit']],
      [60, { [carts]: [finding('job-failed', { at: 60 })] }, []],
      [70, { [orders]: [] }, ['oncall resolved resolved: -job-failed orders crit']],
      [1799, {}, []],
      [1800, {}, ['oncall firing new: job-failed carts major']],
    ],
  ],
  [
    'a route says no more than it may in an hour; the end is told nevertheless',
    { targets, routes: [{ ...one.routes[0], mostPerHour: 2 }] },
    [
      [
        0,
        { 'a/b/1': [failed], 'a/b/2': [failed], 'c/b/3': [failed] },
        ['oncall firing new: job-failed 1 crit', 'oncall firing new: job-failed 2 crit'],
      ],
      [60, { 'a/b/1': [] }, ['oncall resolved resolved: -job-failed 1 crit']],
      [3599, {}, []],
      [3600, {}, ['oncall firing new: job-failed 3 crit']],
    ],
  ],
]

/** What only a process knows that saw the cause. */
const withMemory: typeof stories = [
  [
    'a symptom whose cause has ended gets a minute to end as well',
    one,
    [
      [
        0,
        { [orders]: [finding('job-lost'), folded('restart-loop', 'job-lost')] },
        ['oncall firing new: job-lost orders major'],
      ],
      [55, { [orders]: [finding('job-lost'), folded('restart-loop', 'job-lost')] }, []],
      [
        60,
        { [orders]: [finding('restart-loop')] },
        ['oncall resolved resolved: -job-lost orders major'],
      ],
      [90, { [orders]: [] }, []],
      [200, { [orders]: [] }, []],
    ],
  ],
  [
    'and speaks for itself if it does not',
    one,
    [
      [
        0,
        { [orders]: [finding('job-lost'), folded('restart-loop', 'job-lost')] },
        ['oncall firing new: job-lost orders major'],
      ],
      [5, { [orders]: [finding('restart-loop')] }, []],
      [
        60,
        { [orders]: [finding('restart-loop')] },
        ['oncall firing changed: restart-loop orders major, -job-lost orders major'],
      ],
    ],
  ],
]

test.each([...stories, ...withMemory])('%s', (_, config, steps) => {
  const own = story(config)
  for (const [second, jobs, told] of steps) {
    expect([second, lines(own.round(second, jobs))]).toEqual([second, told])
  }
})

test.each(stories)('%s (with a new process before each round)', (_, config, steps) => {
  const own = story(config)
  for (const [second, jobs, told] of steps) {
    own.restart()
    expect([second, lines(own.round(second, jobs))]).toEqual([second, told])
  }
})

describe('a job that is not heard of', () => {
  test('keeps its alerts for an hour, and then they end as unheard', () => {
    const own = story(one)
    own.round(0, { [orders]: [failed], [carts]: [] })
    own.lose(orders)
    expect(lines(own.round(100, { [carts]: [] }))).toEqual([])
    expect(lines(own.round(3699, { [carts]: [] }))).toEqual([])
    expect(lines(own.round(3700, { [carts]: [] }))).toEqual([
      'oncall resolved resolved: ?job-failed orders crit',
    ])
  })

  test('and a restart does not end them', () => {
    const own = story(one)
    own.round(0, { [orders]: [failed] })
    own.lose(orders)
    own.restart()
    expect(lines(own.round(100))).toEqual([])
    expect(lines(own.round(101, { [orders]: [failed] }))).toEqual([])
    expect(lines(own.round(161, { [orders]: [] }))).toEqual([
      'oncall resolved resolved: -job-failed orders crit',
    ])
  })
})

describe('silences', () => {
  test('hold back what fires until they end, and never what is over', () => {
    const own = story(one)
    own.silence({ match: { jobs: ['prod/*/carts'] }, endsAt: T0 + 300_000 })
    const told = lines(own.round(0, { [orders]: [failed], [carts]: [failed] }))
    expect(told).toEqual(['oncall firing new: job-failed orders crit'])
    expect(own.standings().filter(({ state }) => state === 'held')).toEqual([
      {
        ...{ alert: expect.any(String), route: 'all', state: 'held' },
        held: { why: 'silence', silence: 's1', until: T0 + 300_000 },
      },
    ])
    own.silence({ match: {}, endsAt: T0 + 300_000 })
    expect(lines(own.round(100, { [orders]: [] }))).toEqual([
      'oncall resolved resolved: -job-failed orders crit',
    ])
    expect(lines(own.round(300))).toEqual(['oncall firing new: job-failed carts crit'])
  })
})

test('recordings are shown and told to nobody', () => {
  const own = story(one, ['demo'])
  expect(own.round(0, { 'demo/-/orders': [failed] })).toEqual([])
  expect(own.standings()).toMatchObject([{ state: 'held', held: { why: 'recording' } }])
})

test('a route that was taken out of the configuration still ends what it began, and begins nothing', () => {
  const own = story(one)
  own.round(0, { [orders]: [failed], [carts]: [failed] })
  own.restart({ targets, routes: [] })
  expect(lines(own.round(60, { [orders]: [], 'prod/shop/new': [failed] }))).toEqual([
    'oncall resolved resolved: -job-failed orders crit',
  ])
  expect(own.round(5 * 3600, { [carts]: [failed] })).toEqual([])
})

test('a target that was taken out of its route hears to the end what it was told', () => {
  const own = story(one)
  own.round(0, { [orders]: [failed] })
  own.restart({ targets, routes: [{ ...one.routes[0], to: ['chat'] }] })
  expect(lines(own.round(60, { [orders]: [], [carts]: [failed] })).sort()).toEqual([
    'chat firing new: job-failed carts crit',
    'oncall resolved resolved: -job-failed orders crit',
  ])
})

describe('platform-wide', () => {
  const jobs = (count: number, at = 0) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `prod/shop/job-${index}`,
        [finding('job-failed', { at })],
      ]),
    )

  const wide = (count: number) => `job-failed on ${count} jobs of cluster prod`

  test('10,000 findings of one cause on one cluster are one message per route', () => {
    const own = story({
      targets,
      routes: [
        { name: 'all', to: ['oncall'], continue: true },
        { name: 'again', to: ['chat'], groupBy: ['cause'] },
      ],
    })
    expect(own.round(0, jobs(10_000))).toEqual([])
    const told = own.round(3)
    expect(lines(told)).toEqual([
      `oncall firing new: ${wide(10_000)} (10000/0)`,
      `chat firing new: ${wide(10_000)} (10000/0)`,
    ])
    expect(told.map(({ alerts }) => alerts.length)).toEqual([50, 50])
    expect(own.round(4)).toEqual([])
  })

  test('10,000 findings that one broken broker brings to many clusters are one message', () => {
    const own = story(one)
    const config = { 'bootstrap.servers': 'k2:9092,k1:9092' }
    const everywhere = Array.from({ length: 10_000 }, (_, i) => `prod-${i % 500}/shop/job-${i}`)
    const broken = [finding('broker-unreachable', { category: 'failures' })]
    const told = own.round(0, Object.fromEntries(everywhere.map((job) => [job, broken])), config)
    const what = 'broker-unreachable on 10000 jobs of broker k1:9092,k2:9092'
    expect(lines(told)).toEqual([`oncall firing new: ${what} (10000/0)`])
    expect(own.round(3)).toEqual([])
    const well = Object.fromEntries(everywhere.map((job) => [job, []]))
    expect(own.round(30, well, config)).toEqual([])
    expect(lines(own.round(63))).toEqual([`oncall resolved resolved: ${what} (0/10000)`])
    expect(own.round(300)).toEqual([])
  })

  test('two jobs are two messages; those that come later are told with the next one', () => {
    const own = story(one)
    expect(lines(own.round(0, jobs(2)))).toHaveLength(2)
    expect(lines(own.round(5, jobs(40, 5)))).toEqual([`oncall firing new: ${wide(40)} (38/0)`])
    expect(own.round(10, jobs(400, 10))).toEqual([])
    expect(lines(own.round(605))).toEqual([`oncall firing changed: ${wide(400)} (398/0)`])
  })

  test('the end of the whole is one message as well', () => {
    const own = story(one)
    own.round(0, jobs(40))
    const over = Object.fromEntries(Object.keys(jobs(40)).map((job) => [job, []]))
    expect(lines(own.round(60, over)).length).toBe(1)
    expect(own.decisions().at(-1)?.notices[0]).toMatchObject({ status: 'resolved', resolved: 40 })
  })

  test('another cluster, another cause and a single job are told for themselves', () => {
    const own = story(one)
    const told = own.round(0, {
      ...jobs(5),
      'test/shop/orders': [finding('job-failed')],
      'prod/shop/x': [finding('job-lost')],
    })
    expect(lines(told).sort()).toEqual([
      'oncall firing new: job-failed on 5 jobs of cluster prod (5/0)',
      'oncall firing new: job-failed orders major',
      'oncall firing new: job-lost x major',
    ])
  })
})

describe('ids', () => {
  test('the same decision has the same id, each message and target its own', () => {
    const tell = () => {
      const own = story({ targets, routes: [{ name: 'all', to: ['oncall', 'chat'], waitMs: 0 }] })
      own.round(0, { [orders]: [failed] })
      own.round(60, { [orders]: [] })
      return own.decisions().flatMap(({ notices }) => notices.map(({ id }) => id))
    }
    const ids = tell()
    expect(tell()).toEqual(ids)
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^msg_[\w-]{27}$/)
  })
})
