import { z } from 'zod'
import { alertsConfig } from './alerts/config.ts'
import { roles } from './api/caller.ts'
import { proxySignInConfig } from './api/proxy-sign-in.ts'
import { logNodeConfig } from './archives/config.ts'
import { efficiencyConfig } from './efficiency/config.ts'

const apiToken = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .describe('Whose token it is, for whoever reads the configuration.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .describe('SHA-256 of the token: printf %s "$TOKEN" | sha256sum'),
  role: z
    .enum(roles)
    .default('viewer')
    .describe('operator may silence and send again; admin may add targets and read the journal.'),
  clusters: z
    .array(z.string().min(1).max(255))
    .min(1)
    .optional()
    .describe('Only jobs of these may be seen; * is anything.'),
  namespaces: z.array(z.string().min(1).max(255)).min(1).optional().describe('And of these.'),
  until: z.iso
    .datetime({ offset: true, error: 'must be a time such as 2027-01-01T00:00:00Z' })
    .transform((text) => Date.parse(text))
    .optional()
    .describe('From then on it opens nothing.'),
})

export const diagnosisConfig = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address of the page and the API. Beyond loopback it needs tokens, or proxySignIn.'),
  port: z.int().min(0).max(65_535).default(8480).describe('0 takes any free port.'),
  tokens: z
    .array(apiToken)
    .default([])
    .describe('Any of them lets in; several at once allow a change without a pause.'),
  proxySignIn: proxySignInConfig
    .optional()
    .describe('A proxy before Weir signs people in and says in a header who they are.'),
  roundMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(5_000)
    .describe('How often all jobs are evaluated. Events are looked at at once, whatever this is.'),
  sampleMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(5_000)
    .describe('How often the agents sample; only used to say when the next sample is due.'),
  logNodes: z
    .array(logNodeConfig)
    .max(1_000)
    .default([])
    .describe('Log services of nodes, asked for lines that the store lacks or while it is away.'),
  efficiency: efficiencyConfig
    .prefault({})
    .describe('What jobs use of what they have, and what it costs.'),
  alerts: alertsConfig.prefault({}).describe('Who is told of what, and where.'),
})

export type DiagnosisConfig = Readonly<z.output<typeof diagnosisConfig>>
