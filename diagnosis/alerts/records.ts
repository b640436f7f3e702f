import type { Store } from '../../core/store/open.ts'
import {
  type DeliveryAttempt,
  type MessagesAsked,
  type OutboxState,
  type Place,
  readFired,
  readGroups,
  readMessages,
  readUnsent,
  writeDelivery,
  writeOutbox,
} from '../../core/store/outbox.ts'
import {
  type JournalEntry,
  readJournal,
  readSettings,
  type Setting,
  writeJournal,
  writeSetting,
} from '../../core/store/settings.ts'
import type { Kept } from './book.ts'
import type { Parcel } from './courier.ts'
import type { Decision, GroupBook } from './decide.ts'
import type { Notice } from './notice.ts'

/** A message and how far its delivery came. */
export interface Delivery extends Omit<OutboxState, 'body'> {
  readonly notice: Notice
}

/** Where alerting keeps what it decided, sent and was told. */
export interface AlertRecords {
  /** Each decision whole or not at all; a repeat changes nothing. */
  keep(decisions: readonly Decision[], at: number): Promise<void>
  /** What was told, and the messages since then that nobody took yet. */
  load(since: number, at: number): Promise<Kept & { readonly unsent: readonly Parcel[] }>
  mark(attempt: DeliveryAttempt): Promise<void>
  /** A message that belongs to no group: a test. */
  keepTest(notice: Notice): Promise<void>
  /** Newest first. */
  deliveries(asked: MessagesAsked): Promise<readonly Delivery[]>
  settings(): Promise<readonly Setting[]>
  /** A body of undefined takes it back. */
  set(setting: Setting): Promise<void>
  journal(page: {
    readonly after?: Place | undefined
    readonly limit: number
  }): Promise<readonly JournalEntry[]>
  note(entry: JournalEntry): Promise<void>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function storedAlerts(store: Store): AlertRecords {
  // The bodies are what is written below, and by nobody else.
  const delivery = ({ body, ...state }: OutboxState): Delivery => ({
    ...state,
    notice: body as Notice,
  })
  return {
    keep: (decisions, at) =>
      writeOutbox(
        store,
        decisions.map(({ book, notices }) => ({
          ...{ route: book.route, group: book.group, sequence: book.sequence, at },
          messages: notices.map(messageOf),
          state: { live: book.told.filter(({ endsAt }) => endsAt === null).length, body: book },
        })),
      ),
    async load(since, at) {
      const [groups, fired, unsent] = await Promise.all([
        readGroups(store, at - DAY_MS),
        readFired(store, at - HOUR_MS),
        readUnsent(store, since),
      ])
      return {
        // As above.
        groups: groups as GroupBook[],
        fired,
        unsent: unsent.map(delivery).map(({ notice, attempts }) => ({ notice, attempts })),
      }
    },
    mark: (attempt) => writeDelivery(store, attempt),
    keepTest: (notice) => {
      const { route, group, at } = notice
      return writeOutbox(store, [{ route, group, sequence: 0, at, messages: [messageOf(notice)] }])
    },
    deliveries: async (asked) => (await readMessages(store, asked)).map(delivery),
    settings: () => readSettings(store),
    set: (setting) => writeSetting(store, setting),
    journal: (page) => readJournal(store, page),
    note: (entry) => writeJournal(store, entry),
  }
}

function messageOf(notice: Notice) {
  return { id: notice.id, target: notice.target, status: notice.status, body: notice }
}
