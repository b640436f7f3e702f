import { signal } from '@preact/signals'
import type {
  AlertsPage,
  DeliveriesPage,
  SilencesPage,
  TargetsPage,
} from '../../../core/api/alerts.ts'
import { getJson, send } from '../api/fetch.ts'
import { type Poller, poller } from '../api/poller.ts'

/** Everything that the page shows, read at one moment. */
export interface AlertsLook {
  readonly page: AlertsPage
  readonly silences: SilencesPage
  readonly deliveries: DeliveriesPage
  /** Whether `deliveries` are dead letters alone. */
  readonly onlyDead: boolean
  readonly targets: TargetsPage
}

const API = '/api/v1/alerts'
const MESSAGES = 50

export const deliveriesPath = (onlyDead: boolean, cursor?: string): string =>
  `${API}/deliveries?${new URLSearchParams({
    ...{ limit: String(MESSAGES), state: onlyDead ? 'dead' : 'all' },
    ...(cursor === undefined ? {} : { cursor }),
  })}`

export function alertsPoller(onlyDead: boolean): Poller<AlertsLook> {
  return poller(async (signal) => {
    const [page, silences, deliveries, targets] = await Promise.all([
      getJson<AlertsPage>(API, signal),
      getJson<SilencesPage>(`${API}/silences`, signal),
      getJson<DeliveriesPage>(deliveriesPath(onlyDead), signal),
      getJson<TargetsPage>(`${API}/targets`, signal),
    ])
    return { page, silences, deliveries, onlyDead, targets }
  })
}

/** What somebody asked for on this page, by the button or form that it stands beside. */
export type Asked =
  | { readonly state: 'busy' }
  | { readonly state: 'done'; readonly id: string }
  | { readonly state: 'failed'; readonly reason: string }

export const asked = signal<Readonly<Record<string, Asked>>>({})

/**
 * Sends a change and reads the page again. What became of it stands beside its button.
 * @returns whether the API took it
 */
export async function change(
  place: string,
  method: 'POST' | 'DELETE',
  path: string,
  body: object | undefined,
  look: Pick<Poller<unknown>, 'refresh'>,
): Promise<boolean> {
  const note = (now: Asked) => {
    asked.value = { ...asked.value, [place]: now }
  }
  note({ state: 'busy' })
  try {
    const answer = await send<{ readonly id?: string }>(method, `${API}${path}`, body)
    note({ state: 'done', id: answer.id ?? '' })
  } catch (error) {
    note({ state: 'failed', reason: error instanceof Error ? error.message : String(error) })
    return false
  }
  await look.refresh()
  return true
}
