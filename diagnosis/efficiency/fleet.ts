import type {
  Efficiency,
  JobEfficiency,
  Savings,
  TeamEfficiency,
} from '../../core/api/efficiency.ts'
import type { ClusterUse } from '../../core/store/use.ts'
import type { ClusterState, Evaluated } from '../rounds/evaluated.ts'
import type { EfficiencyConfig } from './config.ts'
import { jobEfficiency, slotsHeld } from './job.ts'

export interface FleetQuestion {
  readonly from: number
  readonly to: number
  /** All jobs: those of a cluster share what it has, whoever may see them. */
  readonly evaluated: readonly Evaluated[]
  readonly mayBeSeen: (evaluated: Evaluated) => boolean
  readonly clusters: ReadonlyMap<string, ClusterState>
  readonly uses: readonly ClusterUse[]
  readonly teamOf: (evaluated: Evaluated) => string
  readonly config: EfficiencyConfig
}

/** Jobs that hold slots, their teams, and whether few enough of them use little. */
export function efficiencyOf(question: FleetQuestion): Efficiency {
  const { from, to, evaluated, clusters, uses, config } = question
  const slots = new Map<string, number>()
  for (const one of evaluated) {
    const { cluster } = one.facts.ref
    slots.set(cluster, (slots.get(cluster) ?? 0) + slotsHeld(one))
  }
  const used = new Map(uses.map((use) => [use.cluster, use]))
  const jobs = evaluated
    .filter((one) => slotsHeld(one) > 0 && question.mayBeSeen(one))
    .map((one) => {
      const { cluster } = one.facts.ref
      return jobEfficiency({
        evaluated: one,
        team: question.teamOf(one),
        cluster: clusters.get(cluster),
        use: used.get(cluster),
        slotsOfCluster: slots.get(cluster) ?? 0,
        prices: config,
      })
    })
    .sort((a, b) => bySavings(a.savings, b.savings) || a.job.localeCompare(b.job))
  const judged = jobs.flatMap(({ low }) => low ?? [])
  const lowShare = judged.length === 0 ? null : judged.filter(Boolean).length / judged.length
  return {
    ...{ from, to, target: config.target, lowShare },
    met: lowShare === null ? null : lowShare <= config.target,
    currency: config.currency ?? null,
    teams: teamsOf(jobs),
    jobs,
  }
}

/** Money first, then cores, then memory; what is not known comes last. */
function bySavings(a: Savings | null, b: Savings | null): number {
  for (const key of ['perHour', 'cores', 'memoryBytes'] as const) {
    const order = (b?.[key] ?? -1) - (a?.[key] ?? -1)
    if (order !== 0) return order
  }
  return 0
}

function teamsOf(jobs: readonly JobEfficiency[]): readonly TeamEfficiency[] {
  const names = [...new Set(jobs.map(({ team }) => team))]
  return names
    .map((team) => {
      const own = jobs.filter((job) => job.team === team)
      return {
        team,
        jobs: own.length,
        low: own.filter(({ low }) => low === true).length,
        unknown: own.filter(({ low }) => low === null).length,
        cores: sum(own.map(({ cpu }) => cpu.allotted)),
        memoryBytes: sum(own.map(({ memory }) => memory.allotted)),
        slots: own.reduce((total, job) => total + job.slots, 0),
        idleSlots: own.reduce((total, job) => total + (job.idleSlots ?? 0), 0),
        savings: {
          cores: sum(own.map(({ savings }) => savings?.cores ?? null)),
          memoryBytes: sum(own.map(({ savings }) => savings?.memoryBytes ?? null)),
          perHour: sum(own.map(({ savings }) => savings?.perHour ?? null)),
        },
      }
    })
    .sort((a, b) => bySavings(a.savings, b.savings) || a.team.localeCompare(b.team))
}

/** Of what is known; null where nothing is. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? [])
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}
