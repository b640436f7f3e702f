import type { TargetOf } from '../targets-config.ts'
import type { SendNotice } from './outcome.ts'
import { post } from './post.ts'
import { type RobotWords, robotOutcome } from './robots.ts'
import { cutTo, markdownText, paragraphs, titleOf, within } from './words.ts'

/** Markdown may have 4,096 bytes of UTF-8. */
const MOST_TEXT_BYTES = 4_096
const MOST_TITLE_BYTES = 300

const words: RobotWords = {
  code: 'errcode',
  message: 'errmsg',
  // More than 20 a minute; -1 is a system that is busy.
  later: { [-1]: 10_000, 45009: 60_000, 45033: 10_000 },
}

/** WeCom's robots check no signature: whoever knows the address may write. */
export function wecomSender(
  { url, timeoutMs }: TargetOf<'wecom'>,
  pageUrl: string | undefined,
): SendNotice {
  return async (notice, _at, signal) => {
    const title = cutTo(markdownText.plain(titleOf(notice)), MOST_TITLE_BYTES)
    const list = [`**${title}**`, ...paragraphs(notice, pageUrl, markdownText)]
    const body = JSON.stringify({
      msgtype: 'markdown',
      markdown: { content: within(list, MOST_TEXT_BYTES) },
    })
    const headers = { 'content-type': 'application/json; charset=utf-8', 'webhook-id': notice.id }
    return robotOutcome(
      await post({ url, headers, body, trust: 'config', timeoutMs }, signal),
      words,
    )
  }
}
