import { expect, test } from 'vitest'
import type { Finding } from '../../core/model/finding.ts'
import { jobFailed } from '../rules/job-failed.ts'
import { findingKey } from './ask.ts'
import type { TrackerMemory } from './diagnosis.ts'
import type { Rule } from './rule.ts'
import { track } from './track.ts'

/** A rule that opens at once and resolves after one healthy round; what it finds is said by the test. */
const rule: Rule = { ...jobFailed, opensAfter: 1, resolvesAfter: 1 }
const asked = {
  subject: { kind: 'job' as const, job: 'lab/-/orders', run: 'r' },
  name: 'orders',
}
const about = { rule: rule.id, subject: 'job:lab/-/orders' }
const ROUND_MS = 60_000

interface Round {
  readonly said: string
  readonly findings: readonly Finding[]
}

/**
 * One round a minute: `x` found, `.` healthy, `?` unknown, `R` found in a new run. The answer has a letter
 * for each: `o` open, `f` open and flapping, `r` resolved, `-` nothing.
 */
function rounds(story: string, restartAt?: number): Round {
  let memory: TrackerMemory = { tracked: [] }
  let said = ''
  let findings: readonly Finding[] = []
  let run = 'r'
  for (const [index, word] of [...story].entries()) {
    // What went through the store comes back as JSON.
    if (index === restartAt) memory = JSON.parse(JSON.stringify(memory))
    if (word === 'R') run = 's'
    const isFound = word === 'x' || word === 'R'
    const draft = {
      severity: 'major' as const,
      message: 'failed',
      params: {},
      evidence: [{ label: 'state', unit: 'text' as const, observed: 'FAILED' }] as const,
      sureness: 1,
    }
    const verdict = isFound
      ? ({ ...about, outcome: 'found' } as const)
      : word === '?'
        ? ({ ...about, outcome: 'unknown', missing: 'x' } as const)
        : ({ ...about, outcome: 'healthy' } as const)
    const found = isFound ? [{ rule, asked, draft }] : []
    const now = { at: index * ROUND_MS, run }
    const tracked = track(memory, found, [verdict], [rule], now)
    memory = tracked.memory
    findings = tracked.findings
    const [own] = findings
    said += own ? (own.state === 'resolved' ? 'r' : own.flapping ? 'f' : 'o') : '-'
  }
  return { said, findings }
}

test.each([
  ['one that stays is no flapping', 'xxxxxxxxxx', 'oooooooooo'],
  ['one that came and went twice ends as usual', 'x.x.......', 'oror------'],
  ['at its third end it is held open and named', 'x.x.x.x.xx', 'ororofffff'],
  ['it ends once it stayed away for five minutes at least', 'x.x.x......x', 'ororoffffr-f'],
  [
    'and for twice the longest pause between two ends',
    'xxx.xxx.xxx........',
    'ooorooorooofffffffr',
  ],
  ['what nobody can tell neither ends it nor counts', 'x.x.x?????.', 'ororoooooof'],
  ['a new run begins anew', 'x.x.x.R.', 'ororofor'],
  [
    'ends that lie half an hour back are forgotten',
    `x.${'-'.repeat(15)}x.${'-'.repeat(15)}x.`,
    `or${'-'.repeat(15)}or${'-'.repeat(15)}or`,
  ],
])('%s', (_, story, expected) => {
  expect(rounds(story).said).toBe(expected)
  for (let at = 0; at < story.length; at++) expect(rounds(story, at).said).toBe(expected)
})

test('the words say it, and it is one finding all the while', () => {
  const openings = ['x.x.x.', 'x.x.x.x', 'x.x.x.x.'].map((story) =>
    rounds(story).findings.map(({ key, since, state }) => ({ key, since, state })),
  )
  const key = findingKey(rule.id, asked.subject)
  expect(openings).toEqual(openings.map(() => [{ key, since: 4 * ROUND_MS, state: 'open' }]))
  const [finding] = rounds('x.x.x.x.').findings
  expect(finding?.flapping).toEqual({ times: 4, since: 0 })
  expect(finding?.message.text).toMatch(/ It flaps: it came and went 4 times in 7 min\.$/)
})
