import type { JobSummary } from '../../../core/api/public.ts'
import { verdictOrder } from '../shared/verdict.ts'

export interface Filter {
  readonly text: string
  readonly verdicts: readonly string[]
  readonly causes: readonly string[]
  readonly clusters: readonly string[]
}

export function matches(job: JobSummary, { text, verdicts, causes, clusters }: Filter): boolean {
  const words =
    `${job.name} ${job.namespace} ${job.cluster} ${job.topCause?.rule ?? ''} ${job.topCause?.subject ?? ''}`.toLowerCase()
  return (
    words.includes(text.trim().toLowerCase()) &&
    (verdicts.length === 0 || verdicts.includes(job.verdict)) &&
    (causes.length === 0 || causes.includes(job.topCause?.rule ?? '')) &&
    (clusters.length === 0 || clusters.includes(job.cluster))
  )
}

/** Unhealthy, unknown, degraded, healthy; within each the lowest score first, then by name. */
export function worstFirst(jobs: readonly JobSummary[]): readonly JobSummary[] {
  const rank = (job: JobSummary) => verdictOrder.indexOf(job.verdict)
  return [...jobs].sort(
    (a, b) => rank(a) - rank(b) || (a.score ?? 0) - (b.score ?? 0) || a.job.localeCompare(b.job),
  )
}

export interface FacetValue {
  readonly value: string
  readonly count: number
}

/** Values of one property with how many jobs have it, most first. */
export function facet(
  jobs: readonly JobSummary[],
  of: (job: JobSummary) => string | undefined,
): readonly FacetValue[] {
  const counts = new Map<string, number>()
  for (const job of jobs) {
    const value = of(job)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value))
}
