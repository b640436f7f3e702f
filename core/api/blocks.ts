import type { SampleBlock } from './batch.ts'

/** What one subject showed at one moment. */
export interface SubjectRow {
  readonly subject: SampleBlock['subjects'][number]
  readonly values: Readonly<Record<string, number>>
}

/** Turns rows of one moment into the columns of the wire: a block per kind, so that few columns are empty. */
export function blocksOf(
  rows: readonly SubjectRow[],
  { at, via }: Pick<SampleBlock, 'at' | 'via'>,
): SampleBlock[] {
  const kinds = [...new Set(rows.map((row) => row.subject.kind))]
  return kinds.map((kind) => {
    const own = rows.filter((row) => row.subject.kind === kind)
    const metrics = [...new Set(own.flatMap((row) => Object.keys(row.values)))]
    return {
      ...{ at, via },
      subjects: own.map((row) => row.subject),
      columns: Object.fromEntries(
        metrics.map((metric) => [metric, own.map((row) => row.values[metric] ?? null)]),
      ),
    }
  })
}
