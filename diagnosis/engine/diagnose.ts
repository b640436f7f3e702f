import type { JobFacts } from '../../core/model/facts.ts'
import { rules as catalogue } from '../rules/index.ts'
import { scoreOf } from '../score/score.ts'
import { followEpisodes, NO_EPISODES } from '../signals/episodes.ts'
import { viewOf } from '../signals/view.ts'
import { adviseOn } from '../tuning/advise.ts'
import { followAdvice, NO_PREDICTIONS } from '../tuning/follow-up.ts'
import { NO_HISTORY, type TuningHistory } from '../tuning/history.ts'
import { askRules } from './ask.ts'
import type { Diagnosis, TrackerMemory } from './diagnosis.ts'
import { fold } from './fold.ts'
import type { Rule } from './rule.ts'
import { rank, track } from './track.ts'

export const EMPTY_MEMORY: TrackerMemory = { tracked: [] }

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
): Diagnosis {
  const view = viewOf(facts)
  const held = new Map(memory.tracked.map(({ key, finding }) => [key, finding.severity]))
  const { found, verdicts } = askRules(rules, view, (key) => held.get(key))
  const tracked = track(memory, found, verdicts, rules, facts.at)
  const folded = fold(tracked.findings, rules, facts)
  const { score, findings } = scoreOf(view, folded, verdicts, rules)
  const { advice, abstained } = adviseOn(view, findings, history)
  const followed = followEpisodes(facts, memory.episodes ?? NO_EPISODES)
  const predictions = followAdvice(view, findings, advice, memory.predictions ?? NO_PREDICTIONS)
  const { record } = predictions.memory
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
    },
  }
}
