import { describe, expect, test } from 'vitest'
import type { Finding } from '../../core/model/finding.ts'
import type { PlatformTrouble, SharedThing } from '../../core/model/platform.ts'
import { subjectKey } from '../../core/model/subject.ts'
import type { Verdict } from '../engine/diagnosis.ts'
import { rules } from '../rules/index.ts'
import type { JobWord } from './gather.ts'
import { followTroubles } from './troubles.ts'
import { SHARED_BY } from './wide-rules.ts'

const AT = 1_790_000_000_000
const MINUTE_MS = 60_000

const thing = (text: string): SharedThing => {
  const [kind = '', name = ''] = text.split(/:(.*)/)
  // The tables below name no other kinds.
  return { kind: kind as SharedThing['kind'], name }
}

function found(job: string, rule: string, agoS: number, over: Partial<Finding> = {}): Finding {
  const subject = { kind: 'job', job, run: 'r' } as const
  return {
    ...{ key: `${rule}@${subjectKey(subject)}`, rule, title: rule, category: 'failures' },
    ...{ stage: 'stable', subject: { subject, name: job }, severity: 'major', state: 'open' },
    ...{ cause: true, since: AT - agoS * 1000, seenAt: AT, points: 4 },
    confidence: { value: 1, parts: [] },
    message: { id: 'm', params: {}, text: rule },
    ...{ evidence: [], toldApart: [], suggestions: [] },
    ...over,
  }
}

/**
 * `orders: cluster:prod broker:k1 | broker-unreachable 10`: a job, what it shares, and its causes with the
 * seconds since they began; `ok` a rule that is healthy, `?` one that cannot tell.
 */
function word(line: string): JobWord {
  const [, job = '', shares = '', said = ''] = /^(\S+): (.*?) \| (.*)$/.exec(line) ?? []
  const findings: Finding[] = []
  const verdicts: Verdict[] = []
  for (const part of said.split(', ').filter((one) => one !== '')) {
    const [rule = '', what = ''] = part.split(' ')
    const about = { rule, subject: `job:${job}` }
    if (what === 'ok') verdicts.push({ ...about, outcome: 'healthy' })
    else if (what === '?') verdicts.push({ ...about, outcome: 'unknown', missing: 'x' })
    else {
      verdicts.push({ ...about, outcome: 'found' })
      findings.push(found(job, rule, Number(what)))
    }
  }
  return { job, shares: shares.split(' ').map(thing), findings, verdicts }
}

/** `broker:k1 broker-unreachable 3/4`, one per trouble. */
const inShort = (troubles: readonly PlatformTrouble[]) =>
  troubles.map(
    ({ thing: { kind, name }, causes, jobs, sharing }) =>
      `${kind}:${name} ${causes.join('+')} ${jobs.length}/${sharing}`,
  )

const look = (lines: readonly string[], before: readonly PlatformTrouble[] = [], at = AT) =>
  followTroubles(before, lines.map(word), at)

const broker = 'broker-unreachable'

describe('a shared thing is named', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      'when three of its jobs lose it at one time',
      [
        `a: cluster:p broker:k | ${broker} 10`,
        `b: cluster:q broker:k | ${broker} 20`,
        `c: cluster:r broker:k | ${broker} 12`,
      ],
      ['broker:k broker-unreachable 3/3'],
    ],
    [
      'never for two, even of two',
      [`a: cluster:p broker:k | ${broker} 10`, `b: cluster:q broker:k | ${broker} 20`],
      [],
    ],
    [
      'never when most of those who share it are well',
      [
        ...['a', 'b', 'c'].map((job) => `${job}: cluster:p broker:k | ${broker} 10`),
        ...['d', 'e', 'f', 'g'].map((job) => `${job}: cluster:p broker:k | ${broker} ok`),
      ],
      [],
    ],
    [
      'when just half of them have it',
      [
        ...['a', 'b', 'c'].map((job) => `${job}: cluster:p broker:k | ${broker} 10`),
        ...['d', 'e', 'f'].map((job) => `${job}: cluster:p broker:k | ${broker} ok`),
      ],
      ['broker:k broker-unreachable 3/6'],
    ],
    [
      'counting only those who could have told',
      [
        ...['a', 'b', 'c'].map((job) => `${job}: cluster:p | ${broker} 10`),
        ...['d', 'e', 'f', 'g'].map((job) => `${job}: cluster:p | ${broker} ?`),
        'h: cluster:p | slow-sink ok',
      ],
      ['cluster:p broker-unreachable 3/3'],
    ],
    [
      'never when they began it at different times',
      [
        `a: cluster:p broker:k | ${broker} 10`,
        `b: cluster:p broker:k | ${broker} 700`,
        `c: cluster:p broker:k | ${broker} 1400`,
      ],
      [],
    ],
    [
      'never for different causes',
      [
        `a: cluster:p broker:k | ${broker} 10`,
        'b: cluster:p broker:k | checkpoint-storage 10',
        'c: cluster:p broker:k | restart-loop 10',
      ],
      [],
    ],
    [
      'never for what lies in a job itself, were it in all of them',
      ['a', 'b', 'c', 'd'].map((job) => `${job}: cluster:p | under-provisioned 10, data-skew 10`),
      [],
    ],
    [
      'never where nothing is shared',
      ['a', 'b', 'c', 'd'].map((job) => `${job}: cluster:${job} | restart-loop 10`),
      [],
    ],
    [
      'the smaller one where only its users are hit',
      [
        ...['a', 'b', 'c'].map((job) => `${job}: cluster:p store:s3 node:n1 | checkpoint-async 30`),
        ...['d', 'e'].map((job) => `${job}: cluster:p store:s3 node:n2 | checkpoint-async ok`),
      ],
      ['node:n1 checkpoint-async 3/3'],
    ],
    [
      'the larger one where it has more of them',
      [
        ...['a', 'b', 'c'].map((job) => `${job}: cluster:p broker:k | ${broker} 10`),
        ...['d', 'e'].map((job) => `${job}: cluster:q broker:k | ${broker} 15`),
      ],
      ['broker:k broker-unreachable 5/5'],
    ],
    [
      'two of them, each with its own jobs',
      [
        ...['a', 'b', 'c', 'd'].map((job) => `${job}: cluster:p broker:k | ${broker} 10`),
        ...['e', 'f', 'g'].map((job) => `${job}: cluster:q store:s3 | checkpoint-storage 10`),
      ],
      ['broker:k broker-unreachable 4/4', 'store:s3 checkpoint-storage 3/3'],
    ],
    [
      'once, whatever many causes it has',
      ['a', 'b', 'c'].map((job) => `${job}: cluster:p node:n | taskmanager-lost 5, stuck-task 9`),
      ['node:n stuck-task+taskmanager-lost 3/3'],
    ],
    [
      'two brokers of two clusters are two troubles',
      ['a', 'b', 'c'].flatMap((job) => [
        `${job}: cluster:p broker:k1 | ${broker} 10`,
        `${job}2: cluster:q broker:k2 | ${broker} 10`,
      ]),
      ['broker:k1 broker-unreachable 3/3', 'broker:k2 broker-unreachable 3/3'],
    ],
  ])('%s', (_, lines, expected) => {
    expect(inShort(look(lines).open).sort()).toEqual(expected)
    expect(inShort(look([...lines].reverse()).open).sort()).toEqual(expected)
  })

  test('what is on trial, resolved or a consequence within its job does not count', () => {
    const words = (over: Partial<Finding>): JobWord[] =>
      ['a', 'b', 'c'].map((job) => ({
        ...{ job, shares: [thing('broker:k')], verdicts: [] },
        findings: [found(job, broker, 10, over)],
      }))
    const troubles = (over: Partial<Finding>) => followTroubles([], words(over), AT).open.length
    expect(troubles({})).toBe(1)
    expect(troubles({ stage: 'trial' })).toBe(0)
    expect(troubles({ state: 'resolved' })).toBe(0)
    expect(troubles({ cause: false, explainedBy: 'x' })).toBe(0)
  })
})

test('it says who, since when, why it and not another, and costs nothing itself', () => {
  const lines = [
    `a: cluster:p broker:k:9092 node:n1 | ${broker} 10`,
    `b: cluster:p broker:k:9092 node:n1 | ${broker} 20`,
    `c: cluster:p broker:k:9092 node:n2 | ${broker} 12`,
    `d: cluster:p broker:k:9093 node:n2 | ${broker} ok`,
  ]
  expect(look(lines).open).toEqual([
    {
      thing: { kind: 'broker', name: 'k:9092' },
      ...{ jobs: ['a', 'b', 'c'], sharing: 3, causes: [broker] },
      finding: {
        key: 'platform-wide@broker:k:9092',
        ...{ rule: 'platform-wide', title: 'Trouble of the platform', stage: 'stable' },
        ...{ category: 'failures', severity: 'major', state: 'open', cause: true },
        subject: { subject: { kind: 'shared', what: 'broker', name: 'k:9092' }, name: 'k:9092' },
        ...{ since: AT - 20_000, seenAt: AT, points: 0 },
        confidence: {
          value: 0.85,
          parts: [
            { name: 'jobs', factor: 0.85 },
            { name: 'told apart', factor: 1 },
          ],
        },
        message: {
          id: 'shared',
          params: { kind: 'broker', name: 'k:9092', jobs: 3, sharing: 3, causes: broker },
          text: '3 of 3 jobs that share the brokers k:9092 have broker-unreachable, begun within 10 s: the trouble is there, not in the jobs.',
        },
        evidence: [
          ...[{ label: 'jobs with the same cause', unit: 'count', observed: 3, limit: 3 }],
          { label: 'share of those that use it and could tell', unit: 'ratio', observed: 1 },
          { label: 'begun within', unit: 'text', observed: '10 s' },
        ].map((one) => expect.objectContaining(one)),
        toldApart: [
          {
            ...{ rule: 'platform-wide cluster', answer: 'no' },
            because: 'of 4 that share the cluster p only 3 have it',
          },
          {
            ...{ rule: 'platform-wide node', answer: 'no' },
            because: 'only 2 of the 3 share the node n1',
          },
        ],
        suggestions: [{ text: expect.stringMatching(/^Look at the brokers /), risk: 'none' }],
      },
    },
  ])
})

describe('through time', () => {
  const jobs = ['a', 'b', 'c', 'd', 'e']
  /** The first so many jobs have it, the others are well. */
  const hit = (count: number, agoS = 10) =>
    jobs.map((job, i) => `${job}: cluster:p broker:k | ${broker} ${i < count ? agoS : 'ok'}`)

  /** Looks a minute apart, each at so many jobs that have it; `-` is nothing, `!` the end. */
  function story(counts: readonly number[], restart?: number): string {
    let troubles: readonly PlatformTrouble[] = []
    return counts
      .map((count, index) => {
        if (index === restart) troubles = JSON.parse(JSON.stringify(troubles))
        const at = AT + index * MINUTE_MS
        const { open, ended } = look(hit(count, -index * 60), troubles, at)
        troubles = open
        return ended.length > 0 ? '!' : open.length > 0 ? String(open[0]?.jobs.length) : '-'
      })
      .join('')
  }

  test.each([
    ['opens with the third, ends two minutes after too few are left', [2, 3, 5, 1, 1, 0], '-355!-'],
    ['two of five still hold it', [3, 2, 2, 2, 2], '32222'],
    ['one that comes back keeps it', [3, 1, 2, 1, 2], '33222'],
  ])('%s', (_, counts, expected) => {
    expect(story(counts)).toBe(expected)
    for (let at = 0; at < counts.length; at++) expect(story(counts, at)).toBe(expected)
  })

  test('its begin stays, and who comes later joins it, however late', () => {
    const first = look(hit(3, 60))
    const later = AT + 30 * MINUTE_MS
    const second = look(hit(5, -1800), first.open, later)
    expect(inShort(second.open)).toEqual(['broker:k broker-unreachable 5/5'])
    expect(second.open[0]?.finding.since).toBe(AT - 60_000)
  })

  test('when a larger thing turns out to be behind it, the smaller one ends at once', () => {
    const small = ['a', 'b', 'c'].map((job) => `${job}: node:n1 broker:k | ${broker} 30`)
    const others = (what: string) =>
      ['d', 'e', 'f', 'g'].map((job) => `${job}: node:n2 broker:k | ${broker} ${what}`)
    const first = look([...small, ...others('ok')])
    expect(inShort(first.open)).toEqual(['node:n1 broker-unreachable 3/3'])
    const second = look([...small, ...others('1')], first.open)
    expect(inShort(second.open)).toEqual(['broker:k broker-unreachable 7/7'])
    expect(inShort(second.ended)).toEqual(['node:n1 broker-unreachable 3/3'])
    expect(second.ended[0]?.finding).toMatchObject({ state: 'resolved', resolvedAt: AT })
  })
})

test('every rule says by what its cause may be shared', () => {
  // Causes that no rule names yet may be there already.
  expect(rules.flatMap(({ id }) => (id in SHARED_BY ? [] : id))).toEqual([])
})
