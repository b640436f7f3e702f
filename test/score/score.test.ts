import { expect, test } from 'vitest'
import type { Finding, Severity } from '../../core/model/finding.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Verdict } from '../../diagnosis/engine/diagnosis.ts'
import { rules } from '../../diagnosis/rules/index.ts'
import { coverageOf, scoreOf } from '../../diagnosis/score/score.ts'
import { viewOf } from '../../diagnosis/signals/view.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

const view = viewOf(until(factsOf({ graph: 'A/1 -hash-> B/1' }), BEGIN + 60_000))
const all: readonly Verdict[] = rules.map(({ id }) => ({
  rule: id,
  subject: 's',
  outcome: 'healthy',
}))

/** A small generator with a seed: the same findings in every run. */
function randomFindings(seed: number): readonly Finding[] {
  let state = seed
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  return rules.flatMap((rule) => {
    const severities = Object.keys(rule.impact).filter(
      (name): name is Severity => name in rule.impact,
    )
    const severity = severities[Math.floor(next() * severities.length)]
    return severity && next() < 0.5 && rule.id !== 'job-failed'
      ? [finding(rule.id, severity, next() < 0.8)]
      : []
  })
}

const seeds = Array.from({ length: 200 }, (_, index) => index + 1)

test('parts and ceiling add up exactly to what is missing from ten', () => {
  for (const seed of seeds) {
    const { value, parts, ceiling } = scoreOf(view, randomFindings(seed), all, rules).score
    const taken =
      parts.reduce((sum, part) => sum + Math.round(part.points * 10), 0) +
      Math.round((ceiling?.points ?? 0) * 10)
    expect(Math.round((value ?? 0) * 10)).toBe(100 - taken)
  }
})

test('one more finding never raises the score', () => {
  for (const seed of seeds) {
    const findings = randomFindings(seed)
    const whole = scoreOf(view, findings, all, rules).score.value ?? 0
    for (const left of findings) {
      expect(
        scoreOf(
          view,
          findings.filter((f) => f !== left),
          all,
          rules,
        ).score.value ?? 0,
      ).toBeGreaterThanOrEqual(whole)
    }
  }
})

test('the order of findings never matters, and the same input gives the same bytes', () => {
  for (const seed of seeds) {
    const findings = randomFindings(seed)
    const once = JSON.stringify(scoreOf(view, findings, all, rules).score)
    expect(JSON.stringify(scoreOf(view, [...findings].reverse(), all, rules).score)).toBe(once)
  }
})

test('an unknown verdict never raises the score, it can only take the number away', () => {
  const findings = [finding('slow-sink', 'crit')]
  const known = scoreOf(view, findings, all, rules).score.value ?? 0
  for (const rule of rules) {
    const verdicts = all.map((v) =>
      v.rule === rule.id ? { ...v, outcome: 'unknown' as const, missing: 'x' } : v,
    )
    expect(scoreOf(view, findings, verdicts, rules).score.value ?? 0).toBeLessThanOrEqual(known)
  }
})

test('a healthy job seen over REST alone is covered', () => {
  // No CPU, no collections: what needs the processes is unknown.
  const verdicts = all.map((v) =>
    v.rule === 'gc-pressure' ? { ...v, outcome: 'unknown' as const, missing: 'gc' } : v,
  )
  expect(coverageOf(verdicts, rules).coverage).toBeGreaterThanOrEqual(0.6)
})

test.each([
  [
    'five views of one bottleneck are capped',
    [finding('slow-sink', 'crit'), finding('data-skew', 'crit'), finding('blocking-call', 'crit')],
    5.5,
    null,
  ],
  ['a restart loop leaves three at most', [finding('restart-loop', 'major')], 3, 3],
  ['checkpoints that all fail leave four at most', [finding('checkpoint-expired', 'crit')], 4, 2],
  [
    'a folded symptom costs nothing',
    [finding('slow-sink', 'major'), finding('data-skew', 'crit', false)],
    7.2,
    null,
  ],
])('%s', (_, findings, value, ceiling) => {
  const { score } = scoreOf(view, findings, all, rules)
  expect([score.value, score.ceiling?.points ?? null]).toEqual([value, ceiling])
})

test.each([
  ['the JobManager does not answer', { unreachable: '30s' }, 'unknown', /does not answer/],
  ['the job has ended', { states: { '0s': 'CANCELED' } }, 'unknown', /has ended \(CANCELED\)/],
  ['the job has failed', { states: { '0s': 'FAILED' } }, 'unhealthy', /./],
])('when %s the verdict is honest', (_, situation, verdict, missing) => {
  const { score } = diagnose(until(factsOf(situation), BEGIN + 60_000))
  expect(score.verdict).toBe(verdict)
  expect(score.missing.join('; ')).toMatch(missing)
})
