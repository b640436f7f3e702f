import { expect, test } from 'vitest'
import { policyConfig, policyFor, ruleConfig } from './job-policy.ts'

const HOUR = 3_600_000

test.each([
  [
    'bounds that contradict themselves',
    { parallelism: { min: 8, max: 4 } },
    'contradicts itself: min 8 is above max 4',
  ],
  [
    'bounds of a vertex that do',
    { vertices: [{ vertex: 'Enrich', min: 8, max: 4 }] },
    '"Enrich" contradicts itself: min 8 is above max 4',
  ],
  [
    'a vertex that may not be what its job must be',
    { parallelism: { max: 4 }, vertices: [{ vertex: 'Enrich', min: 8 }] },
    'the vertex "Enrich" contradicts its job: its min 8 is above parallelism.max 4',
  ],
  [
    'a vertex that must be less than its job must be',
    { parallelism: { min: 4 }, vertices: [{ vertex: 'Enrich', max: 2 }] },
    'the vertex "Enrich" contradicts its job: its max 2 is below parallelism.min 4',
  ],
  [
    'more than it may occupy',
    { parallelism: { min: 4 }, maxSlots: 2 },
    'parallelism.min 4 needs more slots than maxSlots 2 allows',
  ],
  [
    'windows that never open',
    {
      windows: [{ from: '0 22 * * *', lastsMs: 2 * HOUR }],
      notDuring: [{ from: '0 20 * * *', lastsMs: 8 * HOUR }],
    },
    'windows never open: every one of them lies within notDuring',
  ],
  [
    'days that are all excluded',
    { notDuring: [{ from: '0 0 * * *', lastsMs: 24 * HOUR }] },
    'notDuring covers all of the time: nothing would ever be done',
  ],
])('refused: %s', (_, policy, expected) => {
  const { error } = policyConfig.safeParse(policy)
  expect(error?.issues.map(({ message }) => message)).toEqual([expected])
})

test('a job has what is said of all, and the first rule that names it on top', () => {
  const rules = [
    { jobs: ['prod/shop/pay-*'], mode: 'off' },
    { jobs: ['prod/*/*'], mode: 'apply', parallelism: { max: 16 } },
  ].map((rule) => ruleConfig.parse(rule))
  const policy = policyConfig.parse({ minConfidence: 0.8, parallelism: { min: 2 } })
  const told = (job: string) => {
    const { mode, parallelism, minConfidence, perDay } = policyFor({ policy, rules }, job)
    return { mode, parallelism, minConfidence, perDay }
  }
  expect(told('prod/shop/pay-out')).toEqual({
    ...{ mode: 'off', parallelism: { min: 2 }, minConfidence: 0.8, perDay: 6 },
  })
  expect(told('prod/shop/orders')).toEqual({
    ...{ mode: 'apply', parallelism: { max: 16 }, minConfidence: 0.8, perDay: 6 },
  })
  expect(told('test/shop/orders')).toEqual({
    ...{ mode: 'suggest', parallelism: { min: 2 }, minConfidence: 0.8, perDay: 6 },
  })
})
