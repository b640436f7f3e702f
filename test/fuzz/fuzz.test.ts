import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ReplayLine } from '../../core/api/replay-line.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../../core/model/metrics.ts'
import { recordingsFolder } from '../accuracy/judge.ts'
import { isSick, phaseAt, SETTLED_MS, type Truth } from '../accuracy/truth.ts'
import { randomOf } from '../rounds/disturb.ts'
import { type Heard, hear, saidOf } from './heard.ts'
import { forgetting, frozenFrom, losing, resetAt, skewed } from './spoil.ts'

const names = readdirSync(recordingsFolder)
  .filter((file) => file.endsWith('.ndjson.gz'))
  .map((file) => file.replace('.ndjson.gz', ''))

const LOST = 0.3
/** Of single values: three make a sample of a task's clock, and so a good quarter of those is lost. */
const UNSAID = 0.1
const SEEDS = [1, 2]

/** Rounds of settled sick phases. */
const sickRounds = (truth: Truth, lines: readonly ReplayLine[]) =>
  lines.filter(({ t }) => {
    const phase = phaseAt(truth, truth.begin + t)
    return phase && isSick(phase) && truth.begin + t - phase.from >= SETTLED_MS
  })

const LATER_MS = 20_000

/**
 * Rounds in which a job that is told to be sick from everything there is was called healthy from what was left:
 * again, after it had been found sick, or still, long after the others knew.
 */
function turnedHealthy(truth: Truth, whole: readonly ReplayLine[], spoilt: readonly ReplayLine[]) {
  const sickAt = new Set(
    sickRounds(truth, whole).flatMap(({ t, verdict }) => (verdict === 'healthy' ? [] : [t])),
  )
  const [knownAt = 0] = sickAt
  const seenAt = spoilt.find(({ t, verdict }) => sickAt.has(t) && verdict !== 'healthy')?.t
  const since = Math.min(seenAt ?? Number.POSITIVE_INFINITY, knownAt + LATER_MS)
  return sickRounds(truth, spoilt).flatMap(({ t, verdict }) =>
    verdict === 'healthy' && sickAt.has(t) && t >= since ? [t] : [],
  )
}

const verdictsOf = (lines: readonly ReplayLine[]) => lines.map(({ t, verdict }) => ({ t, verdict }))

/** Loud causes of settled healthy phases. */
const alarmsIn = (truth: Truth, lines: readonly ReplayLine[]) =>
  lines.flatMap(({ t, findings }) => {
    const phase = phaseAt(truth, truth.begin + t)
    if (!phase || isSick(phase) || t < SETTLED_MS / 2) return []
    return findings
      .filter(({ cause, severity }) => cause && (severity === 'crit' || severity === 'major'))
      .map(({ rule, subject }) => `${rule} at ${subject.name}, ${t / 1000} s`)
  })

const counters = new Set(
  Object.entries({ ...taskMetrics, ...processMetrics, ...jobMetrics }).flatMap(
    ([name, { kind }]) => (kind === 'counter' ? [name] : []),
  ),
)

describe.each(names)('%s', (name) => {
  test('is not healthy for want of a third of its samples', { timeout: 120_000 }, async () => {
    const heard = await hear(name)
    const { truth } = heard
    const whole = await saidOf(heard)
    for (const seed of SEEDS) {
      const spoilt = await saidOf(heard, { block: losing(LOST, randomOf(seed)) })
      expect({ seed, turned: turnedHealthy(truth, whole, spoilt) }).toEqual({ seed, turned: [] })
    }
  })
})

describe('sick, and hard to see', () => {
  const SICK = ['slow-operator-a', 'slow-sink-a', 'keyed-skew-a', 'stuck-a', 'checkpoint-sync-a']
  test.each(SICK)('%s: every tenth value is NaN', { timeout: 60_000 }, async (name) => {
    const heard = await hear(name)
    const spoilt = await saidOf(heard, { block: forgetting(UNSAID, randomOf(7)) })
    expect(turnedHealthy(heard.truth, await saidOf(heard), spoilt)).toEqual([])
  })

  test.each(SICK)('%s: every number stands still', { timeout: 60_000 }, async (name) => {
    const heard = await hear(name)
    const sick = heard.truth.phases.find(isSick)
    const from = (sick?.from ?? 0) + SETTLED_MS
    const lines = (await saidOf(heard, { block: frozenFrom(from) })).filter(
      ({ t }) => heard.truth.begin + t >= from && heard.truth.begin + t < (sick?.to ?? 0),
    )
    expect(lines.length).toBeGreaterThan(5)
    expect(verdictsOf(lines).filter(({ verdict }) => verdict === 'healthy')).toEqual([])
  })
})

describe('healthy, and oddly reported', () => {
  const HEALTHY = ['healthy-a', 'busy-keeping-up-a', 'spiky-a']
  const odd: readonly (readonly [string, (heard: Heard) => Parameters<typeof saidOf>[1]])[] = [
    ['a third of the samples lost', () => ({ block: losing(LOST, randomOf(11)) })],
    ['every tenth value NaN', () => ({ block: forgetting(UNSAID, randomOf(12)) })],
    [
      'every counter begins anew in the middle',
      ({ truth }) => ({ block: resetAt(truth.begin + 75_000, (metric) => counters.has(metric)) }),
    ],
    [
      'the scraped processes 20 s ahead of the JobManager',
      () => ({ block: skewed(20_000, ({ via }) => via === 'flink-prometheus') }),
    ],
    [
      'the scraped processes 20 s behind the JobManager',
      () => ({ block: skewed(-20_000, ({ via }) => via === 'flink-prometheus') }),
    ],
    [
      'one TaskManager 12 s behind the others',
      () => ({
        block: skewed(
          -12_000,
          ({ via, subjects }) =>
            via === 'flink-prometheus' && subjects.some(({ kind }) => kind === 'subtask'),
        ),
      }),
    ],
    [
      'a JobManager that has forgotten its checkpoints and exceptions',
      ({ truth }) => ({
        event: (event) =>
          (event.type === 'checkpoint' || event.type === 'exception') &&
          event.at > truth.begin + 60_000
            ? undefined
            : event,
      }),
    ],
  ]
  const table = HEALTHY.flatMap((name) =>
    odd.map(([what, change]) => [name, what, change] as const),
  )
  test.each(table)('%s, %s: nobody is alarmed', { timeout: 60_000 }, async (name, what, change) => {
    const heard = await hear(name)
    const lines = await saidOf(heard, change(heard))
    expect(lines.length).toBeGreaterThan(20)
    const alarms = alarmsIn(heard.truth, lines)
    // Checkpoints that nobody hears of any more are a reason to say so.
    const expected = what.includes('forgotten') ? /^checkpoint-stalled at / : /^$/
    expect(alarms.filter((alarm) => !expected.test(alarm))).toEqual([])
  })
})

test('a healthy job that is seen over REST alone is covered to 0.6 and more', async () => {
  for (const name of ['healthy-a', 'busy-keeping-up-a', 'spiky-a']) {
    const heard = await hear(name, { restOnly: true })
    const lines = (await saidOf(heard)).filter(({ t }) => t >= SETTLED_MS)
    expect(lines.length).toBeGreaterThan(10)
    for (const { coverage, verdict } of lines) {
      expect(coverage).toBeGreaterThanOrEqual(0.6)
      expect(verdict).toBe('healthy')
    }
  }
})
