import { createHash } from 'node:crypto'
import type { Severity } from '../../../core/model/finding.ts'
import type { Notice } from '../notice.ts'
import type { TargetOf } from '../targets-config.ts'
import { annotationsOf, labelsOf } from './alertmanager-body.ts'
import { linkTo } from './links.ts'
import type { SendNotice } from './outcome.ts'
import { post } from './post.ts'
import { outcomeOf } from './verdict.ts'
import { titleOf } from './words.ts'

const SEVERITIES = { crit: 'critical', major: 'error', minor: 'warning', info: 'info' } as const

/** `payload.summary` is cut beyond this many characters. */
const MOST_SUMMARY = 1_024
/** An event may have 512 KB; so many alerts are far below. */
const MOST_DETAILS = 20

/** Events API v2. One incident per route and group: its end resolves what its beginning triggered. */
export function pagerdutySender(
  { url, routingKey, timeoutMs }: TargetOf<'pagerduty'>,
  pageUrl: string | undefined,
): SendNotice {
  return async (notice, _at, signal) => {
    const body = JSON.stringify({ routing_key: routingKey, ...pagerdutyEvent(notice, pageUrl) })
    const headers = { 'content-type': 'application/json', 'webhook-id': notice.id }
    return outcomeOf(await post({ url, headers, body, trust: 'config', timeoutMs }, signal))
  }
}

/** The event without its key. */
export function pagerdutyEvent(notice: Notice, pageUrl: string | undefined): object {
  const { route, group, status, alerts, wide, firing } = notice
  const dedupKey = createHash('sha256')
    .update(JSON.stringify([route, group]))
    .digest('hex')
  const head = { dedup_key: `weir-${dedupKey.slice(0, 40)}`, client: 'Weir' }
  if (status === 'resolved') return { ...head, event_action: 'resolve' }
  const [first] = alerts
  const href = first ? linkTo(first, pageUrl) : ''
  // A test is not an incident; it is told as mildly as there are words for.
  const severity: Severity = first?.severity ?? 'info'
  return {
    ...head,
    event_action: 'trigger',
    payload: {
      summary: [...titleOf(notice)].slice(0, MOST_SUMMARY).join(''),
      source: wide?.name ?? first?.job ?? 'weir',
      severity: SEVERITIES[severity],
      timestamp: new Date(first?.startsAt ?? notice.at).toISOString(),
      ...(first ? { component: first.subject, class: first.cause, group: first.cluster } : {}),
      custom_details: {
        firing,
        alerts: alerts.slice(0, MOST_DETAILS).map((one) => ({
          ...{ ...labelsOf(one), ...annotationsOf(one) },
          state: one.endsAt === null ? 'firing' : 'over',
        })),
      },
    },
    ...(href === '' ? {} : { links: [{ href, text: 'The job in Weir' }], client_url: pageUrl }),
  }
}
