import { exportToPrometheus } from '../../diagnosis/api/prometheus.ts'
import { NOW, slowSink, type World, world } from '../../diagnosis/api/world.fixture.ts'
import type { ScoreSample } from '../../diagnosis/gate/judge.ts'

/** The jobs that every recipe is asked about, in `prod/shop`. */
export const jobs = {
  healthy: 9.3,
  sick: 2.1,
  'catching-up': 5,
  unknown: null,
} as const
export type JobName = keyof typeof jobs
export const jobNames: readonly JobName[] = ['healthy', 'sick', 'catching-up', 'unknown']

const RUN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

/** The real API over these jobs: each has scored the same for ten minutes. */
export function askedWorld(): World {
  const scoresOf = (job: string) => {
    const name = jobNames.find((one) => job === `prod/shop/${one}`)
    return name === undefined ? null : jobs[name]
  }
  const all = world({
    scores: async (job, { from, to }) =>
      Array.from({ length: 121 }, (_, index): ScoreSample => {
        return { at: NOW - 5_000 * index, run: RUN, value: scoresOf(job), coverage: 0.9 }
      })
        .reverse()
        .filter(({ at }) => at >= from && at <= to),
  })
  const { latest: latestDiagnoses, troubles } = all.board
  const rounds = { latestDiagnoses, troubles, intervalMs: 5_000 }
  exportToPrometheus(all.registry, rounds, all.clock)
  all.put('prod/shop/healthy', jobs.healthy)
  all.put('prod/shop/sick', jobs.sick, { findings: [slowSink] })
  const backlog = { ...slowSink, key: 'backlog', rule: 'catching-up', severity: 'info' as const }
  all.put('prod/shop/catching-up', jobs['catching-up'], { findings: [backlog] })
  all.put('prod/shop/unknown', jobs.unknown)
  return all
}
