import { expect, test } from 'vitest'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { BEGIN, factsOf, until } from './situation.ts'

/** Parse is slow on tm-2; what its sender does decides whether the records may go elsewhere. */
function suggested(strategy: 'rebalance' | 'hash', version: string, enabled?: string) {
  const facts = factsOf({
    version,
    graph: `Feed/2 -${strategy}-> Parse/4`,
    hosts: { Feed: 'tm-1', Parse: 'tm-1', 'Parse/2': 'tm-2', 'Parse/3': 'tm-2' },
    tasks: {
      Feed: { busy: '0.05x23', backpressured: '0.5x23', rate: '200x23' },
      Parse: { busy: '0.2x23', rate: '100x23' },
      'Parse/2': { busy: '1x23', rate: '100x23' },
      'Parse/3': { busy: '1x23', rate: '100x23' },
    },
    ...(enabled === undefined
      ? {}
      : { config: { 'taskmanager.network.adaptive-partitioner.enabled': enabled } }),
  })
  let memory: TrackerMemory | undefined
  for (let at = BEGIN; at < BEGIN + 110_000; at += 5_000)
    memory = diagnose(until(facts, at), memory).memory
  const found = diagnose(until(facts, BEGIN + 110_000), memory).findings.filter(
    ({ rule }) => rule === 'slow-instance',
  )
  expect(found.map(({ subject }) => subject.name)).toEqual(['tm-2'])
  return found.flatMap(({ suggestions }) =>
    suggestions.flatMap(({ text }) => (text.includes('adaptive-partitioner') ? text : [])),
  )
}

test('records that are dealt out in turn can be dealt out by load, where Flink has it', () => {
  expect(suggested('rebalance', '2.3.0')).toEqual([
    expect.stringMatching(
      /^Parse gets its records in turn.*enabled: true sends more of them to those that have time \(max/,
    ),
  ])
  expect(suggested('rebalance', '2.2.1')).toEqual([
    expect.stringMatching(/from Flink 2\.3 on .*; this is 2\.2\.1\.$/),
  ])
})

test.each([
  ['a key stays on its subtask', 'hash', '2.3.0', undefined],
  ['it is on already', 'rebalance', '2.3.0', 'true'],
] as const)('nothing is said where %s', (_, strategy, version, enabled) => {
  expect(suggested(strategy, version, enabled)).toEqual([])
})
