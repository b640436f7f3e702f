import type { TargetConfig } from '../targets-config.ts'
import { alertmanagerSender } from './alertmanager.ts'
import { dingtalkSender } from './dingtalk.ts'
import { emailSender } from './email.ts'
import { feishuSender } from './feishu.ts'
import type { SendNotice, Target } from './outcome.ts'
import { pagerdutySender } from './pagerduty.ts'
import { slackSender } from './slack.ts'
import { webhookSender } from './webhook.ts'
import { wecomSender } from './wecom.ts'

/** A target of the configuration, ready to send. */
export function targetOf(name: string, config: TargetConfig, pageUrl: string | undefined): Target {
  return { name, kind: config.kind, send: senderOf(config, pageUrl) }
}

/** One that was made on the page, where only webhooks without secrets can be made. */
export function pageTargetOf(name: string, url: string, pageUrl: string | undefined): Target {
  const config = { kind: 'webhook', url, secrets: [], timeoutMs: PAGE_TIMEOUT_MS } as const
  return { name, kind: config.kind, send: webhookSender(config, pageUrl, 'page') }
}

const PAGE_TIMEOUT_MS = 10_000

function senderOf(config: TargetConfig, pageUrl: string | undefined): SendNotice {
  switch (config.kind) {
    case 'webhook':
      return webhookSender(config, pageUrl, 'config')
    case 'alertmanager':
      return alertmanagerSender(config, pageUrl)
    case 'slack':
      return slackSender(config, pageUrl)
    case 'feishu':
      return feishuSender(config, pageUrl)
    case 'dingtalk':
      return dingtalkSender(config, pageUrl)
    case 'wecom':
      return wecomSender(config, pageUrl)
    case 'pagerduty':
      return pagerdutySender(config, pageUrl)
    case 'email':
      return emailSender(config, pageUrl)
  }
}
