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
  maxUnpackedBytes: z
    .int()
    .min(10_000)
    .default(32 * 1024 * 1024)
    .describe(
      'Of a remote write or OTLP request, unpacked; it is cut into batches behind the door.',
    ),
  maxLabels: z.int().min(1).default(64).describe('Labels of a series.'),
  maxLabelLength: z.int().min(16).max(4_096).default(4_096).describe('Characters of a value.'),
  maxSeriesPerOwner: z
    .int()
    .min(1)
    .default(50_000)
    .describe(
      'Series of one job or cluster outside the catalogue; beyond it only known ones are taken.',
    ),
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
  cluster: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Who shows this token may tell of this cluster only.'),
  namespace: z.string().min(1).max(255).optional().describe('And of jobs of this namespace only.'),
})

export const gatewayConfig = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Beyond loopback it needs tokens.'),
  port: z.int().min(0).max(65_535).default(8474).describe('0 takes any free port.'),
  otlpGrpcPort: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'Port for OTLP metrics over gRPC, which flink-metrics-otel needs, usually 4317. Closed unless given.',
    ),
  tokens: z
    .array(gatewayToken)
    .default([])
    .describe('Any of them opens the door; several at once allow a change without a pause.'),
  defaultCluster: z
    .string()
    .min(1)
    .max(255)
    .default('default')
    .describe('The cluster of remote-written and OTLP metrics that do not name theirs.'),
  limits: intakeLimits.prefault({}),
})

export type IntakeLimits = Readonly<z.output<typeof intakeLimits>>
export type GatewayToken = Readonly<z.output<typeof gatewayToken>>
export type GatewayConfig = Readonly<z.output<typeof gatewayConfig>>
