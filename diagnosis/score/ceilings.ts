import type { Finding } from '../../core/model/finding.ts'
import type { JobView } from '../signals/view.ts'

/** The most a job can score in a state that no sum of small points may outvote. */
export interface Ceiling {
  readonly rule: string
  readonly atMost: number
}

/** The lowest ceiling that holds, if any (design: failed 0, restart loop 3, not processing 4, checkpoints all failing 4). */
export function ceilingOf(view: JobView, findings: readonly Finding[]): Ceiling | undefined {
  const open = findings.filter((finding) => finding.state === 'open')
  const ceilings: Ceiling[] = []
  if (view.run?.state === 'FAILED' || open.some((f) => f.rule === 'job-failed')) {
    ceilings.push({ rule: 'job-failed', atMost: 0 })
  }
  if (open.some((f) => f.rule === 'restart-loop'))
    ceilings.push({ rule: 'restart-loop', atMost: 3 })
  if (open.some((f) => f.rule === 'checkpoint-expired' && f.severity === 'crit')) {
    ceilings.push({ rule: 'checkpoint-expired', atMost: 4 })
  }
  if (open.some((f) => f.rule === 'broker-unreachable' && f.severity === 'crit')) {
    ceilings.push({ rule: 'broker-unreachable', atMost: 4 })
  }
  if (isNotProcessing(view)) ceilings.push({ rule: 'not-running', atMost: 4 })
  return ceilings.sort((a, b) => a.atMost - b.atMost)[0]
}

/** Starting up is not failing: a job counts as stopped once it has run, or has tried for this long. */
const START_UP_MS = 60_000

function isNotProcessing(view: JobView): boolean {
  const { run, facts } = view
  if (!run) return false
  switch (run.state) {
    case 'RESTARTING':
    case 'FAILING':
      return true
    case 'INITIALIZING':
    case 'CREATED':
    case 'RECONCILING':
      return facts.at - run.startedAt > START_UP_MS
    case 'RUNNING': {
      const tasks = facts.samples.at(-1)?.values
      const stopped = tasks?.tasksRunning === 0 && (tasks.tasksTotal ?? 0) > 0
      return stopped && facts.at - run.startedAt > START_UP_MS
    }
    default:
      return false
  }
}
