import type { Mark, Timeline } from '../../core/api/public.ts'
import type { CheckpointEvent } from '../../core/model/events.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { ScoreSample } from '../gate/judge.ts'
import type { Span } from './history.ts'
import { gridOf, pointsOf } from './series.ts'

export interface TimelineFacts {
  readonly scores: readonly ScoreSample[]
  readonly findings: readonly Finding[]
  readonly checkpoints: readonly CheckpointEvent[]
  readonly marks: readonly Mark[]
}

/** The lanes of the job page over one span of time. */
export function timelineOf({ from, to }: Span, facts: TimelineFacts): Timeline {
  return {
    from,
    to,
    scores: scoreLine({ from, to }, facts.scores),
    findings: facts.findings.map(
      ({ key, rule, severity, cause, since, state, resolvedAt, seenAt }) => ({
        key,
        rule,
        severity,
        cause,
        from: since,
        to: state === 'open' ? null : (resolvedAt ?? seenAt),
      }),
    ),
    checkpoints: facts.checkpoints
      .filter((checkpoint) => checkpoint.state !== 'in-progress')
      .map(({ triggeredAt, state, endToEndMs }) => ({
        at: triggeredAt,
        ok: state === 'completed',
        ms: endToEndMs,
      })),
    marks: facts.marks
      .filter((mark) => mark.at >= from && mark.at <= to)
      .map(({ at, text }) => ({ at, text })),
  }
}

/** The lowest score of each step: a short fall must not vanish between two points. Gaps are null. */
function scoreLine(span: Span, scores: readonly ScoreSample[]): Timeline['scores'] {
  const grid = gridOf(span.from, span.to)
  const lowest = new Map<number, number>()
  for (const { at, value } of scores) {
    if (value === null) continue
    const index = Math.floor((at - grid.from) / grid.stepMs)
    lowest.set(index, Math.min(value, lowest.get(index) ?? value))
  }
  return Array.from({ length: pointsOf(grid) }, (_, index) => [
    grid.from + index * grid.stepMs,
    lowest.get(index) ?? null,
  ])
}
