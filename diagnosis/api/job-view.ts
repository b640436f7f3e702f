import type { JobDetail, JobSummary, TopCause } from '../../core/api/public.ts'
import type { Finding } from '../../core/model/finding.ts'
import { isSource } from '../../core/model/topology.ts'
import type { TrendPoint } from '../rounds/board.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { currentScore } from './freshness.ts'

/** What a view of a job needs beside its newest evaluation. */
export interface ViewContext {
  readonly now: number
  readonly roundIntervalMs: number
  readonly trend: readonly TrendPoint[]
  readonly recording: boolean
}

/** One row of the fleet page. */
export function jobSummary(evaluated: Evaluated, context: ViewContext): JobSummary {
  const { diagnosis, facts } = evaluated
  const { score, unknownBecause } = currentScore(evaluated, context.now, context.roundIntervalMs)
  // What is only worth knowing is no cause of trouble; the job's own page tells it.
  const causes = openCauses(diagnosis.findings).filter(({ severity }) => severity !== 'info')
  const [top] = causes
  const { cluster, namespace, name } = facts.ref
  return {
    job: diagnosis.job,
    cluster,
    namespace,
    name,
    run: diagnosis.run?.run ?? '',
    state: diagnosis.run?.state ?? 'RECONCILING',
    flinkVersion: diagnosis.run?.flinkVersion ?? '',
    score: score.value,
    verdict: score.verdict,
    coverage: score.coverage,
    topCause: top ? topCause(top) : null,
    moreCauses: Math.max(0, causes.length - 1),
    unknownBecause,
    vertices: facts.topology?.vertices.length ?? 0,
    restarts: facts.restarts ?? null,
    lastCheckpointAt: lastCheckpointAt(evaluated),
    recordsPerSecond: sourceRate(evaluated),
    trend: context.trend,
    updatedAt: diagnosis.at,
    recording: context.recording,
  }
}

/** The head of the job page. */
export function jobDetail(evaluated: Evaluated, context: ViewContext): JobDetail {
  const { diagnosis, facts } = evaluated
  return {
    ...jobSummary(evaluated, context),
    startedAt: diagnosis.run?.startedAt ?? 0,
    stateSince: diagnosis.run?.since ?? 0,
    bounded: diagnosis.run?.bounded ?? false,
    scoreDetail: currentScore(evaluated, context.now, context.roundIntervalMs).score,
    advice: diagnosis.advice,
    abstained: diagnosis.abstained,
    exceptions: facts.exceptions,
    checkpoints: facts.checkpoints,
    taskmanagers: facts.taskmanagers,
  }
}

/** Open causes as the engine ordered them, worst first. */
export function openCauses(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.state === 'open' && finding.cause)
}

function topCause({ rule, severity, title, subject, message, since }: Finding): TopCause {
  return { rule, severity, title, subject: subject.name, text: message.text, since }
}

/** When the newest completed checkpoint was complete. */
function lastCheckpointAt({ facts }: Evaluated): number | null {
  const completed = facts.checkpoints
    .filter((checkpoint) => checkpoint.state === 'completed')
    .map((checkpoint) => checkpoint.triggeredAt + checkpoint.endToEndMs)
  return completed.length === 0 ? null : Math.max(...completed)
}

/** A sum that misses a source is unknown. */
function sourceRate({ diagnosis, facts }: Evaluated): number | null {
  const { topology } = facts
  if (!topology) return null
  const sources = topology.vertices.filter((vertex) => isSource(topology, vertex.id))
  let sum: number | null = null
  for (const { id } of sources) {
    const rate = diagnosis.loads.find((load) => load.vertex === id)?.recordsPerSecond
    if (rate === undefined) return null
    sum = (sum ?? 0) + rate
  }
  return sum
}
