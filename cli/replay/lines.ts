import type { ReplayLine } from '../../core/api/replay-line.ts'
import { subjectKey } from '../../core/model/subject.ts'
import type { Diagnosis } from '../../diagnosis/engine/diagnosis.ts'

/** One diagnosis as a line of `weir replay --json`; times count from the recording's begin. */
export function replayLine(diagnosis: Diagnosis, at: number, begin: number): ReplayLine {
  return {
    t: at - begin,
    job: diagnosis.job,
    score: diagnosis.score.value,
    verdict: diagnosis.score.verdict,
    coverage: diagnosis.score.coverage,
    findings: diagnosis.findings
      .filter((finding) => finding.state === 'open')
      .map((finding) => ({
        rule: finding.rule,
        cause: finding.cause,
        severity: finding.severity,
        confidence: finding.confidence.value,
        subject: {
          kind: finding.subject.subject.kind,
          name: finding.subject.name,
          id: subjectId(finding.subject.subject),
        },
        since: finding.since - begin,
        message: finding.message.text,
      })),
    advice: diagnosis.advice.map(({ kind, target, from, to, confidence }) => ({
      kind,
      target: target.name,
      from,
      to,
      confidence,
    })),
    abstained: diagnosis.abstained.map(({ target, reason }) => ({ target: target.name, reason })),
  }
}

/** Flink's own id where it has one. */
function subjectId(subject: Diagnosis['findings'][number]['subject']['subject']): string {
  switch (subject.kind) {
    case 'vertex':
      return subject.vertex
    case 'subtask':
      return `${subject.vertex}/${subject.subtask}`
    case 'taskmanager':
      return subject.id
    case 'job':
      return subject.run
    default:
      return subjectKey(subject)
  }
}
