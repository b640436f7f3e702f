import { expect, test } from 'vitest'
import type { Advice, Finding } from '../../core/model/finding.ts'
import { type JobView, viewOf } from '../../diagnosis/signals/view.ts'
import {
  type FollowMemory,
  followAdvice,
  NO_PREDICTIONS,
} from '../../diagnosis/tuning/follow-up.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

const MINUTE = 60_000
/** When the advice is shown. */
const ADVISED = BEGIN + 115_000

/** Enrich with so many subtasks, each so busy at such a rate; minutes after the advice was shown. */
function seen(
  subtasks: number,
  { busy = 1, rate = 500, minutes = 0 }: { busy?: number; rate?: number; minutes?: number } = {},
): JobView {
  const facts = factsOf({
    graph: `Orders/1 -rebalance-> Enrich/${subtasks}`,
    tasks: {
      Orders: { busy: '0.1x23', rate: `${rate * subtasks}x23` },
      Enrich: { busy: `${busy}x23`, rate: `${rate}x23` },
    },
  })
  const view = viewOf(until(facts, ADVISED))
  return { ...view, facts: { ...view.facts, at: ADVISED + minutes * MINUTE } }
}

const now = seen(2)
const enrich = now.loads.find(({ name }) => name === 'Enrich')?.vertex ?? ''

/** From 2 to 4 subtasks, for 1400 records/s, of which one takes 500 when busy all the time. */
const advice: Advice = {
  kind: 'parallelism',
  target: {
    subject: { kind: 'vertex', job: now.facts.job, run: 'r', vertex: enrich },
    name: 'Enrich',
  },
  cause: 'under-provisioned@x',
  ...{ from: 2, to: 4, low: 4, high: 5, unit: 'subtasks', confidence: 0.7, basis: 'b' },
  ...{ effect: 'e', cost: 'c', falsifiedBy: 'f', warnings: [] },
  patch: { format: 'yaml', title: 't', text: 'x: 1' },
  expected: { busy: { from: 1, to: 0.7, low: 0.65, high: 0.75 }, demandPerSecond: 1400 },
}

/** Rounds in order, each with what it still advises; the last one's word. */
function followed(
  rounds: readonly (readonly [JobView, (readonly Advice[])?, (readonly Finding[])?])[],
) {
  let memory: FollowMemory = NO_PREDICTIONS
  const said: (readonly [number, string, string])[] = []
  for (const [view, shown = [], findings = []] of rounds) {
    // What the store keeps is JSON.
    const next = followAdvice(view, findings, shown, JSON.parse(JSON.stringify(memory)))
    memory = next.memory
    for (const { outcome, because, at } of next.followUps)
      said.push([(at - ADVISED) / MINUTE, outcome, because])
  }
  return { said, memory }
}

test('a size that was set is judged ten minutes later, by what really arrives', () => {
  const { said, memory } = followed([
    [now, [advice]],
    [seen(4, { busy: 0.9, minutes: 1 })],
    [seen(4, { busy: 0.6, rate: 300, minutes: 10.9 })],
    [seen(4, { busy: 0.6, rate: 300, minutes: 11 })],
    [seen(4, { busy: 0.6, rate: 300, minutes: 12 })],
  ])
  expect(said).toEqual([[11, 'held', '60 % busy where 60 % were predicted for 1200 records/s']])
  expect(memory).toEqual({ open: [], record: { held: 1, missed: 0 } })
})

test('the whole word names what was promised, what was set and what came', () => {
  const before = followAdvice(now, [], [advice], NO_PREDICTIONS).memory
  const set = followAdvice(seen(5, { minutes: 2 }), [], [], before).memory
  const [word] = followAdvice(
    seen(5, { busy: 0.55, rate: 280, minutes: 12 }),
    [],
    [],
    set,
  ).followUps
  expect(word).toEqual({
    ...{ job: now.facts.job, run: now.run?.run, at: ADVISED + 12 * MINUTE, kind: 'parallelism' },
    ...{ advisedAt: ADVISED, appliedAt: ADVISED + 2 * MINUTE, target: advice.target },
    ...{ cause: advice.cause, from: 2, to: 4, applied: 5, outcome: 'held' },
    predicted: {
      value: expect.closeTo(0.56, 9),
      low: expect.closeTo(0.52, 9),
      high: expect.closeTo(0.6, 9),
    },
    observed: expect.closeTo(0.55, 2),
    because: '55 % busy where 56 % were predicted for 1400 records/s',
  })
})

test.each<[string, Parameters<typeof followed>[0], ReturnType<typeof followed>['said']]>([
  [
    'that costs more than was promised',
    [[seen(4, { minutes: 1 })], [seen(4, { busy: 0.8, rate: 300, minutes: 11 })]],
    [[11, 'missed', '80 % busy where 60 % were predicted for 1200 records/s']],
  ],
  [
    'that is full is given half an hour, for it may work off what waits',
    [
      [seen(4, { minutes: 1 })],
      [seen(4, { busy: 0.95, rate: 350, minutes: 11 })],
      [seen(4, { busy: 0.95, rate: 350, minutes: 31 })],
    ],
    [[31, 'missed', 'still 95 % busy after 30 minutes']],
  ],
  [
    'that is full of more than anybody foresaw',
    [[seen(4, { minutes: 1 })], [seen(4, { busy: 1, rate: 480, minutes: 31 })]],
    [[31, 'unknown', '1920 records/s came where 1400 were foreseen']],
  ],
  [
    'that is changed once more',
    [[seen(4, { minutes: 1 })], [seen(6, { minutes: 5 })], [seen(6, { minutes: 20 })]],
    [[5, 'unknown', 'it was changed again before it could be judged']],
  ],
  [
    'of which nothing is measured for an hour',
    [
      [seen(4, { minutes: 1 })],
      [{ ...seen(4, { minutes: 30 }), loads: [] }],
      [{ ...seen(4, { minutes: 61 }), loads: [] }],
    ],
    [[61, 'unknown', 'it was not measured within an hour']],
  ],
  ['that nobody advised', [[seen(8, { minutes: 1 })], [seen(8, { minutes: 30 })]], []],
  ['that was never set', [[seen(2, { minutes: 5 })], [seen(2, { minutes: 90 })]], []],
])('a size %s', (_, rounds, said) => {
  expect(followed([[now, [advice]], ...rounds]).said).toEqual(said)
})

test('what nobody wanted for a week is forgotten', () => {
  const { memory } = followed([[now, [advice]], [seen(2, { minutes: 8 * 24 * 60 })]])
  expect(memory.open).toEqual([])
})

test('while advice is shown its newest promise counts, and one of a kind', () => {
  const newer = { ...advice, expected: { busy: { from: 1, to: 0.5, low: 0.4, high: 0.6 } } }
  const { memory } = followed([
    [now, [advice]],
    [now, [newer, { ...newer, cause: 'another' }]],
  ])
  expect(memory.open.map(({ advice: { cause, expected } }) => [cause, expected])).toEqual([
    [advice.cause, newer.expected],
  ])
})

const heap: Advice = {
  ...advice,
  ...{ kind: 'heap', unit: 'bytes', from: 1e9, to: 2e9, low: 2e9, high: 2e9 },
  cause: 'gc-pressure@tm-1',
  target: { subject: { kind: 'taskmanager', cluster: 'lab', id: 'tm-1' }, name: 'tm-1' },
}

/** A TaskManager that reports so much heap. */
function withHeap(heapBytes: number, minutes: number): JobView {
  const view = seen(2, { minutes })
  return {
    ...view,
    facts: {
      ...view.facts,
      processes: [],
      config: undefined,
      taskmanagers: view.facts.taskmanagers.map((event) => ({ ...event, heapBytes })),
    },
  }
}

const open = (rule: string, over: Partial<Finding> = {}): Finding => ({
  ...{ ...finding(rule, 'major'), category: 'memory', since: ADVISED + 20 * MINUTE },
  ...over,
})

test.each<[string, Advice, Parameters<typeof followed>[0], readonly string[]]>([
  ['more, and the trouble is gone', heap, [[withHeap(2e9, 11)]], ['held']],
  [
    'more, and the trouble is still there',
    heap,
    [
      [withHeap(2e9, 11), [], [open('gc-pressure')]],
      [withHeap(2e9, 32), [], [open('gc-pressure')]],
    ],
    ['missed'],
  ],
  [
    'less, and nothing lacks any after an hour',
    { ...heap, to: 5e8 },
    [[withHeap(5e8, 30)], [withHeap(5e8, 61), [], [open('metaspace-leak', { severity: 'info' })]]],
    ['held'],
  ],
  [
    'less, and something does',
    { ...heap, to: 5e8 },
    [[withHeap(5e8, 30), [], [open('gc-pressure')]]],
    ['missed'],
  ],
  ['a tenth of what was advised', heap, [[withHeap(1.1e9, 61)]], []],
])('of memory: %s', (_, given, rounds, outcomes) => {
  const set = rounds[0]?.[0].facts.taskmanagers[0]?.heapBytes ?? 0
  const all = followed([[withHeap(1e9, 0), [given]], [withHeap(set, 1)], ...rounds])
  expect(all.said.map(([, outcome]) => outcome)).toEqual(outcomes)
})
