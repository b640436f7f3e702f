import type { JobFacts } from '../../core/model/facts.ts'
import type { Finding } from '../../core/model/finding.ts'
import { rules as catalogue } from '../rules/index.ts'
import { regressionAfterChange } from '../rules/regression-after-change.ts'
import { scoreOf } from '../score/score.ts'
import { followEpisodes, NO_EPISODES } from '../signals/episodes.ts'
import { followRuns, type SaidOfRun } from '../signals/runs.ts'
import { viewOf } from '../signals/view.ts'
import { adviseOn } from '../tuning/advise.ts'
import { followAdvice, NO_PREDICTIONS } from '../tuning/follow-up.ts'
import {
  DEFAULT_POLICY,
  NO_HISTORY,
  type TuningHistory,
  type TuningPolicy,
} from '../tuning/history.ts'
import { askRules } from './ask.ts'
import type { Diagnosis, TrackerMemory } from './diagnosis.ts'
import { fold } from './fold.ts'
import type { Rule } from './rule.ts'
import { rank, track } from './track.ts'

export const EMPTY_MEMORY: TrackerMemory = { tracked: [] }

const AFTER_CHANGE = regressionAfterChange.id

/**
 * One round of one job: facts → signals → every rule's answer → findings through time → symptoms
 * folded under causes → score → advice; beside them
 * the episodes of backpressure, and what became of earlier advice. Pure: the same facts and memory give the same bytes.
 */
export function diagnose(
  facts: JobFacts,
  memory: TrackerMemory = EMPTY_MEMORY,
  rules: readonly Rule[] = catalogue,
  history: TuningHistory = NO_HISTORY,
  policy: TuningPolicy = DEFAULT_POLICY,
): Diagnosis {
  const view = viewOf(facts, memory.runs)
  const held = new Map(memory.tracked.map(({ key, finding }) => [key, finding.severity]))
  const { found, verdicts } = askRules(rules, view, (key) => held.get(key))
  const tracked = track(memory, found, verdicts, rules, {
    at: facts.at,
    run: view.run?.run,
  })
  const folded = fold(tracked.findings, rules, facts)
  const { score, findings } = scoreOf(view, folded, verdicts, rules)
  const { advice, abstained } = adviseOn(view, findings, history, policy)
  const followed = followEpisodes(facts, memory.episodes ?? NO_EPISODES)
  const predictions = followAdvice(view, findings, advice, memory.predictions ?? NO_PREDICTIONS)
  const { record } = predictions.memory
  const runs = followRuns(view, saidOf(findings, score.value), memory.runs)
  return {
    job: facts.job,
    at: facts.at,
    run: view.run,
    score,
    findings: [...findings].sort(
      (a, b) =>
        Number(b.cause) - Number(a.cause) ||
        rank(a.severity) - rank(b.severity) ||
        b.points - a.points ||
        a.key.localeCompare(b.key),
    ),
    verdicts,
    advice: record.held + record.missed > 0 ? advice.map((one) => ({ ...one, record })) : advice,
    abstained,
    followUps: predictions.followUps,
    loads: view.loads,
    episodes: followed.episodes,
    memory: {
      ...tracked.memory,
      episodes: followed.memory,
      predictions: predictions.memory,
      ...(runs && { runs }),
    },
  }
}

/** What is open now, but for the word on the change itself: it must not be its own reason. */
function saidOf(findings: readonly Finding[], score: number | null): SaidOfRun {
  const causes = findings
    .filter(({ state, cause, rule }) => state === 'open' && cause && rule !== AFTER_CHANGE)
    .map(({ rule, title, subject, category, severity, since }) => {
      return { ...{ rule, title, category, severity, since }, subject: subject.name }
    })
  return { score, causes }
}
