import { severities } from '../../core/model/finding.ts'
import type { SpecChange } from '../../core/model/run-spec.ts'
import type { Draft, Need } from '../engine/rule.ts'
import { defineRule } from '../engine/rule.ts'
import {
  changesOf,
  type OpenCause,
  type Replaced,
  type RunMinute,
  type RunsMemory,
} from '../signals/runs.ts'
import { no, unknown } from './look-alikes.ts'
import { firstLine, perSecond, plural, seconds } from './words.ts'

/** What is remembered of this run and of the one that another specification replaced. */
interface Change {
  readonly runs: RunsMemory
  readonly replaced: Replaced
  readonly changes: readonly SpecChange[]
}

const change: Need<Change | 'none'> = {
  missing: 'what this run was submitted with (its graph, over REST)',
  read({ runs, run }) {
    if (!runs?.replaced || runs.now.run !== run?.run) return 'none'
    if (!runs.now.spec.vertices || !runs.replaced.before.spec.vertices) return undefined
    const changes = changesOf(runs)
    return changes.length === 0 ? 'none' : { runs, replaced: runs.replaced, changes }
  },
}

/** Later than this after the change something else is as likely to have begun it. */
const BEGINS_WITHIN_MS = 30 * 60_000
/** A finding of the old run may be held for a moment into the new one. */
const HEAD_START_MS = 10_000
/** Deploying, restoring and a first backlog are no regression. */
const WARM_UP_MS = 2 * 60_000
/** Minutes of this run without which its score is that of a start. */
const LEAST_NOW = 3
/** Minutes of the run before, under the same load, without which nothing is compared. */
const LEAST_BEFORE = 5
/**
 * The run before was under the same load in minutes in which it took in this share of now's, or more: who was
 * well under more load would have been well under this one, and a run that has become too slow takes in less
 * than is waiting, so that less intake is no smaller load.
 */
const SAME_LOAD = 0.75
/** Scores differ by a few tenths from hour to hour (as in the gate's baseline). */
const SCORE_TOLERANCE = 0.5
/** A cause that was open in more of the comparable minutes than this is no news. */
const KNOWN_SHARE = 0.2

export const regressionAfterChange = defineRule({
  id: 'regression-after-change',
  title: 'Worse since the specification changed',
  category: 'failures',
  scope: 'job',
  // Not yet seen on a real deployment.
  stage: 'trial',
  // A first run, or one that nobody has seen the run before of, has nothing to be worse than.
  applies: ({ runs }) => runs?.replaced !== undefined,
  needs: { required: { change }, toldApartBy: {} },
  levels: {},
  impact: { crit: 2, major: 2, minor: 1 },
  messages: {
    worse:
      '{causes} began {after} after {changes}. Under the same load ({load}) the run before held {before} of 10, this one holds {now}.',
    fails:
      '{causes} began {after} after {changes}. The run before held {before} of 10, this one holds {now}.',
    back: 'Go back to the specification of run {run}, from the newest checkpoint; if the score returns, the change was it.',
    apart: 'Changed at once were {count}; make them one by one to see which it is.',
  },
  explains: [],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ change: found }, _levels, { name }, { facts }) {
    if (found === 'none') return []
    const { runs, replaced, changes } = found
    if (isAutoscaled(changes, facts.config)) return []
    const { now } = runs
    const causes = now.causes.filter((cause) => isBlamed(cause, replaced.changedAt))
    if (now.causes.some(({ rule }) => rule === 'catching-up'))
      return { unknown: 'the load of this run: it works off a backlog' }
    if (causes.length === 0) return []
    const isDown = causes.some(({ category }) => category === 'failures')
    const newest = now.minutes.filter(({ at }) => isDown || at >= now.startedAt + WARM_UP_MS)
    const judged = newest.slice(-LEAST_NOW).flatMap(({ score }) => score ?? [])
    if (judged.length < (isDown ? 1 : LEAST_NOW))
      return { unknown: 'the score of this run: it has only begun' }
    // What fails takes in nothing, whatever comes.
    const load = isDown ? 0 : meanLoad(newest.slice(-LEAST_NOW))
    if (load === undefined) return { unknown: 'what the sources of this run take in' }
    const alike = minutesUnder(load, replaced.before.minutes)
    if (alike.length < LEAST_BEFORE)
      return {
        unknown: `how the run before was under this load (${perSecond(load)}): it was so for ${plural(alike.length, 'minute')} of the ${LEAST_BEFORE} that are needed`,
      }
    const news = causes.filter(({ rule }) => shareWith(rule, alike) <= KNOWN_SHARE)
    const before = lowTenth(alike.flatMap(({ score }) => score ?? []))
    const score = lowTenth(judged)
    if (news.length === 0 || score >= before - SCORE_TOLERANCE) return []
    const subject = { name, load, score, before, minutes: alike.length }
    return [draftOf(found, news, subject)]
  },
})

interface Compared {
  readonly load: number
  readonly score: number
  readonly before: number
  readonly minutes: number
}

function draftOf({ replaced, changes }: Change, news: readonly OpenCause[], own: Compared) {
  const { load, score, before, minutes } = own
  const began = Math.min(...news.map(({ since }) => since))
  const worst = severities.find((one) => news.some(({ severity }) => severity === one))
  const names = [...new Set(news.map(({ rule, subject }) => `${rule} (${firstLine(subject, 60)})`))]
  return {
    severity: worst ?? 'minor',
    message: load === 0 ? ('fails' as const) : ('worse' as const),
    params: {
      causes: names.join(', '),
      after: seconds(Math.max(0, began - replaced.changedAt)),
      changes: inWords(changes),
      load: perSecond(load),
      before: before.toFixed(1),
      now: score.toFixed(1),
      run: replaced.before.run.slice(0, 8),
      count: plural(changes.length, 'thing'),
    },
    evidence: [
      {
        label: 'score of this run, under the load of now',
        ...{ unit: 'count', observed: score, limit: before - SCORE_TOLERANCE, bad: 'below' },
      },
      {
        label: `score of the run before, p10 of ${plural(minutes, 'minute')} under this load or more`,
        ...{ unit: 'count', observed: before },
      },
      ...changes.slice(0, MOST_CHANGES).map((one) => ({
        label: `${one.what} ${firstLine(one.name, 80)}`,
        ...{ unit: 'text' as const, observed: `${shown(one.from)} → ${shown(one.to)}` },
      })),
    ],
    toldApart: [
      no(
        'restart without a change',
        `${plural(changes.length, 'difference')} in the specification`,
      ),
      no('another load', `the run before was under this load for ${plural(minutes, 'minute')}`),
      unknown('coincidence', 'whether it had come without the change is known once it is undone'),
    ],
    suggestions: [
      { message: 'back' as const, risk: 'restart' as const },
      ...(changes.length > 1 ? [{ message: 'apart' as const, risk: 'restart' as const }] : []),
    ],
    sureness: Math.min(1, 0.6 + 0.02 * minutes),
  } satisfies Draft<'worse' | 'fails' | 'back' | 'apart'>
}

/** Causes that a change can have brought: what was there before is not its, nor what is only worth knowing. */
function isBlamed({ category, severity, since }: OpenCause, changedAt: number): boolean {
  return (
    category !== 'efficiency' &&
    category !== 'config' &&
    severity !== 'info' &&
    since >= changedAt - HEAD_START_MS &&
    since <= changedAt + BEGINS_WITHIN_MS
  )
}

/** Only sizes are other ones, and an autoscaler makes them: it looks after them itself. */
function isAutoscaled(
  changes: readonly SpecChange[],
  config: Readonly<Record<string, string>> | undefined,
): boolean {
  const isOn =
    config?.['job.autoscaler.enabled'] === 'true' ||
    config?.['kubernetes.operator.job.autoscaler.enabled'] === 'true'
  return isOn && changes.every(({ what, name }) => what === 'parallelism' || SIZES.includes(name))
}

const SIZES = ['pipeline.jobvertex-parallelism-overrides', 'parallelism.default']

function minutesUnder(load: number, minutes: readonly RunMinute[]): readonly RunMinute[] {
  return minutes.filter(
    ({ recordsPerSecond, score }) =>
      score !== null && recordsPerSecond !== null && recordsPerSecond >= SAME_LOAD * load,
  )
}

function meanLoad(minutes: readonly RunMinute[]): number | undefined {
  const known = minutes.flatMap(({ recordsPerSecond }) => recordsPerSecond ?? [])
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0) / known.length
}

const shareWith = (rule: string, minutes: readonly RunMinute[]) =>
  minutes.filter(({ rules }) => rules.includes(rule)).length / minutes.length

/** Nearest-rank p10, as gates compare. */
function lowTenth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length / 10) - 1)] ?? 0
}

/** More than this nobody reads; the count says how many there are. */
const MOST_CHANGES = 8
const MOST_TOLD = 3

function inWords(changes: readonly SpecChange[]): string {
  const told = changes.slice(0, MOST_TOLD).map(sentenceOf)
  const more = changes.length - told.length
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''} changed`
}

function sentenceOf({ what, name, from, to }: SpecChange): string {
  if (what === 'operator')
    return from === null
      ? `operator ${firstLine(name, 60)} (new)`
      : `operator ${firstLine(name, 60)} (gone)`
  return `${firstLine(name, 60)} (${shown(from)} → ${shown(to)})`
}

const shown = (value: string | null) => (value === null ? 'not set' : firstLine(value, 80))
