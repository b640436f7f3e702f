import { createHash } from 'node:crypto'
import type { Store } from './open.ts'
import { insertRows, selectRows } from './rows.ts'

/** One message to one target. `body` is JSON of whoever makes messages. */
export interface OutboxMessage {
  readonly id: string
  readonly target: string
  readonly status: 'firing' | 'resolved' | 'test'
  readonly body: unknown
}

/** A decision: its messages, and what has been told of its group from then on. */
export interface OutboxEntry {
  readonly route: string
  readonly group: string
  readonly sequence: number
  readonly at: number
  readonly messages: readonly OutboxMessage[]
  /** Absent where nothing is remembered, as of a test message. */
  readonly state?: { readonly live: number; readonly body: unknown }
}

/** Rows of one insert: far below what ClickHouse would cut into two blocks. */
const MOST_ROWS = 2_000

const columns = [
  ...(['route', 'groupKey', 'at', 'sequence', 'target', 'id', 'status', 'live', 'body'] as const),
] as const

/**
 * Keeps decisions; each of them whole or not at all. A repeat changes nothing.
 * Errors are the client's, and then it is not known which of the decisions are kept.
 */
export async function writeOutbox(store: Store, entries: readonly OutboxEntry[]): Promise<void> {
  let rows: (readonly unknown[])[] = []
  const flush = async () => {
    if (rows.length === 0) return
    const token = createHash('sha256').update(JSON.stringify(rows)).digest('hex')
    const page = rows
    rows = []
    await insertRows(store, 'outbox', [...columns], page, { token })
  }
  for (const entry of entries) {
    const own = rowsOf(entry)
    if (rows.length + own.length > MOST_ROWS) await flush()
    rows.push(...own)
  }
  await flush()
}

function rowsOf({ route, group, at, sequence, messages, state }: OutboxEntry): unknown[][] {
  const head = [route, group, at, sequence]
  const rows: unknown[][] = messages.map(({ id, target, status, body }) => [
    ...head,
    ...[target, id, status, 0, JSON.stringify(body)],
  ])
  if (state) rows.push([...head, '', '', '', state.live, JSON.stringify(state.body)])
  return rows
}

/** What has been told of each group whose receivers believe that something fires, or that was told since. */
export async function readGroups(store: Store, since: number): Promise<unknown[]> {
  const rows = await selectRows<{ body: string }>(
    store,
    `SELECT argMax(body, (outbox.at, sequence)) AS body
     FROM outbox WHERE target = ''
     GROUP BY route, groupKey
     HAVING argMax(live, (outbox.at, sequence)) > 0 OR max(outbox.at) >= fromUnixTimestamp64Milli({since:Int64})
     ORDER BY route, groupKey`,
    { since },
  )
  return rows.map(({ body }) => JSON.parse(body))
}

/** When routes told of something that fires, once per decision. */
export function readFired(store: Store, since: number): Promise<{ route: string; at: number }[]> {
  return selectRows(
    store,
    `SELECT route, toUnixTimestamp64Milli(o.at) AS at FROM outbox AS o
     WHERE status = 'firing' AND o.at >= fromUnixTimestamp64Milli({since:Int64})
     GROUP BY route, groupKey, o.at, sequence ORDER BY o.at`,
    { since },
  )
}

export type DeliveryOutcome = 'delivered' | 'failed' | 'refused' | 'expired' | 'again'

export interface DeliveryAttempt {
  readonly id: string
  readonly at: number
  readonly attempt: number
  readonly target: string
  readonly outcome: DeliveryOutcome
  readonly tookMs: number
  readonly detail: string
}

export function writeDelivery(store: Store, one: DeliveryAttempt): Promise<void> {
  const { id, at, attempt, target, outcome, tookMs, detail } = one
  return insertRows(
    store,
    'deliveries',
    ['id', 'at', 'attempt', 'target', 'outcome', 'tookMs', 'detail'],
    [[id, at, attempt, target, outcome, Math.round(tookMs), detail]],
    {},
  )
}

/** A message and how far its delivery came; `outcome` is null before the first attempt. */
export interface OutboxState {
  readonly id: string
  readonly target: string
  readonly at: number
  readonly body: unknown
  readonly attempts: number
  readonly outcome: DeliveryOutcome | null
  readonly detail: string
  /** Of the newest attempt. */
  readonly triedAt: number | null
}

const stateOfMessages = `SELECT o.id AS id, o.target AS target, toUnixTimestamp64Milli(o.at) AS at, o.body AS body,
    d.attempts AS attempts, d.outcome AS outcome, d.detail AS detail,
    if(d.attempts = 0, NULL, toUnixTimestamp64Milli(d.triedAt)) AS triedAt
  FROM (SELECT * FROM outbox FINAL WHERE target != '') AS o
  LEFT JOIN (
    SELECT id, max(attempt) AS attempts, argMax(outcome, (deliveries.at, attempt)) AS outcome,
           argMax(detail, (deliveries.at, attempt)) AS detail, max(deliveries.at) AS triedAt
    FROM deliveries GROUP BY id
  ) AS d ON d.id = o.id`

interface StateRow extends Omit<OutboxState, 'body' | 'outcome'> {
  readonly body: string
  readonly outcome: DeliveryOutcome | ''
}

const toState = ({ body, outcome, ...row }: StateRow): OutboxState => ({
  ...row,
  body: JSON.parse(body),
  outcome: outcome === '' ? null : outcome,
})

/** Messages decided since then whose delivery has not come to an end, oldest first. */
export async function readUnsent(store: Store, since: number): Promise<OutboxState[]> {
  const rows = await selectRows<StateRow>(
    store,
    `${stateOfMessages}
     WHERE o.at >= fromUnixTimestamp64Milli({since:Int64}) AND d.outcome IN ('', 'failed', 'again')
     ORDER BY o.at, o.sequence, o.id`,
    { since },
  )
  return rows.map(toState)
}

/** Where a list that is told newest first goes on: behind this entry. */
export interface Place {
  readonly at: number
  readonly id: string
}

/** Which messages are read: from a place on, the one of an id, or only those that were given up. */
export interface MessagesAsked {
  readonly after?: Place | undefined
  readonly limit: number
  readonly id?: string
  readonly onlyDead?: boolean
}

/** Messages, newest first. */
export async function readMessages(
  store: Store,
  { after, limit, id, onlyDead }: MessagesAsked,
): Promise<OutboxState[]> {
  const rows = await selectRows<StateRow>(
    store,
    `${stateOfMessages}
     WHERE ({from:Int64} < 0 OR (o.at, o.id) < (fromUnixTimestamp64Milli({from:Int64}), {fromId:String}))
       AND ({id:String} = '' OR o.id = {id:String})
       AND ({onlyDead:UInt8} = 0 OR d.outcome IN ('refused', 'expired'))
     ORDER BY o.at DESC, o.id DESC LIMIT {limit:UInt32}`,
    {
      from: after?.at ?? -1,
      fromId: after?.id ?? '',
      limit,
      id: id ?? '',
      onlyDead: onlyDead ? 1 : 0,
    },
  )
  return rows.map(toState)
}
