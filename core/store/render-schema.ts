import { StoreError } from '../kit/errors.ts'
import { quote, segments, splitStatements } from './sql.ts'

const name = String.raw`(?:\`[^\`]+\`|\w+)(?:\.(?:\`[^\`]+\`|\w+))?`

/** Statements whose `ON CLUSTER` stands behind the first name. */
const namedPattern = new RegExp(
  String.raw`^(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|MATERIALIZED\s+VIEW|DICTIONARY|FUNCTION)(?:\s+IF\s+NOT\s+EXISTS)?` +
    String.raw`|(?:DROP|TRUNCATE)\s+(?:TABLE|VIEW|DICTIONARY|FUNCTION)(?:\s+IF\s+EXISTS)?` +
    String.raw`|(?:ALTER|OPTIMIZE)\s+TABLE)\s+${name}`,
  'i',
)
/** Statements whose `ON CLUSTER` stands at the end. */
const pairPattern = /^(?:RENAME|EXCHANGE)\s+(?:TABLE|TABLES)\s/i

/**
 * The schema for a cluster: `MergeTree` and its family become their replicated kin, and every statement runs
 * on all hosts. Without a cluster it stays as it is. Keeper paths are the servers' own default, so the
 * cluster must define the usual macros `{shard}` and `{replica}`.
 * @throws StoreError for a statement that we do not know how to run on a cluster
 */
export function renderSchema(
  sql: string,
  { cluster }: { readonly cluster?: string | undefined },
): string {
  if (cluster === undefined) return sql
  return splitStatements(sql)
    .map((statement) => `${replicated(onCluster(statement, cluster))};\n`)
    .join('\n')
}

function onCluster(statement: string, cluster: string): string {
  const clause = ` ON CLUSTER ${quote(cluster)}`
  const head = namedPattern.exec(statement)?.[0]
  if (head !== undefined) return head + clause + statement.slice(head.length)
  if (pairPattern.test(statement)) return statement + clause
  // Rows written on one replica reach the others by themselves.
  if (/^INSERT\s/i.test(statement)) return statement
  throw new StoreError(
    `The schema has a statement that cannot be run on the cluster "${cluster}": ${statement.slice(0, 80)}`,
    { code: 'store-schema' },
  )
}

function replicated(statement: string): string {
  return segments(statement)
    .map(({ kind, text }) => (kind === 'code' ? replicatedCode(text) : text))
    .join('')
}

function replicatedCode(code: string): string {
  return code
    .replace(/\b(ENGINE\s*=\s*|ENGINE\s+)(?!Replicated|Shared)(\w*MergeTree)\b/gi, '$1Replicated$2')
    .replace(/\bnon_replicated_deduplication_window\b/g, 'replicated_deduplication_window')
}
