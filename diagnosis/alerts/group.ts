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
  const clusters = new Map<string, Map<string, Set<string>>>()
  for (const { ref, cause, job } of alerts) {
    const causes = clusters.get(ref.cluster) ?? new Map<string, Set<string>>()
    clusters.set(ref.cluster, causes)
    const jobs = causes.get(cause) ?? new Set<string>()
    causes.set(cause, jobs)
    jobs.add(job)
  }
  const wide = new Map<string, Wide>()
  for (const [cluster, causes] of clusters) {
    for (const [cause, { size }] of causes) {
      if (size >= fromJobs) wide.set(wideKey(cluster, cause), { cluster, cause, jobs: size })
    }
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
