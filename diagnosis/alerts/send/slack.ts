import type { TargetOf } from '../targets-config.ts'
import type { SendNotice } from './outcome.ts'
import { post } from './post.ts'
import { outcomeOf } from './verdict.ts'
import { cutTo, paragraphs, slackText, titleOf, within } from './words.ts'

/** A section block takes 3,000 characters, a header 150 (api.slack.com/reference/block-kit/blocks). */
const SECTION = 3_000
const HEADER = 150

export function slackSender(
  { url, timeoutMs }: TargetOf<'slack'>,
  pageUrl: string | undefined,
): SendNotice {
  return async (notice, _at, signal) => {
    const title = titleOf(notice)
    const text = within(paragraphs(notice, pageUrl, slackText), SECTION)
    const body = JSON.stringify({
      // What notifications and old clients show.
      text: slackText.plain(title),
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: cutTo(title, HEADER), emoji: false } },
        { type: 'section', text: { type: 'mrkdwn', text } },
      ],
    })
    const headers = { 'content-type': 'application/json', 'webhook-id': notice.id }
    return outcomeOf(await post({ url, headers, body, trust: 'config', timeoutMs }, signal))
  }
}
