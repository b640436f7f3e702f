import type { Notice, Told } from '../notice.ts'
import { linkTo, UNHEARD } from './links.ts'
import { titleOf } from './words.ts'

/** `template.Data` of Alertmanager 0.2x as its webhooks send it: receivers of those understand ours. */
export interface WebhookBody {
  readonly version: '4'
  readonly groupKey: string
  readonly truncatedAlerts: number
  readonly status: 'firing' | 'resolved'
  readonly receiver: string
  readonly groupLabels: Readonly<Record<string, string>>
  readonly commonLabels: Readonly<Record<string, string>>
  readonly commonAnnotations: Readonly<Record<string, string>>
  readonly externalURL: string
  readonly notification_reason: string
  readonly alerts: readonly WebhookAlert[]
}

interface WebhookAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
  readonly fingerprint: string
}

/** Go's zero time: how Alertmanager writes that something has not ended. */
const NEVER = '0001-01-01T00:00:00Z'

export function webhookBody(notice: Notice, pageUrl: string | undefined): WebhookBody {
  const { target, group, alerts, firing, resolved, labels, status, reason } = notice
  const told = alerts.map((alert) => webhookAlert(alert, pageUrl))
  return {
    version: '4',
    groupKey: `${notice.route}:${group}`,
    truncatedAlerts: Math.max(0, firing + resolved - alerts.length),
    // A test fires for nobody's sake; receivers know only two words.
    status: status === 'resolved' ? 'resolved' : 'firing',
    receiver: target,
    groupLabels: labels,
    commonLabels: common(told.map((one) => one.labels)),
    commonAnnotations: { ...common(told.map((one) => one.annotations)), title: titleOf(notice) },
    externalURL: pageUrl ?? '',
    notification_reason: reason,
    alerts: told,
  }
}

function webhookAlert(told: Told, pageUrl: string | undefined): WebhookAlert {
  return {
    status: told.endsAt === null ? 'firing' : 'resolved',
    labels: labelsOf(told),
    annotations: annotationsOf(told),
    startsAt: new Date(told.startsAt).toISOString(),
    endsAt: told.endsAt === null ? NEVER : new Date(told.endsAt).toISOString(),
    generatorURL: linkTo(told, pageUrl),
    fingerprint: told.id,
  }
}

/** What tells one alert from another. Empty values are left out: to Alertmanager they are none. */
export function labelsOf(told: Told): Record<string, string> {
  const { cause, severity, job, cluster, namespace, name, team, subject } = told
  const labels = { alertname: cause, severity, job, cluster, namespace, name, team, subject }
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
}

export function annotationsOf(told: Told): Record<string, string> {
  const { title, text, suggestion, explains, ended } = told
  const unheard = ended === 'unheard' ? UNHEARD : ''
  const annotations = { summary: title, description: unheard || text, suggestion }
  const all = { ...annotations, explains: explains.join(', ') }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

function common(list: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...rest] = list
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((other) => other[name] === value)),
  )
}
