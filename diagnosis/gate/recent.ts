import type { Rounds } from '../rounds/rounds.ts'
import type { ScoreSample } from './judge.ts'

/** Scores of the last minutes, so that a gate that is asked often asks the store seldom. */
export interface RecentScores {
  /** Scores from `from` to now, oldest first; undefined when not all of them are at hand. */
  since(job: string, from: number): readonly ScoreSample[] | undefined
}

/** Longer windows are read from the store; at an interval of 5 s these are 72 scores of a job. */
const KEPT_MS = 360_000

/** Follows the rounds for as long as they are held. */
export function recentScores(
  rounds: Pick<Rounds, 'latestDiagnoses' | 'onRound'>,
  startedAt: number,
): RecentScores {
  const scores = new Map<string, ScoreSample[]>()
  let newestAt = startedAt

  rounds.onRound(({ at }) => {
    newestAt = Math.max(newestAt, at)
    const latest = rounds.latestDiagnoses()
    for (const [job, { diagnosis }] of latest) {
      const own = scores.get(job) ?? []
      scores.set(job, own)
      if (own.at(-1)?.at === diagnosis.at) continue
      const { value, coverage } = diagnosis.score
      own.push({ at: diagnosis.at, run: diagnosis.run?.run ?? '', value, coverage })
      const old = own.findIndex((one) => one.at > diagnosis.at - KEPT_MS)
      if (old > 0) own.splice(0, old)
    }
    for (const job of scores.keys()) if (!latest.has(job)) scores.delete(job)
  })

  return {
    since(job, from) {
      if (from < startedAt || from < newestAt - KEPT_MS) return undefined
      return (scores.get(job) ?? []).filter(({ at }) => at >= from)
    },
  }
}
