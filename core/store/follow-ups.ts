import type { FollowUp } from '../model/follow-up.ts'
import { subjectKey } from '../model/subject.ts'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'

/** Keeps what became of advice; the same change judged twice is one row. */
export function writeFollowUps(store: Store, followUps: readonly FollowUp[]): Promise<void> {
  return insertRows(
    store,
    'follow_ups',
    ['job', 'at', 'kind', 'target', 'appliedAt', 'outcome', 'body'],
    followUps.map((one) => [
      ...[one.job, one.at, one.kind, subjectKey(one.target.subject), one.appliedAt, one.outcome],
      JSON.stringify(one),
    ]),
    {},
  )
}

/** What became of advice for a job, newest first. */
export async function readFollowUps(
  store: Store,
  { job, limit }: { readonly job: string; readonly limit: number },
): Promise<FollowUp[]> {
  const rows = await selectRows<{ body: string }>(
    store,
    `SELECT body FROM follow_ups AS f FINAL WHERE job = {job:String}
     ORDER BY f.at DESC, target, kind LIMIT {limit:UInt32}`,
    { job, limit },
  )
  // Written by writeFollowUps and by nobody else.
  return rows.map(({ body }) => JSON.parse(body) as FollowUp)
}
