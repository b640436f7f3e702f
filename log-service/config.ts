import { z } from 'zod'
import { layoutParts } from './follow/layout-files.ts'

const cluster = z.string().min(1).max(255)
const endings = z
  .array(z.string().min(1).max(100))
  .min(1)
  .default(['.log', '.out', '.err'])
  .describe('How names of logs end, before marks of rotation such as .1 or -20260105.gz.')
const pattern = z
  .string()
  .min(1)
  .max(1_000)
  .optional()
  .describe('log4j’s or logback’s pattern, where it is not a default of Flink.')
const zone = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .describe('IANA zone of times that do not say theirs; default: UTC.')

const placeholder = new RegExp(`^(\\{(${layoutParts.join('|')})\\}|\\*|[^{}*]+)$`)

/** Logs of all pods of a node, as kubelet keeps them. */
const podLogs = z.strictObject({
  cluster: cluster.describe('The cluster that these pods are of.'),
  root: z
    .string()
    .min(1)
    .default('/var/log/pods')
    .describe('Where kubelet keeps the logs of pods; mounted read-only.'),
  linkRoots: z
    .array(z.string().min(1))
    .default([])
    .describe('Folders that kubelet’s links lead to, such as /var/lib/docker/containers.'),
  namespaces: z
    .array(z.string().min(1).max(63))
    .default([])
    .describe('Only these namespaces; empty for all.'),
})

/** Log files that Flink writes to a hostPath. */
const flinkLogs = z.strictObject({
  cluster: cluster.describe('The cluster that these jobs are of.'),
  root: z.string().min(1).describe('The folder on the node that outlives the pods.'),
  folders: z
    .string()
    .default('{namespace}/{job}/{podUid}/{attempt}')
    .refine(
      (folders) => folders.split('/').every((part) => part === '' || placeholder.test(part)),
      {
        error: `must be folders such as {namespace}/{job}; known are ${layoutParts.join(', ')}, and * for any`,
      },
    )
    .describe('What the folders below it say.'),
  endings,
  pattern,
  zone,
})

/** A plain folder of log files, of a machine without Kubernetes. */
export const folderLogs = z.strictObject({
  cluster: cluster.describe('The cluster whose processes write there.'),
  root: z.string().min(1).describe('The folder; those below it are looked into as well.'),
  endings,
  pattern,
  zone,
})

const serviceToken = z.strictObject({
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

export const logServiceConfig = z.strictObject({
  node: z.string().min(1).max(253).optional().describe('Name of this node; default: of the host.'),
  folder: z
    .string()
    .min(1)
    .default('weir-logs')
    .describe(
      'Where the archive lies and how far logs were read; a folder of its own, not below the logs.',
    ),
  pods: podLogs.optional().describe('Follow the logs of all pods of this node.'),
  flink: z.array(flinkLogs).default([]).describe('Follow what Flink writes to a hostPath.'),
  folders: z.array(folderLogs).default([]).describe('Follow plain folders.'),
  redact: z
    .array(z.string().min(1).max(1_000))
    .default([])
    .describe(
      'Patterns of secrets besides those that are known; what they match, or their first group, never leaves this node.',
    ),
  scanEveryMs: z
    .int()
    .min(100)
    .max(2_000)
    .default(1_000)
    .describe('How often folders are looked at, besides what the system tells at once.'),
  maxOpenFiles: z
    .int()
    .min(16)
    .max(100_000)
    .default(1_000)
    .describe(
      'Log files held open; one that is deleted while it is not open cannot be read to its end.',
    ),
  archive: z
    .strictObject({
      maxBytes: z
        .int()
        .min(1_000_000)
        .default(5_000_000_000)
        .describe(
          'Of the archive on this node. Beyond it the oldest that a gateway has goes, then the oldest.',
        ),
      segmentBytes: z
        .int()
        .min(100_000)
        .max(256 * 1024 * 1024)
        .default(64 * 1024 * 1024)
        .describe('Read so much before it is compressed.'),
      sealAfterMs: z.int().min(10_000).default(3_600_000).describe('Or for so long.'),
    })
    .prefault({}),
  api: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe('Address to listen on. Beyond loopback it needs tokens.'),
      port: z.int().min(0).max(65_535).default(8476).describe('0 takes any free port.'),
      tokens: z
        .array(serviceToken)
        .default([])
        .describe('Any of them lets in; several at once allow a change without a pause.'),
      maxSearchMs: z.int().min(10).default(10_000).describe('For one search; another goes on.'),
      maxSearchBytes: z
        .int()
        .min(100_000)
        .default(4_000_000_000)
        .describe('Of log that one search looks at, as it lay in its files.'),
      maxPieceMs: z
        .int()
        .min(10)
        .default(250)
        .describe('For looking at a few hundred lines; a question that takes longer is refused.'),
    })
    .prefault({}),
})

export type LogServiceConfig = Readonly<z.output<typeof logServiceConfig>>
