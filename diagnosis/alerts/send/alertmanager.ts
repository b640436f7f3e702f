import type { Severity } from '../../../core/model/finding.ts'
import { worst } from '../alert.ts'
import { isWide } from '../group.ts'
import type { Told } from '../notice.ts'
import type { TargetOf } from '../targets-config.ts'
import { annotationsOf, labelsOf } from './alertmanager-body.ts'
import { linkTo } from './links.ts'
import type { Outcome, SendNotice } from './outcome.ts'
import { post } from './post.ts'
import { outcomeOf } from './verdict.ts'

/** `postableAlert` of Alertmanager's API v2. */
interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL?: string
}

/** So many alerts of one request are what Prometheus sends as well. */
const BATCH = 256
/** What is not told again for as many times counts as over; so Prometheus does it. */
const MISSED = 4

/**
 * A real Alertmanager groups, silences and routes by itself: what a route tells is pushed as single alerts,
 * and told again for as long as it fires (`aliveSender`). One that becomes worse is another alert to it, as
 * severity is a label; the milder one ends by not being told again.
 */
export function alertmanagerSender(
  config: TargetOf<'alertmanager'>,
  pageUrl: string | undefined,
): SendNotice {
  const push = pusher(config)
  return (notice, at, signal) => {
    const { alerts, group, labels, status, firing, resolved } = notice
    if (status === 'test') return push([testAlert(at, config.resendMs)], signal)
    const own = { group, labels, told: alerts, count: firing + resolved }
    return push(postable(own, at, config.resendMs, pageUrl), signal)
  }
}

/** What a route has told of one group. */
export interface ToldGroup {
  readonly group: string
  readonly labels: Readonly<Record<string, string>>
  readonly told: readonly Told[]
  /** Of all of them, where `told` was cut. */
  readonly count?: number
}

/** Tells again what was told and has not ended, so that it does not count as over. */
export function aliveSender(
  config: TargetOf<'alertmanager'>,
  pageUrl: string | undefined,
): (groups: readonly ToldGroup[], at: number, signal: AbortSignal) => Promise<Outcome> {
  const push = pusher(config)
  return (groups, at, signal) =>
    push(
      groups.flatMap((one) => postable(one, at, config.resendMs, pageUrl)),
      signal,
    )
}

function postable(
  { group, labels, told, count = told.length }: ToldGroup,
  at: number,
  resendMs: number,
  pageUrl: string | undefined,
): PostableAlert[] {
  const until = (endsAt: number | null) => new Date(endsAt ?? at + MISSED * resendMs).toISOString()
  if (isWide(group)) {
    const firing = told.filter(({ endsAt }) => endsAt === null)
    const [first] = told
    if (!first) return []
    const ends = firing.length > 0 ? null : Math.max(...told.map(({ endsAt }) => endsAt ?? 0))
    const severity: Severity = worst(told.map((one) => one.severity))
    const some = told.slice(0, 5).map(({ name }) => name)
    return [
      {
        labels: { ...labels, severity, platform_wide: 'true' },
        annotations: {
          summary: `Platform-wide: ${first.title}`,
          description: `${count} jobs, such as ${some.join(', ')}. ${first.text}`,
        },
        startsAt: new Date(Math.min(...told.map(({ startsAt }) => startsAt))).toISOString(),
        endsAt: until(ends),
      },
    ]
  }
  return told.map((one) => {
    const generatorURL = linkTo(one, pageUrl)
    return {
      // Vertices may share a name: the id keeps their alerts apart.
      labels: { ...labelsOf(one), weir_id: one.id },
      annotations: annotationsOf(one),
      startsAt: new Date(one.startsAt).toISOString(),
      endsAt: until(one.endsAt),
      ...(generatorURL === '' ? {} : { generatorURL }),
    }
  })
}

function testAlert(at: number, resendMs: number): PostableAlert {
  return {
    labels: { alertname: 'weir-test', severity: 'info' },
    annotations: { summary: 'Weir: a test message; nothing is wrong.' },
    startsAt: new Date(at).toISOString(),
    endsAt: new Date(at + resendMs).toISOString(),
  }
}

/** Batch by batch; the first that is not taken is the outcome. */
function pusher({ url, token, timeoutMs }: TargetOf<'alertmanager'>) {
  const endpoint = `${url.replace(/\/+$/, '')}/api/v2/alerts`
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  return async (alerts: readonly PostableAlert[], signal: AbortSignal): Promise<Outcome> => {
    for (let from = 0; from < alerts.length; from += BATCH) {
      const body = JSON.stringify(alerts.slice(from, from + BATCH))
      const letter = { url: endpoint, headers, body, trust: 'config', timeoutMs } as const
      const outcome = outcomeOf(await post(letter, signal))
      if (outcome.kind !== 'delivered') return outcome
    }
    return { kind: 'delivered', detail: `It took ${alerts.length} alerts.` }
  }
}
