import type { Finding } from '../../core/model/finding.ts'
import type { PlatformTrouble } from '../../core/model/platform.ts'
import type { Evaluated } from './evaluated.ts'

/**
 * A job as it is told while things that it shares are in trouble: that trouble is the cause, and the job's own
 * findings of it are consequences. They keep their points: the job is as sick as it was, whoever is to blame.
 */
export function underTroubles(
  evaluated: Evaluated,
  troubles: readonly PlatformTrouble[] | undefined,
): Evaluated {
  const { diagnosis } = evaluated
  const by = new Map<string, Finding>()
  const findings = diagnosis.findings.map((finding): Finding => {
    if (finding.state !== 'open' || !finding.cause) return finding
    const trouble = troubles?.find(({ causes }) => causes.includes(finding.rule))
    if (!trouble) return finding
    by.set(trouble.finding.key, trouble.finding)
    return { ...finding, cause: false, explainedBy: trouble.finding.key }
  })
  if (by.size === 0) return evaluated
  return { ...evaluated, diagnosis: { ...diagnosis, findings: [...by.values(), ...findings] } }
}

/** The troubles that each job is under. */
export function troublesByJob(
  troubles: readonly PlatformTrouble[],
): ReadonlyMap<string, readonly PlatformTrouble[]> {
  const byJob = new Map<string, PlatformTrouble[]>()
  for (const trouble of troubles) {
    for (const job of trouble.jobs) {
      const own = byJob.get(job)
      if (own) own.push(trouble)
      else byJob.set(job, [trouble])
    }
  }
  return byJob
}
