import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../../core/kit/clock.ts'
import type { VerdictWord } from '../../core/model/finding.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import type { Rounds } from '../rounds/rounds.ts'
import { currentScore } from './freshness.ts'
import { openCauses } from './job-view.ts'

const WORDS: readonly VerdictWord[] = ['healthy', 'degraded', 'unhealthy', 'unknown']
const jobLabels = ['cluster', 'namespace', 'name'] as const

/**
 * What other monitoring takes from us, filled at each scrape. An unknown score is an absent series,
 * never a number; vertices and messages are no labels, so that the series stay as many as the jobs.
 */
export function exportToPrometheus(
  registry: Registry,
  rounds: Pick<Rounds, 'latestDiagnoses' | 'intervalMs'>,
  clock: Clock,
): void {
  const jobs = () => [...rounds.latestDiagnoses().values()]
  const labelsOf = ({ facts: { ref } }: Evaluated) => ({
    cluster: ref.cluster,
    namespace: ref.namespace,
    name: ref.name,
  })
  const scoreOf = (job: Evaluated) => currentScore(job, clock.now(), rounds.intervalMs).score

  new Gauge({
    name: 'weir_job_health_score',
    help: 'Health of a job from 0 to 10; absent while unknown.',
    labelNames: jobLabels,
    registers: [registry],
    collect() {
      this.reset()
      for (const job of jobs()) {
        const { value } = scoreOf(job)
        if (value !== null) this.set(labelsOf(job), value)
      }
    },
  })
  new Gauge({
    name: 'weir_job_verdict',
    help: 'One series per verdict of a job: 1 for the one that holds, 0 for the others.',
    labelNames: [...jobLabels, 'verdict'],
    registers: [registry],
    collect() {
      this.reset()
      for (const job of jobs()) {
        const { verdict } = scoreOf(job)
        for (const word of WORDS) {
          this.set({ ...labelsOf(job), verdict: word }, word === verdict ? 1 : 0)
        }
      }
    },
  })
  new Gauge({
    name: 'weir_finding_active',
    help: 'Open causes of a job by rule and severity; consequences are not counted.',
    labelNames: [...jobLabels, 'rule', 'severity'],
    registers: [registry],
    collect() {
      this.reset()
      for (const job of jobs()) {
        for (const { rule, severity } of openCauses(job.diagnosis.findings)) {
          this.inc({ ...labelsOf(job), rule, severity })
        }
      }
    },
  })
}
