import type { Store } from './open.ts'

/** A stretch of time, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface SeriesQuery<Sample> {
  readonly table: string
  /** Whether rows that replace others must be folded while reading: those of rollups. */
  readonly final?: boolean
  /** Columns that name a subject and its source. */
  readonly identity: readonly string[]
  readonly metrics: readonly string[]
  /** Which subjects, by bound parameters. */
  readonly where: string
  readonly params: Readonly<Record<string, unknown>>
  readonly span: Span
  /** Makes a sample of the identity, in the order above, and what was measured at a moment. */
  sample(about: Identity, at: number, values: Record<string, number>): Sample
}

type Identity = readonly [string, ...string[]]

type Moment = readonly [at: number, ...values: (number | null)[]]
type SeriesRow = readonly [moments: readonly Moment[], ...about: Identity]

/**
 * Samples of a table, oldest first, each moment of a subject once. They come as one row per subject with
 * arrays inside: names sent once, and half the time of a row per sample.
 */
export async function readSeries<Sample extends { readonly at: number }>(
  store: Store,
  { table, final = false, identity, metrics, where, params, span, sample }: SeriesQuery<Sample>,
): Promise<Sample[]> {
  const result = await store.client.query({
    query: `
      SELECT groupArray((toUnixTimestamp64Milli(at), ${metrics.join(', ')})) AS moments,
        ${identity.map((column) => `toString(${column})`).join(', ')}
      FROM ${table}${final ? ' FINAL' : ''}
      WHERE ${where}
        AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
      GROUP BY ${identity.join(', ')}`,
    query_params: { ...params, ...span },
    format: 'JSONCompactEachRow',
    // Some servers name the parts of a tuple by themselves and then write it as an object.
    clickhouse_settings: { output_format_json_named_tuples_as_objects: 0 },
  })
  const samples: Sample[] = []
  for (const [moments, ...about] of await result.json<SeriesRow>()) {
    const seen = new Set<number>()
    for (const moment of moments) {
      const [at] = moment
      // A repeat that the table has not folded yet is here twice.
      if (seen.has(at)) continue
      seen.add(at)
      samples.push(sample(about, at, valuesOf(metrics, moment)))
    }
  }
  return samples.sort((a, b) => a.at - b.at)
}

function valuesOf(metrics: readonly string[], moment: Moment): Record<string, number> {
  const values: Record<string, number> = {}
  for (let index = 0; index < metrics.length; index++) {
    const metric = metrics[index]
    const value = moment[index + 1]
    if (metric !== undefined && typeof value === 'number') values[metric] = value
  }
  return values
}
