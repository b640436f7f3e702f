import type { TargetOf } from '../targets-config.ts'
import { webhookBody } from './alertmanager-body.ts'
import type { SendNotice } from './outcome.ts'
import { post, type Trust } from './post.ts'
import { signedHeaders } from './standard-webhooks.ts'
import { outcomeOf } from './verdict.ts'

/** Alertmanager's body in Standard Webhooks' envelope: the id is the same however often it is sent. */
export function webhookSender(
  config: Omit<TargetOf<'webhook'>, 'kind' | 'secrets'> & { readonly secrets: readonly string[] },
  pageUrl: string | undefined,
  trust: Trust,
): SendNotice {
  const { url, secrets, token, timeoutMs } = config
  return async (notice, at, signal) => {
    const body = JSON.stringify(webhookBody(notice, pageUrl))
    const headers = {
      'content-type': 'application/json',
      ...signedHeaders(notice.id, at, body, secrets),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    return outcomeOf(await post({ url, headers, body, trust, timeoutMs }, signal))
  }
}
