/** What a run was submitted with, as far as it was told; an absent part is not known. */
export interface RunSpec {
  readonly flinkVersion?: string
  /** Options that say how the job runs; where a cluster happens to be is left out (`optionsOf`). */
  readonly options?: Readonly<Record<string, string>>
  readonly vertices?: readonly { readonly name: string; readonly parallelism: number }[]
  /** Images of Flink's containers, sorted. */
  readonly images?: readonly string[]
}

/** One difference between two specifications. Null: it was not there. */
export interface SpecChange {
  readonly what: 'version' | 'image' | 'option' | 'operator' | 'parallelism'
  readonly name: string
  readonly from: string | null
  readonly to: string | null
}

/**
 * Options that differ from one start of a cluster to the next although nobody changed anything: addresses,
 * ports, temporary folders, ids, where to restore from, and what Flink keeps there for itself.
 */
const PASSING = [
  /^(blob\.server|jobmanager\.rpc|jobmanager\.bind|rest|taskmanager\.(rpc|data|host|bind|resource-id)|queryable-state)\b.*(port|address|host|resource-id)$/,
  /^(web\.(tmpdir|upload\.dir)|io\.tmp\.dirs|jobmanager\.resource-id|taskmanager\.(host|bind-host|resource-id))$/,
  /^metrics\..*\.(port|address|host)$/,
  /^(high-availability\.cluster-id|high-availability\.jobmanager\.port|kubernetes\.cluster-id|pipeline\.name)$/,
  /^(execution\.(savepoint|state-recovery)\.path|execution\.(attached|shutdown-on-attached-exit))$/,
  /^kubernetes\.(internal|pod-template|jobmanager\.owner|config\.file)/,
  /^(\$?internal\.(?!application\.(main|program-args)$)|env\.(pid|log)\b|process\.)/,
]

/** Of a cluster's configuration, what belongs to the specification of a job. */
export function optionsOf(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).filter(([key]) => !PASSING.some((pattern) => pattern.test(key))),
  )
}

/** What changed from one specification to another; of parts that one of them lacks nothing is said. */
export function changesBetween(from: RunSpec, to: RunSpec): readonly SpecChange[] {
  return [
    ...(from.flinkVersion !== undefined && to.flinkVersion !== undefined
      ? keyed('version', { Flink: from.flinkVersion }, { Flink: to.flinkVersion })
      : []),
    ...(from.images && to.images
      ? keyed('image', { image: from.images.join(', ') }, { image: to.images.join(', ') })
      : []),
    ...(from.vertices && to.vertices ? ofVertices(from.vertices, to.vertices) : []),
    ...(from.options && to.options ? keyed('option', from.options, to.options) : []),
  ]
}

function keyed(
  what: SpecChange['what'],
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly SpecChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return names.flatMap((name) => {
    const change = { what, name, from: from[name] ?? null, to: to[name] ?? null }
    return change.from === change.to ? [] : [change]
  })
}

type Vertices = NonNullable<RunSpec['vertices']>

/** By name, as a vertex gets another id when anything before it changes (StreamGraphHasherV2). */
function ofVertices(from: Vertices, to: Vertices): readonly SpecChange[] {
  const sizes = (list: Vertices) =>
    Object.fromEntries(list.map(({ name, parallelism }) => [name, String(parallelism)]))
  return keyed('parallelism', sizes(from), sizes(to)).map((change) =>
    change.from === null || change.to === null
      ? {
          ...{ what: 'operator' as const, name: change.name },
          from: change.from === null ? null : change.name,
          to: change.to === null ? null : change.name,
        }
      : change,
  )
}
