import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../../core/kit/clock.ts'
import type { VerdictWord } from '../../core/model/finding.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import type { Rounds } from '../rounds/rounds.ts'
import type { EpisodeTotal } from '../signals/episodes.ts'
import { nameOf } from '../signals/load.ts'
import { currentScore } from './freshness.ts'
import { openCauses } from './job-view.ts'

const WORDS: readonly VerdictWord[] = ['healthy', 'degraded', 'unhealthy', 'unknown']
const jobLabels = ['cluster', 'namespace', 'name'] as const

/**
 * What other monitoring takes from us, filled at each scrape. An unknown score is an absent series,
 * never a number. Messages are no labels; vertices are where JD's row asks for them, up to
 * MOST_VERTICES a job, so that the series stay bounded.
 */
export function exportToPrometheus(
  registry: Registry,
  rounds: Pick<Rounds, 'latestDiagnoses' | 'troubles' | 'intervalMs'>,
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
  new Gauge({
    name: 'weir_platform_trouble_jobs',
    help: 'Jobs that have the same cause at the same time since a thing that they share is in trouble.',
    labelNames: ['kind', 'name', 'severity'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { thing, finding, jobs } of rounds.troubles().slice(0, MOST_TROUBLES)) {
        this.set({ ...thing, severity: finding.severity }, jobs.length)
      }
    },
  })
  exportEpisodes(registry, jobs, labelsOf)
}

/** Troubles that are shown on `/metrics`, those with the most jobs: names of shared things are not ours to bound. */
const MOST_TROUBLES = 50

/** Vertices of one job that are told apart on `/metrics`; those with the most backpressure come first. */
const MOST_VERTICES = 50

function exportEpisodes(
  registry: Registry,
  jobs: () => readonly Evaluated[],
  labelsOf: (job: Evaluated) => Record<(typeof jobLabels)[number], string>,
): void {
  const labelNames = [...jobLabels, 'vertex', 'role']
  const fill = (counter: Counter, value: (total: EpisodeTotal) => number) => {
    counter.reset()
    for (const job of jobs()) {
      const { facts, diagnosis } = job
      const totals = [...(diagnosis.memory.episodes?.totals ?? [])].sort((a, b) => b.ms - a.ms)
      for (const total of totals.slice(0, MOST_VERTICES)) {
        const vertex = nameOf(facts.topology, total.vertex)
        counter.inc({ ...labelsOf(job), vertex, role: total.role }, value(total))
      }
    }
  }
  new Counter({
    name: 'weir_backpressure_episodes_total',
    help: 'Stretches of backpressure at a vertex: as the root that others wait for, or as a victim.',
    labelNames,
    registers: [registry],
    collect() {
      fill(this, ({ episodes }) => episodes)
    },
  })
  new Counter({
    name: 'weir_backpressure_seconds_total',
    help: 'How long these stretches lasted.',
    labelNames,
    registers: [registry],
    collect() {
      fill(this, ({ ms }) => ms / 1000)
    },
  })
}
