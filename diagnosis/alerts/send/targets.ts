import type { TargetConfig } from '../targets-config.ts'
import { alertmanagerSender } from './alertmanager.ts'
import { dingtalkSender } from './dingtalk.ts'
import { emailSender } from './email.ts'
import { feishuSender } from './feishu.ts'
import type { SendNotice, Target } from './outcome.ts'
import { pagerdutySender } from './pagerduty.ts'
import type { Trust } from './post.ts'
import { slackSender } from './slack.ts'
import { webhookSender } from './webhook.ts'
import { wecomSender } from './wecom.ts'

/** A target of the configuration, ready to send. */
export function targetOf(name: string, config: TargetConfig, pageUrl: string | undefined): Target {
  return { name, kind: config.kind, send: senderOf(config, pageUrl) }
}

/** One that was made on the page, where only webhooks can be made. */
export function pageTargetOf(
  name: string,
  config: Extract<TargetConfig, { kind: 'webhook' }>,
  pageUrl: string | undefined,
): Target {
  const trust: Trust = 'page'
  return { name, kind: config.kind, send: webhookSender(config, pageUrl, trust) }
}

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
