import { z } from 'zod'

/**
 * Where messages go. The addresses of chat robots are secrets themselves: no message, log line, page or
 * table ever shows more of a target than its name and kind.
 */

const httpUrl = (example: string) =>
  z.url({ protocol: /^https?$/, error: `must look like ${example}` }).max(2_000)

const timeoutMs = z
  .int()
  .min(500)
  .max(60_000)
  .default(10_000)
  .describe('How long one attempt may take, answer included.')

/** 24 to 64 bytes, as Standard Webhooks asks for. */
export const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be whsec_ and base64')
  .refine((secret) => {
    const { length } = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return length >= 24 && length <= 64
  }, 'must hold 24 to 64 bytes: echo whsec_$(openssl rand -base64 32)')

const webhook = z.strictObject({
  kind: z.literal('webhook').describe('The body of an Alertmanager webhook, signed.'),
  url: httpUrl('https://example.com/hooks/weir'),
  secrets: z
    .array(webhookSecret)
    .max(5)
    .default([])
    .describe('Signs after Standard Webhooks, with each of them: two at once allow a change.'),
  token: z.string().min(1).max(4_000).optional().describe('Sent as a bearer token.'),
  timeoutMs,
})

const alertmanager = z.strictObject({
  kind: z.literal('alertmanager').describe('A real Alertmanager: groups and routes by itself.'),
  url: httpUrl('http://alertmanager:9093'),
  token: z.string().min(1).max(4_000).optional().describe('Sent as a bearer token.'),
  resendMs: z
    .int()
    .min(5_000)
    .max(600_000)
    .default(60_000)
    .describe('How often what fires is told again; after four of them it would count as over.'),
  timeoutMs,
})

const slack = z.strictObject({
  kind: z.literal('slack'),
  url: httpUrl('https://hooks.slack.com/services/…').describe('An incoming webhook.'),
  timeoutMs,
})

const feishu = z.strictObject({
  kind: z.literal('feishu').describe('A custom robot of Feishu or Lark.'),
  url: httpUrl('https://open.feishu.cn/open-apis/bot/v2/hook/…'),
  secret: z.string().min(1).max(200).optional().describe('Of the robot’s signature check.'),
  timeoutMs,
})

const dingtalk = z.strictObject({
  kind: z.literal('dingtalk').describe('A custom robot of DingTalk.'),
  url: httpUrl('https://oapi.dingtalk.com/robot/send?access_token=…'),
  secret: z.string().min(1).max(200).optional().describe('SEC…, where the robot checks it.'),
  timeoutMs,
})

const wecom = z.strictObject({
  kind: z.literal('wecom').describe('A group robot of WeCom.'),
  url: httpUrl('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…'),
  timeoutMs,
})

const pagerduty = z.strictObject({
  kind: z.literal('pagerduty').describe('Events API v2.'),
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 characters of an Events API v2 integration'),
  url: httpUrl('https://events.eu.pagerduty.com/v2/enqueue').default(
    'https://events.pagerduty.com/v2/enqueue',
  ),
  timeoutMs,
})

const email = z.strictObject({
  kind: z.literal('email'),
  host: z.string().min(1).max(255).describe('The SMTP server.'),
  port: z.int().min(1).max(65_535).default(587),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('starttls insists on it; tls is port 465; none is for a server on this machine.'),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  from: z.email('must be an address such as weir@example.com'),
  to: z.array(z.email('must be an address such as oncall@example.com')).min(1).max(50),
  timeoutMs,
})

export const targetConfig = z.discriminatedUnion('kind', [
  ...([webhook, alertmanager, slack, feishu] as const),
  ...([dingtalk, wecom, pagerduty, email] as const),
])
export type TargetConfig = Readonly<z.output<typeof targetConfig>>
export type TargetOf<Kind extends TargetConfig['kind']> = Extract<TargetConfig, { kind: Kind }>
