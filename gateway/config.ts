import { z } from 'zod'
import { maxRecordBytes } from '../core/bus/bus.ts'

/** What a gateway takes at most; beyond it senders get 413. */
export const intakeLimits = z.strictObject({
  maxBatchBytes: z
    .int()
    .min(10_000)
    .max(maxRecordBytes - 2_000)
    .default(maxRecordBytes - 2_000)
    .describe(
      'Size of a batch as JSON, unpacked. Agents send up to 890000, so less refuses some of theirs.',
    ),
  maxSubjects: z.int().min(1).default(50_000).describe('Subjects in all blocks of a batch.'),
  maxTextLength: z
    .int()
    .min(1_000)
    .default(100_000)
    .describe('Characters of any single text, such as a stack trace.'),
  maxAheadMs: z
    .int()
    .min(1_000)
    .default(3_600_000)
    .describe('How far the clock of a sender may be ahead of ours.'),
  retryAfterMs: z
    .int()
    .min(100)
    .default(2_000)
    .describe('When a sender may come again that was told that we are behind.'),
})

export const gatewayToken = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .describe('Whose token it is, for whoever reads the configuration.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .describe('SHA-256 of the token: printf %s "$TOKEN" | sha256sum'),
})

export const gatewayConfig = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Beyond loopback it needs tokens.'),
  port: z.int().min(0).max(65_535).default(8474).describe('0 takes any free port.'),
  tokens: z
    .array(gatewayToken)
    .default([])
    .describe('Any of them opens the door; several at once allow a change without a pause.'),
  limits: intakeLimits.prefault({}),
})

export type IntakeLimits = Readonly<z.output<typeof intakeLimits>>
export type GatewayToken = Readonly<z.output<typeof gatewayToken>>
export type GatewayConfig = Readonly<z.output<typeof gatewayConfig>>
