import type { TargetConfig } from '../targets-config.ts'
import type { Target } from './outcome.ts'
import type { Trust } from './post.ts'
import { webhookSender } from './webhook.ts'

/** A target of the configuration or of the page, ready to send. */
export function targetOf(
  name: string,
  config: TargetConfig,
  pageUrl: string | undefined,
  trust: Trust,
): Target {
  const { kind } = config
  switch (config.kind) {
    case 'webhook':
      return { name, kind, send: webhookSender(config, pageUrl, trust) }
    default:
      throw new RangeError(kind)
  }
}
