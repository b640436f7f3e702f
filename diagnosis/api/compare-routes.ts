import { Hono } from 'hono'
import type { RunComparison } from '../../core/api/compare.ts'
import { compareReads } from '../compare/compare.ts'
import { readRun } from '../compare/read.ts'
import type { ScoredRun } from '../gate/baseline.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import { badRequest, notFound, paramsOf } from './answers.ts'
import type { ApiDeps } from './app.ts'
import { ofJobWith } from './of-job.ts'
import { compareParams } from './params.ts'

/** How far back a run is looked for; scores are kept for longer, samples of tasks for a week and their rollups for 90 days. */
const RUNS_SPAN_MS = 30 * 86_400_000

/** Two runs of one job under the same load; mounted where the path has named the job. */
export function compareRoutes({ rounds, clock, history }: ApiDeps): Hono {
  const app = new Hono()
  const ofJob = ofJobWith({ rounds })

  app.get(
    '/compare',
    ofJob(async (evaluated, context) => {
      const params = paramsOf(context, compareParams)
      if (params instanceof Response) return params
      const { job } = evaluated.diagnosis
      const now = clock.now()
      const runs = await history.runs(job, { from: now - RUNS_SPAN_MS, to: now })
      const run = params.run === undefined ? runs[0] : named(runs, params.run)
      if (!run) return notFound(noRun(job, params.run, runs))
      const other =
        params.with === undefined
          ? runs.find((one) => one.run !== run.run && one.from < run.from)
          : named(runs, params.with)
      if (!other) return notFound(noRun(job, params.with, runs))
      if (other.run === run.run) {
        const problem = 'must be another run than "run": nothing differs from itself'
        return badRequest([{ parameter: 'with', problem }])
      }
      const { cluster } = evaluated.facts.ref
      const isAlone = isAloneOn(evaluated, [...rounds.latestDiagnoses().values()])
      const deps = { job, cluster, history, isAlone }
      const isOver = (one: ScoredRun) => one.run !== evaluated.diagnosis.run?.run
      const [a, b] = await Promise.all([
        readRun(run, isOver(run), deps),
        readRun(other, isOver(other), deps),
      ])
      return context.json(compareReads(job, a, b) satisfies RunComparison)
    }),
  )
  return app
}

/** By the whole id, or by as much of its begin as one run alone has. */
function named(runs: readonly ScoredRun[], id: string): ScoredRun | undefined {
  const exact = runs.find(({ run }) => run === id)
  const near = runs.filter(({ run }) => run.startsWith(id))
  return exact ?? (near.length === 1 ? near[0] : undefined)
}

function noRun(job: string, asked: string | undefined, runs: readonly ScoredRun[]): string {
  if (runs.length === 0) return `No run of ${job} has been scored within 30 days.`
  const list = runs.map(({ run }) => run).join(', ')
  return asked === undefined
    ? `No other run of ${job} has been scored within 30 days; the only one is ${list}.`
    : `No run of ${job}, or more than one, begins with ${asked}; there are ${list}.`
}

/** What its TaskManagers use is the job's own where no other job has a task on them. */
function isAloneOn({ diagnosis, facts }: Evaluated, all: readonly Evaluated[]): boolean {
  const own = new Set(facts.taskmanagers)
  return !all.some(
    (one) =>
      one.diagnosis.job !== diagnosis.job &&
      one.facts.ref.cluster === facts.ref.cluster &&
      one.facts.taskmanagers.some((id) => own.has(id)),
  )
}
