import type { PlatformTrouble } from '../../core/model/platform.ts'
import type { JobWord } from '../platform/gather.ts'
import { followTroubles } from '../platform/troubles.ts'
import type { Board } from './board.ts'
import type { RoundEvents } from './happenings.ts'

interface LookoutDeps {
  readonly saveTroubles?: (troubles: readonly PlatformTrouble[], at: number) => Promise<void>
  readonly events: RoundEvents
}

/** Looks over all jobs for what is wrong with things that they share, and blames it on the board. */
export interface Lookout {
  /** Takes over what had not ended before this process; its jobs have yet to be heard of. */
  restore(troubles: readonly PlatformTrouble[], at: number): void
  look(at: number): Promise<void>
}

/** What has not changed is written again only after this: it is long, and looks may be several a second. */
const SAVE_AGAIN_AFTER_MS = 60_000

export function createLookout(board: Board, { saveTroubles, events }: LookoutDeps): Lookout {
  const saved = new Map<string, { readonly gist: string; readonly at: number }>()

  const isNews = (trouble: PlatformTrouble, at: number) => {
    const before = saved.get(trouble.finding.key)
    return before?.gist !== gistOf(trouble) || at - before.at >= SAVE_AGAIN_AFTER_MS
  }

  /** What goes wrong here must cost no job its round. */
  const follow = (at: number) => {
    try {
      return followTroubles(board.troubles(), wordsOn(board), at)
    } catch (error) {
      events.lookoutFailed({ error })
      return undefined
    }
  }

  const save = async (troubles: readonly PlatformTrouble[], at: number) => {
    const news = troubles.filter((trouble) => isNews(trouble, at))
    if (news.length === 0) return
    try {
      await saveTroubles?.(news, at)
      for (const one of news) saved.set(one.finding.key, { gist: gistOf(one), at })
    } catch (error) {
      events.saveFailed({ count: news.length, error })
    }
  }

  return {
    restore(troubles, at) {
      const seenNow = ({ finding, ...own }: PlatformTrouble): PlatformTrouble => ({
        ...own,
        finding: { ...finding, seenAt: at },
      })
      board.blame(troubles.map(seenNow))
    },
    async look(at) {
      const looked = follow(at)
      if (!looked) return
      const { open, ended } = looked
      board.blame(open)
      await save([...open, ...ended], at)
      for (const { finding } of ended) saved.delete(finding.key)
    },
  }
}

function gistOf({ finding, jobs, causes, sharing }: PlatformTrouble): string {
  return JSON.stringify([finding.since, finding.state, finding.severity, causes, sharing, jobs])
}

function wordsOn(board: Board): readonly JobWord[] {
  return [...board.spoken().values()].map(({ diagnosis, facts }) => ({
    job: diagnosis.job,
    shares: facts.shares,
    findings: diagnosis.findings,
    verdicts: diagnosis.verdicts,
  }))
}
