import { createHash } from 'node:crypto'
import type { Severity } from '../../core/model/finding.ts'

/** One alert as a message tells it. */
export interface Told {
  readonly id: string
  readonly job: string
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly team: string
  readonly cause: string
  readonly severity: Severity
  readonly title: string
  readonly subject: string
  readonly text: string
  readonly suggestion: string
  readonly explains: readonly string[]
  readonly startsAt: number
  /** Null while it fires. */
  readonly endsAt: number | null
  /** `unheard`: nothing was heard of its job for long; whether the job is well is not known. */
  readonly ended: 'healthy' | 'unheard' | null
}

/** The same cause on many jobs that share a thing. */
export interface Wide {
  /** What it is (`SharedKind`), and the name it is known by. */
  readonly kind: string
  readonly name: string
  /** Rules, if several with commas between. */
  readonly cause: string
  /** Jobs that have it, also those of other routes. */
  readonly jobs: number
}

/** One message to one target: what the outbox keeps and what every target makes its own text of. */
export interface Notice {
  /** The same however often it is sent. */
  readonly id: string
  readonly at: number
  readonly route: string
  readonly target: string
  readonly group: string
  readonly status: 'firing' | 'resolved' | 'test'
  /** Why now. */
  readonly reason: 'new' | 'changed' | 'repeat' | 'resolved' | 'test'
  readonly labels: Readonly<Record<string, string>>
  readonly wide: Wide | null
  /** Worst first, then what is over; cut at `MOST_TOLD`. The two numbers count all of them. */
  readonly alerts: readonly Told[]
  readonly firing: number
  readonly resolved: number
}

/** Nobody reads more in one message, and chats take no more. */
export const MOST_TOLD = 50

/** Unguessable enough to be no other's, and the same whenever the same decision is made. */
export function noticeId(parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `msg_${digest.slice(0, 27)}`
}
