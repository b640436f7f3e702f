import { expect, test, vi } from 'vitest'
import { runScenario } from '../../bench/tuning/run.ts'
import { optimumOf, scenarios } from '../../bench/tuning/scenarios.ts'

// Seconds of pure arithmetic, which a busy machine makes many of.
vi.setConfig({ testTimeout: 180_000 })

/** The whole bench takes minutes (`npm run bench -- tuning`); this is its first half hour, on one seed. */
const run = (id: string, tool: string, minutes: number) => {
  const scenario = scenarios.find((candidate) => candidate.id === id)
  if (!scenario) throw new Error(`no scenario ${id}`)
  return runScenario(scenario, tool, 1, minutes)
}

test('the right sizes of the bench are those of the arithmetic', () => {
  const sizes = (id: string) => {
    const scenario = scenarios.find((candidate) => candidate.id === id)
    return scenario && optimumOf(scenario, 0)
  }
  expect(sizes('S1')).toEqual({ source: 1, operator: 8 })
  expect(sizes('S8')).toEqual({ source: 1, operator: 2 })
  expect(sizes('S10')).toEqual({ source: 100, operator: 26 })
  expect(sizes('S14')).toEqual({ source: 1, map: 7, filtered: 1, joined: 5 })
})

test('half the right size: one step to it within three minutes, where the peer looks for twenty', () => {
  const ours = run('S1', 'weir', 22)
  expect(ours).toMatchObject({
    steps: 1,
    falseSteps: 0,
    missed: false,
    finalSizes: 'source 1, operator 8',
  })
  expect(ours.rightAfter).toBeLessThan(180)
  expect(ours.held).toBe(ours.proposals)
  const peer = run('S1', 'autoscaler defaults', 22)
  expect([peer.steps, peer.slo < ours.slo]).toEqual([1, true])
  expect(run('S1', 'autoscaler defaults', 19).steps).toBe(0)
})

test('a hot key and a slow store are named and not scaled; the peer scales them', () => {
  expect(run('S9', 'weir', 10)).toMatchObject({ steps: 0, causeNamed: true })
  expect(run('S12', 'weir', 10)).toMatchObject({ steps: 0, causeNamed: true })
  expect(run('S9', 'autoscaler best', 10).falseSteps).toBeGreaterThan(0)
})

test('a right size is left alone, also while it works off a backlog', () => {
  expect(run('S22', 'weir', 20)).toMatchObject({ steps: 0, falseSteps: 0 })
  expect(run('S6', 'weir', 25)).toMatchObject({ steps: 0, falseSteps: 0 })
})

test('what a source brings and what its records become is raised in one step, by partitions and key groups', () => {
  expect(run('S14', 'weir', 10)).toMatchObject({
    steps: 1,
    finalSizes: 'source 1, map 7, filtered 1, joined 5',
  })
  expect(run('S10', 'weir', 15).finalSizes).toBe('source 100, operator 26')
})

test('one seed is one run', () => {
  expect(run('S7', 'weir', 8)).toEqual(run('S7', 'weir', 8))
})
