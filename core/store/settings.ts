import type { Store } from './open.ts'
import type { Place } from './outbox.ts'
import { insertRows, selectRows } from './rows.ts'

export type SettingKind = 'silence' | 'target'

/** One thing that somebody set; `body` is JSON of whoever made it. */
export interface Setting {
  readonly kind: SettingKind
  readonly id: string
  readonly at: number
  readonly body: unknown
}

/** The newest word on an id counts; without a body it is taken back. */
export function writeSetting(
  store: Store,
  { kind, id, at, body }: Omit<Setting, 'body'> & { readonly body: unknown },
): Promise<void> {
  const text = body === undefined ? '' : JSON.stringify(body)
  return insertRows(
    store,
    'alert_settings',
    ['kind', 'id', 'at', 'body'],
    [[kind, id, at, text]],
    {},
  )
}

export async function readSettings(store: Store): Promise<Setting[]> {
  const rows = await selectRows<{ kind: SettingKind; id: string; at: number; body: string }>(
    store,
    `SELECT kind, id, toUnixTimestamp64Milli(s.at) AS at, body FROM alert_settings AS s FINAL
     WHERE body != '' ORDER BY kind, s.at, id`,
    {},
  )
  return rows.map(({ body, ...row }) => ({ ...row, body: JSON.parse(body) }))
}

/** Who did what, to what. `details` never holds a secret: whoever writes it sees to that. */
export interface JournalEntry {
  readonly at: number
  readonly id: string
  readonly who: string
  readonly role: string
  readonly action: string
  readonly subject: string
  readonly details: unknown
}

export function writeJournal(store: Store, entry: JournalEntry): Promise<void> {
  const { at, id, who, role, action, subject, details } = entry
  return insertRows(
    store,
    'journal',
    ['at', 'id', 'who', 'role', 'action', 'subject', 'body'],
    [[at, id, who, role, action, subject, JSON.stringify(details ?? null)]],
    {},
  )
}

/** Newest first, from a place on. */
export async function readJournal(
  store: Store,
  { after, limit }: { readonly after?: Place | undefined; readonly limit: number },
): Promise<JournalEntry[]> {
  const rows = await selectRows<Omit<JournalEntry, 'details'> & { readonly body: string }>(
    store,
    `SELECT toUnixTimestamp64Milli(j.at) AS at, id, who, role, action, subject, body FROM journal AS j FINAL
     WHERE ({from:Int64} < 0 OR (j.at, j.id) < (fromUnixTimestamp64Milli({from:Int64}), {fromId:String}))
     ORDER BY j.at DESC, j.id DESC LIMIT {limit:UInt32}`,
    { from: after?.at ?? -1, fromId: after?.id ?? '', limit },
  )
  return rows.map(({ body, ...row }) => ({ ...row, details: JSON.parse(body) }))
}
