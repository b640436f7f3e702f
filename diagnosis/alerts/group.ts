import type { Alert } from './alert.ts'
import type { GroupField } from './config.ts'
import type { Wide } from './notice.ts'

/** Alerts that one route tells in one message. */
export interface Group {
  readonly key: string
  readonly labels: Readonly<Record<string, string>>
}

/** Causes that so many jobs of a cluster have that they are one trouble of the platform. */
export type WideCauses = ReadonlyMap<string, Wide>

const WIDE = 'platform-wide '

const wideKey = (cluster: string, cause: string) => WIDE + JSON.stringify([cluster, cause])

export const isWide = (group: string) => group.startsWith(WIDE)

/** Counts those that still wait as well: when the first one fires, its siblings are known. */
export function wideCauses(alerts: Iterable<Alert>, fromJobs: number): WideCauses {
  const jobs = new Map<string, { cluster: string; cause: string; jobs: Set<string> }>()
  for (const { ref, cause, job } of alerts) {
    const key = wideKey(ref.cluster, cause)
    const one = jobs.get(key) ?? { cluster: ref.cluster, cause, jobs: new Set<string>() }
    jobs.set(key, one)
    one.jobs.add(job)
  }
  const wide = new Map<string, Wide>()
  for (const [key, one] of jobs) {
    if (one.jobs.size >= fromJobs) wide.set(key, { ...one, jobs: one.jobs.size })
  }
  return wide
}

/** Where an alert that was not told yet belongs. */
export function groupOf(alert: Alert, by: readonly GroupField[], wide: WideCauses): Group {
  const { cluster } = alert.ref
  const key = wideKey(cluster, alert.cause)
  if (wide.has(key)) return { key, labels: { alertname: alert.cause, cluster } }
  const labels = Object.fromEntries(by.map((field) => [labelOf[field], labelValue(alert, field)]))
  return { key: JSON.stringify(labels), labels }
}

/** Receivers of Alertmanager's body expect the cause under this name. */
const labelOf: Readonly<Record<GroupField, string>> = {
  job: 'job',
  cluster: 'cluster',
  namespace: 'namespace',
  cause: 'alertname',
  team: 'team',
  severity: 'severity',
}

function labelValue(alert: Alert, field: GroupField): string {
  switch (field) {
    case 'cluster':
    case 'namespace':
      return alert.ref[field]
    default:
      return alert[field]
  }
}
