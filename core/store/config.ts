import { z } from 'zod'

/** The `path` that means a folder in the system's temporary place, removed when the store closes. For tests. */
export const temporaryPath = ':temporary:'

const reservedDatabases = ['default', 'system', 'information_schema', 'INFORMATION_SCHEMA']

const database = z
  .string()
  .regex(
    /^[A-Za-z_]\w{0,62}$/,
    'must be letters, digits and underscores, not beginning with a digit',
  )
  .refine(
    (name) => !reservedDatabases.includes(name),
    'must be a database of its own; "default" and the databases of ClickHouse itself are refused',
  )
  .default('weir')
  .describe('The database that holds all tables; made if it does not exist.')

const bytes = (least: number) => z.int().min(least)

export const chdbConfig = z.strictObject({
  kind: z.literal('chdb').describe('ClickHouse inside this process; one process per folder.'),
  path: z
    .string()
    .min(1)
    .describe(
      `The folder of the data. "${temporaryPath}" is a folder that goes when the store closes.`,
    ),
  database,
  lanes: z
    .int()
    .min(1)
    .max(12)
    .default(3)
    .describe(
      'Statements that run at the same time. Each keeps a thread of Node busy: above 3, UV_THREADPOOL_SIZE must exceed it by 2.',
    ),
  threads: z.int().min(1).max(256).default(2).describe('Threads that one statement may use.'),
  backgroundThreads: z.int().min(1).max(64).default(2).describe('Threads that merge parts.'),
  maxMemoryBytes: bytes(200_000_000)
    .default(1_200_000_000)
    .describe('Memory of the engine as a whole; a statement that would pass it fails.'),
  maxQueryMemoryBytes: bytes(50_000_000)
    .default(600_000_000)
    .describe('Memory of one statement. Large sorts and groupings go to disk at a third of it.'),
  fsync: z
    .boolean()
    .default(false)
    .describe(
      'Waits for the disk before an insert is acknowledged (+2 ms). A crash of the process loses nothing without it; a power cut may.',
    ),
})

export const clickhouseConfig = z.strictObject({
  kind: z.literal('clickhouse').describe('A ClickHouse server or cluster.'),
  url: z
    .url({ protocol: /^https?$/, error: 'must look like http://clickhouse:8123' })
    .describe('The HTTP interface, such as http://clickhouse:8123.'),
  database,
  username: z.string().min(1).default('default').describe('The user to log in as.'),
  password: z.string().default('').describe('Its password.'),
  cluster: z
    .string()
    .regex(/^[\w.-]+$/, 'must be the name of a cluster as in system.clusters')
    .exactOptional()
    .describe('Makes replicated tables ON CLUSTER this name.'),
  requestTimeoutMs: z
    .int()
    .min(1000)
    .default(60_000)
    .describe('How long a silent server is waited for.'),
  maxConnections: z.int().min(1).max(1000).default(10).describe('Requests at the same time.'),
  compression: z
    .boolean()
    .default(false)
    .describe('gzip in both directions; worth its time over slow networks only.'),
})

/** Where everything is kept, chosen by `kind`. */
export const storeConfig = z.discriminatedUnion('kind', [chdbConfig, clickhouseConfig])

export type ChdbConfig = Readonly<z.output<typeof chdbConfig>>
export type ClickhouseConfig = Readonly<z.output<typeof clickhouseConfig>>
export type StoreConfig = ChdbConfig | ClickhouseConfig
