import type { Notice, Told } from '../notice.ts'
import { linkTo, UNHEARD } from './links.ts'

/** One line that says it all; what chats show as a title and mail as a subject. */
export function titleOf(notice: Notice): string {
  const { status, wide, alerts, firing, resolved, reason } = notice
  if (status === 'test') return 'Weir: a test message; nothing is wrong.'
  const over = status === 'resolved'
  const [first] = alerts
  if (wide) {
    const jobs = over ? resolved : Math.max(wide.jobs, firing)
    return `${over ? 'Over' : 'Platform-wide'}: ${first?.title ?? wide.cause} on ${jobs} jobs that share the ${wide.kind} ${wide.name}`
  }
  if (!first) return over ? 'Over' : 'Firing'
  const unheard = over && alerts.every(({ ended }) => ended === 'unheard')
  const mark = unheard ? 'No longer heard of' : over ? 'Over' : first.severity.toUpperCase()
  const more = firing + resolved > 1 ? ` (and ${firing + resolved - 1} more)` : ''
  const again = reason === 'repeat' ? ', still' : ''
  return `${mark}${again}: ${first.title} · ${first.name}${more}`
}

/** How a chat writes: what must not be taken for its own signs, and a link. */
export interface Dialect {
  readonly plain: (text: string) => string
  readonly link: (text: string, url: string) => string
}

/** For mail, and for chats that can be told that a text is nothing but text. */
export const plainText: Dialect = {
  plain: (text) => oneLine(text),
  link: (text, url) => `${text}: ${url}`,
}

/** Slack's own escapes; without them a job named <!channel> would call everybody. */
export const slackText: Dialect = {
  plain: (text) =>
    oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  link: (text, url) => `<${url}|${text}>`,
}

/** Robots whose markdown knows no escapes: what would be a link, a tag or a call becomes a look-alike. */
export const markdownText: Dialect = {
  plain: (text) =>
    oneLine(text).replace(/[<>[\]`@]/g, (sign) => LOOK_ALIKES[sign as keyof typeof LOOK_ALIKES]),
  link: (text, url) => `[${text}](${url})`,
}
// The pattern above admits exactly these signs.
const LOOK_ALIKES = { '<': '‹', '>': '›', '[': '(', ']': ')', '`': "'", '@': '＠' } as const

/** Names and messages come from outside; line ends and control characters are not theirs to use. */
function oneLine(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
  return clean.length > 500 ? `${clean.slice(0, 500)}…` : clean
}

/** A message as paragraphs, one per alert, the first ones being the most important. */
export function paragraphs(notice: Notice, pageUrl: string | undefined, says: Dialect): string[] {
  const { alerts, firing, resolved, wide, status } = notice
  if (status === 'test')
    return [says.plain(`Route ${notice.route || 'none'}, target ${notice.target}.`)]
  const told = wide ? alerts.slice(0, WIDE_TOLD) : alerts
  const list = told.map((one) => paragraph(one, pageUrl, says))
  const more = firing + resolved - told.length
  return more > 0 ? [...list, says.plain(`… and ${more} more.`)] : list
}

/** Of what is platform-wide a few examples are enough. */
const WIDE_TOLD = 5

function paragraph(one: Told, pageUrl: string | undefined, says: Dialect): string {
  const { severity, endsAt, ended, title, name, namespace, cluster, subject } = one
  const mark = endsAt === null ? severity : ended === 'unheard' ? 'no longer heard of' : 'over'
  const where = [cluster, namespace, name].filter((part) => part !== '-').join(' / ')
  const lines = [`${mark} · ${says.plain(title)} · ${says.plain(subject)}`, says.plain(where)]
  lines.push(ended === 'unheard' ? UNHEARD : says.plain(one.text))
  if (endsAt === null && one.suggestion !== '') lines.push(`→ ${says.plain(one.suggestion)}`)
  if (endsAt === null && one.explains.length > 0) {
    lines.push(says.plain(`It explains: ${one.explains.join(', ')}.`))
  }
  const since = new Date(one.startsAt).toISOString().replace(/\.\d+Z$/, 'Z')
  const until = endsAt === null ? '' : ` until ${new Date(endsAt).toISOString().slice(11, 19)}Z`
  lines.push(`since ${since}${until}`)
  const url = linkTo(one, pageUrl)
  if (url !== '') lines.push(says.link('The job in Weir', url))
  return lines.join('\n')
}

/** As many paragraphs as fit into so many bytes of UTF-8, and how many did not. Whole characters only. */
export function within(list: readonly string[], mostBytes: number, between = '\n\n'): string {
  const whole = list.join(between)
  if (Buffer.byteLength(whole) <= mostBytes) return whole
  const kept: string[] = []
  for (const [index, text] of list.entries()) {
    const rest = `… and ${list.length - index} more.`
    if (Buffer.byteLength([...kept, text, rest].join(between)) > mostBytes) {
      if (index === 0) return cutTo(text, mostBytes)
      return [...kept, rest].join(between)
    }
    kept.push(text)
  }
  return kept.join(between)
}

export function cutTo(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  let cut = ''
  let bytes = Buffer.byteLength('…')
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > mostBytes) break
    cut += character
  }
  return `${cut}…`
}
