import { expect, test } from 'vitest'
import { loadConfig } from '../core/kit/config.ts'
import { messageOf } from '../core/kit/errors.ts'
import { missingWays, operationsConfig } from './config.ts'

const problemsOf = (text: string): readonly string[] => {
  try {
    loadConfig(operationsConfig, { text })
    return []
  } catch (error) {
    return messageOf(error)
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
}

test.each([
  ['nothing at all', '', []],
  ['a size of the time before', 'policy: { maxParallelism: 4 }', [/^policy\.maxParallelism: /]],
  [
    'a rule that contradicts what holds for all',
    `
policy: { parallelism: { max: 8 } }
rules: [{ jobs: ["prod/*/*"], vertices: [{ vertex: Enrich, min: 16 }] }]`,
    [/^rules\.0: the vertex "Enrich" contradicts its job: its min 16 is above parallelism\.max 8/],
  ],
  [
    'a rule whose windows lie within what is excluded for all',
    `
policy: { notDuring: [{ from: "0 0 * * *", lastsMs: 21600000 }] }
rules: [{ jobs: ["prod/*/*"], windows: [{ from: "0 2 * * *", lastsMs: 3600000 }] }]`,
    [/^rules\.0: windows never open: every one of them lies within notDuring/],
  ],
  [
    'a rule that is never asked',
    `
rules:
  - { jobs: ["prod/*/*"], mode: off }
  - { jobs: ["prod/*/*"], mode: apply }`,
    [/^rules\.1: is never asked: rules above it name the same jobs/],
  ],
  ['a pattern that is no job', 'rules: [{ jobs: [orders] }]', [/^rules\.0\.jobs\.0: must be cl/]],
  [
    'two clusters of one name',
    'clusters: [{ name: a, url: "http://x:1" }, { name: a, url: "http://y:1" }]',
    [/^clusters: "a" is configured twice/],
  ],
  [
    'a window on a date that never comes',
    'policy: { windows: [{ from: "0 0 30 2 *", lastsMs: 3600000 }] }',
    [/^policy\.windows\.0\.from: never begins: no date is "0 0 30 2 \*"/],
  ],
])('%s', (_, text, expected) => {
  const problems = problemsOf(text)
  expect(problems.length).toBe(expected.length)
  for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern)
})

test('what is to be applied needs a place where it can be', () => {
  const config = operationsConfig.parse({
    policy: { mode: 'apply' },
    rules: [
      { jobs: ['k8s/*/*'], way: 'deployment' },
      { jobs: ['by-hand/*/*'], way: 'print' },
      { jobs: ['others/*/*'], mode: 'suggest' },
    ],
  })
  expect(missingWays(config)).toEqual([
    'operations.policy: applies by the way "rest", but operations.clusters names no JobManager',
    'operations.rules.0: applies by the way "deployment", but operations.kubernetes is missing',
  ])
  const placed = { clusters: [{ name: 'a', url: 'http://a:8081' }], kubernetes: {} }
  expect(missingWays({ ...config, ...placed })).toEqual([])
})
