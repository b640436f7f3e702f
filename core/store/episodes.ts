import type { EpisodePosition } from '../api/public.ts'
import type { Episode } from '../model/episode.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'
import type { Span } from './series.ts'

/** Keeps episodes; a later word on one that lasts replaces the earlier. */
export function writeEpisodes(store: Store, episodes: readonly Episode[]): Promise<void> {
  return insertRows(
    store,
    'episodes',
    [
      ...(['job', 'vertex', 'role', 'startAt', 'seenAt', 'endAt'] as const),
      ...(['run', 'name', 'worst', 'mean', 'severity'] as const),
    ],
    episodes.map((e) => [
      ...[e.job, e.vertex, e.role, e.startAt, e.seenAt, e.endAt ?? null],
      ...[e.run, e.name, e.worst, e.mean, e.severity],
    ]),
    {},
  )
}

/** Time is compared with what touches the span: an episode that began before it still counts. */
const touches =
  'startAt <= fromUnixTimestamp64Milli({to:Int64}) AND seenAt >= fromUnixTimestamp64Milli({from:Int64})'

/** What one request may make us read; the newest are kept. */
const MOST_EPISODES = 5_000

/** Episodes of a job that touch the span, oldest first, each in its newest form. */
export async function readEpisodes(
  store: Store,
  job: string,
  { from, to }: Span,
): Promise<Episode[]> {
  const rows = await selectRows<Omit<Episode, 'endAt'> & { readonly endAt: number | null }>(
    store,
    `SELECT job, run, vertex, name, role,
            toUnixTimestamp64Milli(e.startAt) AS startAt, toUnixTimestamp64Milli(e.seenAt) AS seenAt,
            toUnixTimestamp64Milli(e.endAt) AS endAt, worst, mean, severity
     FROM (SELECT * FROM episodes FINAL WHERE job = {job:String} AND ${touches}
           ORDER BY startAt DESC LIMIT {most:UInt32}) AS e
     ORDER BY e.startAt, role, vertex`,
    { job, from, to, most: MOST_EPISODES },
  )
  return rows.map(({ endAt, ...episode }) => (endAt === null ? episode : { ...episode, endAt }))
}

/** Position × time × count over the span, longest first; of all jobs where none is named. */
export function readPositions(
  store: Store,
  { job, from, to }: Span & { readonly job?: string | undefined },
): Promise<EpisodePosition[]> {
  return selectRows<EpisodePosition>(
    store,
    `SELECT job, vertex, argMax(e.name, e.seenAt) AS name, role,
            toUInt32(count()) AS episodes, toFloat64(sum(lasted)) AS ms, max(e.worst) AS worst,
            if(ms > 0, sum(e.mean * lasted) / ms, avg(e.mean)) AS mean
     FROM (SELECT *, least(toUnixTimestamp64Milli(seenAt), {to:Int64})
                     - greatest(toUnixTimestamp64Milli(startAt), {from:Int64}) AS lasted
           FROM episodes FINAL WHERE ({job:String} = '' OR job = {job:String}) AND ${touches}) AS e
     GROUP BY job, vertex, role ORDER BY ms DESC, job, role, vertex LIMIT {most:UInt32}`,
    { job: job ?? '', from, to, most: MOST_EPISODES },
  )
}
