import { createHmac } from 'node:crypto'
import type { TargetOf } from '../targets-config.ts'
import type { SendNotice } from './outcome.ts'
import { post } from './post.ts'
import { type RobotWords, robotOutcome } from './robots.ts'
import { cutTo, markdownText, paragraphs, titleOf, within } from './words.ts'

/** A message may have 20,000 bytes. */
const MOST_TEXT_BYTES = 16_000
const MOST_TITLE_BYTES = 300

const words: RobotWords = {
  code: 'errcode',
  message: 'errmsg',
  // More than 20 a minute closes the robot for a while; -1 is a system that is busy.
  later: { [-1]: 10_000, 130101: 60_000, 130102: 60_000 },
}

/** The address with time and signature; valid for an hour. */
export function dingtalkUrl(url: string, secret: string | undefined, at: number): string {
  if (secret === undefined) return url
  const signed = new URL(url)
  const sign = createHmac('sha256', secret).update(`${at}\n${secret}`).digest('base64')
  signed.searchParams.set('timestamp', String(at))
  signed.searchParams.set('sign', sign)
  return signed.href
}

export function dingtalkSender(
  { url, secret, timeoutMs }: TargetOf<'dingtalk'>,
  pageUrl: string | undefined,
): SendNotice {
  return async (notice, at, signal) => {
    const title = cutTo(markdownText.plain(titleOf(notice)), MOST_TITLE_BYTES)
    const list = paragraphs(notice, pageUrl, markdownText).map((one) =>
      one.replaceAll('\n', '  \n'),
    )
    const text = within([`### ${title}`, ...list], MOST_TEXT_BYTES)
    const body = JSON.stringify({ msgtype: 'markdown', markdown: { title, text } })
    const headers = { 'content-type': 'application/json; charset=utf-8', 'webhook-id': notice.id }
    const letter = { url: dingtalkUrl(url, secret, at), headers, body, timeoutMs }
    return robotOutcome(await post({ ...letter, trust: 'config' }, signal), words)
  }
}
