import { isOpen, touchedJob } from '../journal/application.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { Situation } from './situation.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Whether enough was changed lately: of this job, of all of them, or at the same time. */
export function rateRefusal(job: string, situation: Situation): Refusal | undefined {
  const { at, policy, limits, applications } = situation
  const done = applications.filter(touchedJob)
  const ofJob = done.filter((one) => one.job === job && at - one.at < DAY_MS).length
  if (ofJob >= policy.perDay) {
    return refuse(
      'rate',
      `it was changed ${ofJob} times within a day; ${policy.perDay} are allowed`,
    )
  }
  const open = applications.filter(isOpen).length
  if (open >= limits.atOnce) {
    return refuse('rate', `other jobs are being changed; ${limits.atOnce} at once may be`)
  }
  const lately = done.filter((one) => at - one.at < HOUR_MS).length
  if (lately >= limits.perHour) {
    return refuse(
      'rate',
      `${lately} changes were made within an hour; ${limits.perHour} are allowed`,
    )
  }
  return undefined
}
