import { PLATFORM_WIDE } from '../../core/model/platform.ts'
import type { Alert } from './alert.ts'
import type { GroupField } from './config.ts'
import type { GroupBook } from './decide.ts'
import type { Wide } from './notice.ts'

/** Alerts that one route tells in one message. */
export interface Group {
  readonly key: string
  readonly labels: Readonly<Record<string, string>>
}

/** By the key of their group: troubles of things that many jobs share. */
export type WideTroubles = ReadonlyMap<string, Wide>

export const isWide = (group: string) => group.startsWith(`${PLATFORM_WIDE}@`)

/** Jobs are told of a trouble at different moments; the most that any of them knows of is the newest. */
export function wideTroubles(alerts: Iterable<Alert>): WideTroubles {
  const wide = new Map<string, Wide>()
  for (const { under } of alerts) {
    if (!under) continue
    const { trouble, causes: cause, jobs, ...thing } = under
    if (jobs >= (wide.get(trouble)?.jobs ?? 0)) wide.set(trouble, { ...thing, cause, jobs })
  }
  return wide
}

/** What a trouble was that no job is under any more, as its group has told it. */
export function lastWide({
  group,
  book,
}: {
  readonly group: Group
  readonly book: Pick<GroupBook, 'told'> | undefined
}): Wide | undefined {
  if (!isWide(group.key) || !book) return undefined
  const { kind = '', name = '' } = group.labels
  const causes = [...new Set(book.told.map(({ cause }) => cause))].sort()
  return { kind, name, cause: causes.join(', '), jobs: book.told.length }
}

/** Where an alert that was not told yet belongs. */
export function groupOf(alert: Alert, by: readonly GroupField[]): Group {
  const { under } = alert
  if (under) {
    const labels = { alertname: PLATFORM_WIDE, kind: under.kind, name: under.name }
    return { key: under.trouble, labels }
  }
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
