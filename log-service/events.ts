import { type Event, type EventKit, event } from '../core/kit/events.ts'

/** What happens to log files and to their archive: one function each, which counts and tells. */
export interface LogServiceEvents {
  readonly linesRead: Event<never>
  readonly bytesRead: Event<never>
  readonly fileTruncated: Event<never>
  readonly bytesLost: Event<'reason'>
  readonly fileUnreadable: Event<never>
  readonly inodeReused: Event<never>
  readonly copyContinued: Event<'kind'>
  readonly rootMissing: Event<never>
  readonly watchFailed: Event<never>
  readonly positionsUnreadable: Event<never>
  readonly positionsNotWritten: Event<never>
  readonly shipFailed: Event<never>
  readonly linesShipped: Event<never>
  readonly segmentSealed: Event<never>
  readonly sealFailed: Event<never>
  readonly archiveCut: Event<'acknowledged'>
  readonly archiveRefused: Event<never>
  readonly archiveDamaged: Event<never>
  readonly requestLimited: Event<'limit'>
  readonly tailBehind: Event<never>
}

const floodMs = 10_000

export function logServiceEvents(kit: EventKit): LogServiceEvents {
  return {
    linesRead: event(kit, {
      metric: 'weir_logs_read_events_total',
      help: 'Events of logs, each a line with what belongs to it, that were read from files.',
      level: 'debug',
      sentence: 'Lines were read.',
    }),
    bytesRead: event(kit, {
      metric: 'weir_logs_read_bytes_total',
      help: 'Bytes that were read from log files, unpacked.',
      level: 'debug',
      sentence: 'Bytes were read.',
    }),
    fileTruncated: event(kit, {
      metric: 'weir_logs_truncations_total',
      help: 'Times that a log file was emptied or written anew under the reader; it is read from its beginning.',
      level: 'info',
      sentence: 'A log file was emptied or written anew; it is read from its beginning.',
      logEveryMs: floodMs,
    }),
    bytesLost: event(kit, {
      metric: 'weir_logs_lost_bytes_total',
      help: 'Bytes that were seen to exist and went away before they could be read.',
      labels: ['reason'],
      known: ['truncated', 'removed', 'reused', 'damaged'].map((reason) => ({ reason })),
      level: 'warn',
      sentence: 'A part of a log went away before it could be read.',
      logEveryMs: floodMs,
    }),
    fileUnreadable: event(kit, {
      metric: 'weir_logs_unreadable_files_total',
      help: 'Log files that could not be read and are left alone until they change.',
      level: 'warn',
      sentence: 'A log file cannot be read and is left alone until it changes.',
    }),
    inodeReused: event(kit, {
      metric: 'weir_logs_inodes_reused_total',
      help: 'Times that a new log file got the inode of one that was followed.',
      level: 'debug',
      sentence: 'A new log file has the inode of an old one.',
    }),
    copyContinued: event(kit, {
      metric: 'weir_logs_continued_in_copies_total',
      help: 'Logs whose rest was read from a copy or a compressed generation.',
      labels: ['kind'],
      known: ['copy', 'gzip'].map((kind) => ({ kind })),
      level: 'debug',
      sentence: 'A log goes on in another file.',
    }),
    rootMissing: event(kit, {
      metric: 'weir_logs_roots_missing_total',
      help: 'Times that a folder of logs was not there.',
      level: 'warn',
      sentence: 'A folder of logs is not there; it is looked for again and again.',
    }),
    watchFailed: event(kit, {
      metric: 'weir_logs_watches_failed_total',
      help: 'Folders that the system does not watch for us; they are looked at every scan.',
      level: 'warn',
      sentence:
        'The system does not watch a folder (fs.inotify.max_user_watches may be too low); it is looked at every scan instead.',
      logEveryMs: 600_000,
    }),
    positionsUnreadable: event(kit, {
      metric: 'weir_logs_positions_unreadable_total',
      help: 'Times that the positions of an earlier start could not be read.',
      level: 'error',
      sentence:
        'The positions of the last start cannot be read and were put aside; logs are read again from where the archive ends.',
    }),
    positionsNotWritten: event(kit, {
      metric: 'weir_logs_positions_not_written_total',
      help: 'Times that positions could not be written; after a death more is sent twice.',
      level: 'warn',
      sentence: 'Positions cannot be written; after a death more lines would be sent twice.',
      logEveryMs: floodMs,
    }),
    shipFailed: event(kit, {
      metric: 'weir_logs_ship_failures_total',
      help: 'Times that lines were not acknowledged and are sent again.',
      level: 'warn',
      sentence: 'Lines were not acknowledged; they are sent again.',
      logEveryMs: floodMs,
    }),
    linesShipped: event(kit, {
      metric: 'weir_logs_shipped_events_total',
      help: 'Events of logs that were acknowledged.',
      level: 'debug',
      sentence: 'Lines were acknowledged.',
    }),
    segmentSealed: event(kit, {
      metric: 'weir_logs_archive_sealed_total',
      help: 'Segments of the archive that were compressed.',
      level: 'debug',
      sentence: 'A segment of the archive was sealed.',
    }),
    sealFailed: event(kit, {
      metric: 'weir_logs_archive_seal_failures_total',
      help: 'Times that a segment of the archive could not be compressed.',
      level: 'warn',
      sentence:
        'A segment of the archive could not be sealed; it is kept as it is and tried again.',
      logEveryMs: floodMs,
    }),
    archiveCut: event(kit, {
      metric: 'weir_logs_archive_cut_events_total',
      help: 'Events that were cut from the archive to stay within its quota, by whether the gateway has them.',
      labels: ['acknowledged'],
      known: ['yes', 'no'].map((acknowledged) => ({ acknowledged })),
      level: 'info',
      sentence: 'The oldest lines were cut from the archive to stay within its quota.',
    }),
    archiveRefused: event(kit, {
      metric: 'weir_logs_archive_refused_events_total',
      help: 'Events that the disk of the archive did not take; they are sent, but not kept on the node.',
      level: 'error',
      sentence:
        'The disk does not take more of the archive; lines are sent, but not kept on this node.',
      logEveryMs: floodMs,
    }),
    archiveDamaged: event(kit, {
      metric: 'weir_logs_archive_damaged_total',
      help: 'Segments, blocks and frames of the archive whose bytes had changed.',
      level: 'error',
      sentence: 'A part of the archive is damaged and left out.',
    }),
    requestLimited: event(kit, {
      metric: 'weir_logs_requests_limited_total',
      help: 'Requests to the archive that were ended by a limit.',
      labels: ['limit'],
      known: ['time', 'bytes', 'predicate', 'busy'].map((limit) => ({ limit })),
      level: 'info',
      sentence: 'A request to the archive was ended by a limit.',
      logEveryMs: floodMs,
    }),
    tailBehind: event(kit, {
      metric: 'weir_logs_tail_dropped_events_total',
      help: 'Events that a tail did not show because its reader was too slow.',
      level: 'info',
      sentence: 'A tail is read too slowly; lines are left out of it.',
      logEveryMs: floodMs,
    }),
  }
}
