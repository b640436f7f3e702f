import { Gauge, type Registry } from 'prom-client'
import type { Archive } from './archive/archive.ts'
import type { Delivery } from './deliver/delivery.ts'
import type { Follower } from './follow/follower.ts'

/** Logs that are shown by name; the others are in the sum. */
const MOST_BEHIND = 20

/** What stands at something, asked when somebody looks. */
export function logServiceGauges(
  registry: Registry,
  { follower, archive, delivery }: { follower: Follower; archive: Archive; delivery: Delivery },
): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        this.set(value())
      },
    })
  gauge('weir_logs_files', 'Log files that are known.', () => follower.state().files)
  gauge('weir_logs_open_files', 'Log files that are open.', () => follower.state().openFiles)
  gauge(
    'weir_logs_unread_bytes',
    'Bytes of log files that are not read yet.',
    () => follower.state().unreadBytes,
  )
  gauge('weir_logs_archive_bytes', 'Bytes of the archive on the disk.', () => archive.bytes())
  gauge(
    'weir_logs_gaps',
    'Stretches of logs that are known to be missing in the archive.',
    () => archive.gaps().length,
  )
  gauge('weir_logs_waiting_bytes', 'Bytes in memory that no gateway has acknowledged.', () =>
    delivery.bytes(),
  )
  new Gauge({
    name: 'weir_logs_lag_bytes',
    help: `Bytes that are not read yet, of the ${MOST_BEHIND} logs that are furthest behind.`,
    labelNames: ['namespace', 'pod', 'path'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { log, unreadBytes } of follower.state().behind(MOST_BEHIND)) {
        const { namespace, pod, path } = log.origin
        this.inc({ namespace, pod, path }, unreadBytes)
      }
    },
  })
}
