import type { History } from '../api/history.ts'
import type { Rounds } from '../rounds/rounds.ts'
import type { ScoreSample } from './judge.ts'

/** Scores of the last minutes, so that a gate that is asked often asks the store seldom. */
export interface RecentScores {
  /**
   * Scores from `from` to now, oldest first; undefined when not all of them are at hand.
   * @throws StoreError when what was scored before this process began cannot be read
   */
  since(job: string, from: number): Promise<readonly ScoreSample[] | undefined>
}

/** Longer windows are read from the store; at an interval of 5 s these are 72 scores of a job. */
const KEPT_MS = 360_000

/** Follows the rounds for as long as they are held; what was scored before is read once for each job. */
export function recentScores(
  rounds: Pick<Rounds, 'latestDiagnoses' | 'onRound'>,
  history: Pick<History, 'scores'>,
  startedAt: number,
): RecentScores {
  const scores = new Map<string, ScoreSample[]>()
  /** Scores of the time before this process. */
  const earlier = new Map<string, Promise<readonly ScoreSample[]>>()
  let newestAt = startedAt

  rounds.onRound(({ at }) => {
    newestAt = Math.max(newestAt, at)
    if (newestAt - KEPT_MS > startedAt) earlier.clear()
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

  const before = (job: string): Promise<readonly ScoreSample[]> => {
    const span = { from: startedAt - KEPT_MS, to: startedAt }
    const read = earlier.get(job) ?? history.scores(job, span)
    earlier.set(job, read)
    // Whoever asks next tries again.
    read.catch(() => earlier.delete(job))
    return read
  }

  return {
    async since(job, from) {
      if (from < newestAt - KEPT_MS) return undefined
      const own = scores.get(job) ?? []
      if (from >= startedAt) return own.filter(({ at }) => at >= from)
      const old = (await before(job)).filter(({ at }) => at >= from)
      return [...old, ...own.filter(({ at }) => at > startedAt)]
    },
  }
}
