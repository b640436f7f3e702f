import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { systemClock } from '../../core/kit/clock.ts'
import { UsageError } from '../../core/kit/errors.ts'
import { moment as momentParam } from '../../core/kit/params.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { StoreConfig } from '../../core/store/config.ts'
import { nearNames } from '../../diagnosis/api/near-names.ts'
import type { FactSource } from '../../diagnosis/facts/source.ts'
import { storedFacts } from '../../diagnosis/facts/stored.ts'
import { readConfig } from '../config.ts'
import type { Io } from '../io.ts'
import { embeddedStore, openStoreToRead } from '../open-store.ts'
import type { ReplayedRound } from '../replay/replay.ts'
import { replayStored } from '../replay/stored.ts'

export interface HistoryOptions {
  readonly from?: number
  readonly to?: number
  readonly job?: string
  readonly data?: string
  readonly store?: string
  readonly config?: string
}

/** Rounds over a stretch of stored history, and what to say when there were none. */
export interface History {
  readonly rounds: AsyncIterable<ReplayedRound>
  /** @throws UsageError when the stretch held nothing that was asked for; call it after the rounds */
  assertFound(): void
}

/**
 * Opens the store, which is only read: it is neither made nor migrated.
 * @throws UsageError, ConfigError or StoreError that says what to give instead
 */
export async function openHistory(
  io: Io,
  options: HistoryOptions & { readonly from: number },
  scope: Scope,
): Promise<History> {
  const { from, to = systemClock.now(), job } = options
  if (from >= to) throw new UsageError('--from must be before --to.')
  const store = await openStoreToRead(storeConfig(io, options), scope)
  const facts = storedFacts(store)
  const seen = new Set<string>()
  let found = false
  return {
    rounds: counted(
      replayStored(noting(facts, seen), { from, to, isWanted: wanted(job) }, scope.signal),
      () => {
        found = true
      },
    ),
    assertFound() {
      if (found) return
      const what = job === undefined ? 'any job' : `"${job}"`
      throw new UsageError(
        `The store holds nothing of ${what} between ${iso(from)} and ${iso(to)}${whatElse(job, seen)}.`,
      )
    },
  }
}

function storeConfig(io: Io, { data, store, config }: HistoryOptions): StoreConfig {
  if (data !== undefined && store !== undefined)
    throw new UsageError('Give --data or --store, not both.')
  if (data !== undefined) {
    const path = join(data, 'store')
    if (!existsSync(path)) {
      throw new UsageError(
        `There is no store in ${data}; give the folder that "weir up --data" was given.`,
      )
    }
    return embeddedStore(path)
  }
  const overrides = store === undefined ? {} : { store: { kind: 'clickhouse', url: store } }
  const configured = readConfig(io, config, overrides).store
  if (!configured)
    throw new UsageError('Say where the history is: --data DIR, --store URL or --config FILE.')
  return configured
}

/** Jobs of a whole reference, or of a name in whatever cluster and namespace. */
function wanted(job: string | undefined): (candidate: string) => boolean {
  if (job === undefined) return () => true
  if (parseJobRef(job)) return (candidate) => candidate === job
  return (candidate) => parseJobRef(candidate)?.name === job
}

function noting(facts: FactSource, seen: Set<string>): FactSource {
  return {
    read: (jobs, at) => facts.read(jobs, at),
    async jobs(at) {
      const jobs = await facts.jobs(at)
      for (const job of jobs) seen.add(job)
      return jobs
    },
  }
}

async function* counted(
  rounds: AsyncIterable<ReplayedRound>,
  onFound: () => void,
): AsyncGenerator<ReplayedRound> {
  for await (const round of rounds) {
    if (round.diagnoses.length > 0) onFound()
    yield round
  }
}

const MOST_NAMED = 3

function whatElse(job: string | undefined, seen: ReadonlySet<string>): string {
  if (seen.size === 0) return ''
  const isRef = job !== undefined && parseJobRef(job) !== undefined
  const names = [...seen].map((one) => (isRef ? one : (parseJobRef(one)?.name ?? one)))
  const near = job === undefined ? [] : nearNames(job, names)
  const told = near.length > 0 ? near : names.sort().slice(0, MOST_NAMED)
  return `; it knows ${told.join(', ')}${near.length === 0 && seen.size > MOST_NAMED ? ' and others' : ''}`
}

const iso = (at: number) => new Date(at).toISOString()

/** An option that is a moment: ISO 8601, or epoch ms. */
export function moment(text: string): number {
  const parsed = momentParam.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError('It must be epoch ms or a time such as 2026-11-20T09:00:00Z.')
}
