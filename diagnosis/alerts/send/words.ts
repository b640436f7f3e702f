import type { Notice } from '../notice.ts'

/** One line that says it all; what chats show as a title and mail as a subject. */
export function titleOf(notice: Notice): string {
  const { status, wide, alerts, firing, resolved, reason } = notice
  if (status === 'test') return 'Weir: a test message; nothing is wrong.'
  const over = status === 'resolved'
  const [first] = alerts
  if (wide) {
    const jobs = over ? resolved : Math.max(wide.jobs, firing)
    return `${over ? 'Over' : 'Platform-wide'}: ${first?.title ?? wide.cause} on ${jobs} jobs of ${wide.cluster}`
  }
  if (!first) return over ? 'Over' : 'Firing'
  const unheard = over && alerts.every(({ ended }) => ended === 'unheard')
  const mark = unheard ? 'No longer heard of' : over ? 'Over' : first.severity.toUpperCase()
  const more = firing + resolved > 1 ? ` (and ${firing + resolved - 1} more)` : ''
  const again = reason === 'repeat' ? ', still' : ''
  return `${mark}${again}: ${first.title} · ${first.name}${more}`
}
