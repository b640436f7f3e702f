import { createHmac } from 'node:crypto'
import type { TargetOf } from '../targets-config.ts'
import type { SendNotice } from './outcome.ts'
import { post } from './post.ts'
import { type RobotWords, robotOutcome } from './robots.ts'
import { cutTo, paragraphs, plainText, titleOf, within } from './words.ts'

/** A request may have 20 KB; JSON and the head of the card need some of it. */
const MOST_TEXT_BYTES = 16_000
const MOST_TITLE_BYTES = 300

const words: RobotWords = {
  code: 'code',
  message: 'msg',
  // More than 100 a minute or 5 a second.
  later: { 11232: 60_000 },
}

/** Feishu signs with nothing as the message: `timestamp\nsecret` is the key. Valid for an hour. */
export function feishuSign(timestamp: string, secret: string): string {
  return createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64')
}

export function feishuSender(
  { url, secret, timeoutMs }: TargetOf<'feishu'>,
  pageUrl: string | undefined,
): SendNotice {
  return async (notice, at, signal) => {
    const timestamp = String(Math.floor(at / 1000))
    const list = paragraphs(notice, pageUrl, plainText)
    const content = within(list, MOST_TEXT_BYTES)
    const title = cutTo(plainText.plain(titleOf(notice)), MOST_TITLE_BYTES)
    const template = { firing: 'red', resolved: 'green', test: 'grey' }[notice.status]
    const body = JSON.stringify({
      ...(secret === undefined ? {} : { timestamp, sign: feishuSign(timestamp, secret) }),
      msg_type: 'interactive',
      card: {
        header: { template, title: { tag: 'plain_text', content: title } },
        // Plain text knows no <at id=all>.
        elements: [{ tag: 'div', text: { tag: 'plain_text', content } }],
      },
    })
    const headers = { 'content-type': 'application/json; charset=utf-8', 'webhook-id': notice.id }
    return robotOutcome(
      await post({ url, headers, body, trust: 'config', timeoutMs }, signal),
      words,
    )
  }
}
