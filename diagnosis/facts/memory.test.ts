import { describe, expect, test } from 'vitest'
import { factsContract } from './facts.contract.ts'
import { memoryFacts } from './memory.ts'
import { jobNamed, NOW, told, wordsOn, wordsOnCluster } from './payloads.fixture.ts'
import { EVENT_WINDOW_MS } from './source.ts'

factsContract('memory', async () => {
  const facts = memoryFacts()
  return {
    facts,
    give: async (...payloads) => {
      for (const payload of payloads) facts.accept(payload)
    },
    close: async () => {},
  }
})

describe('facts in memory', () => {
  test('letting go of what is old changes no answer', async () => {
    const job = jobNamed('pruned')
    const [old, words] = [wordsOn(job, 'r0'), wordsOn(job, 'r1')]
    const cluster = wordsOnCluster('lab')
    const [pruned, fresh] = [memoryFacts(), memoryFacts()]
    for (const facts of [pruned, fresh]) {
      facts.accept(
        told(
          old.run(NOW - 9 * EVENT_WINDOW_MS, { startedAt: NOW - 9 * EVENT_WINDOW_MS }),
          old.topology(NOW, 'old'),
          words.run(NOW),
          words.topology(NOW, 'kept'),
          words.placement(NOW, 'v0', 0, 'a'),
          words.placement(NOW + 1, 'v0', 1, 'b'),
          words.checkpoint(NOW, 1, 'completed'),
          cluster.taskmanager(NOW, 'stays'),
          cluster.taskmanager(NOW, 'leaves'),
          cluster.gone(NOW + 1, 'leaves'),
        ),
      )
      facts.accept(words.tasks(NOW, { busyMs: [1] }))
    }
    const later = NOW + EVENT_WINDOW_MS + 30_000
    for (let at = NOW; at < later; at += 60_000) await pruned.read([job], at)
    const [facts] = await pruned.read([job], later)
    expect([facts]).toEqual(await fresh.read([job], later))
    expect(facts?.topology?.vertices[0]?.name).toBe('kept')
    expect(facts?.placements.map(({ tasks }) => tasks[0]?.attempt)).toEqual([1])
    expect([facts?.tasks, facts?.checkpoints]).toEqual([[], []])
    expect(facts?.taskmanagers.map(({ id }) => id)).toEqual(['stays'])
  })
})
