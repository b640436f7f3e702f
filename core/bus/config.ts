import { z } from 'zod'

const capacityBytes = z
  .int()
  .min(1_000_000)
  .default(64 * 1024 * 1024)
  .describe('Bytes of records that may wait to be taken over.')

const login = { username: z.string(), password: z.string() }

export const EmbeddedBusConfig = z.strictObject({
  kind: z.literal('embedded').describe('In this process: from the door straight to the writer.'),
  capacity: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Records per topic that may wait to be taken over.'),
  capacityBytes,
  whenFull: z
    .enum(['wait', 'refuse'])
    .default('refuse')
    .describe('Whether a full bus lets senders wait or refuses at once.'),
})

/** How to reach a Kafka cluster, and as whom. */
export const kafkaConnection = {
  brokers: z
    .array(z.string().regex(/^[^\s:/]+:\d+$|^\[[0-9a-fA-F:]+\]:\d+$/, 'must be host:port'))
    .min(1)
    .describe('Some of the brokers, as host:port; the others are found through them.'),
  ssl: z
    .union([
      z.boolean(),
      z.strictObject({
        ca: z.string().optional().describe('PEM of the authority that signed the brokers.'),
        cert: z.string().optional().describe('PEM of our certificate.'),
        key: z.string().optional().describe('PEM of our private key.'),
        rejectUnauthorized: z.boolean().default(true),
      }),
    ])
    .default(false),
  sasl: z
    .discriminatedUnion('mechanism', [
      z.strictObject({ mechanism: z.literal('plain'), ...login }),
      z.strictObject({ mechanism: z.literal('scram-sha-256'), ...login }),
      z.strictObject({ mechanism: z.literal('scram-sha-512'), ...login }),
    ])
    .optional(),
}

export const KafkaBusConfig = z.strictObject({
  kind: z.literal('kafka').describe('An Apache Kafka cluster, 2.1 or newer.'),
  ...kafkaConnection,
  prefix: z
    .string()
    .regex(/^[\w.-]*$/, 'may hold letters, digits, dots, hyphens and underscores')
    .default('')
    .describe(
      'Put before the names of topics and groups, when several installations share a cluster.',
    ),
  partitions: z
    .int()
    .min(1)
    .default(12)
    .describe('Of a topic that is created; the most writers that can share the work.'),
  replicationFactor: z
    .int()
    .min(1)
    .default(3)
    .describe(
      'Of a topic that is created. From 3 on, a write needs two replicas (min.insync.replicas).',
    ),
  retentionMs: z
    .int()
    .min(60_000)
    .default(3 * 24 * 3_600_000)
    .describe(
      'Of a topic that is created: how long the store may be away before records are lost.',
    ),
  compression: z.enum(['gzip', 'none']).default('gzip'),
  capacityBytes,
})

/** Which bus, chosen by a word. */
export const BusConfig = z.discriminatedUnion('kind', [EmbeddedBusConfig, KafkaBusConfig])

export type EmbeddedBusConfig = z.output<typeof EmbeddedBusConfig>
export type KafkaBusConfig = z.output<typeof KafkaBusConfig>
export type BusConfig = z.output<typeof BusConfig>
