import type { RunEvent } from '../../core/model/events.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { no, unknown } from './look-alikes.ts'
import { seconds } from './words.ts'

/** It is told for this long; then it is history. */
const TOLD_MS = 10 * 60_000

interface Takeover {
  readonly before: RunEvent
  readonly after: RunEvent
}

/**
 * The same run with another time of its begin: a JobManager that takes over builds the graph anew and stamps it
 * with its own moment, while a restart of tasks under one JobManager keeps it (ExecutionGraph, INITIALIZING).
 */
const takeover: Need<Takeover | 'none'> = {
  missing: 'the state of the job (REST)',
  read({ facts }) {
    const told = facts.runs.filter(({ inferred, endedAt }) => !inferred && endedAt === undefined)
    if (told.length === 0) return undefined
    for (let index = told.length - 1; index > 0; index--) {
      const [before, after] = [told[index - 1], told[index]]
      if (before && after && before.run === after.run && after.startedAt > before.startedAt)
        return { before, after }
    }
    return 'none'
  },
}

export const jobmanagerFailover = defineRule({
  id: 'jobmanager-failover',
  title: 'Another JobManager has taken over',
  category: 'failures',
  scope: 'job',
  stage: 'trial',
  needs: { required: { takeover }, toldApartBy: {} },
  levels: {},
  impact: { major: 2 },
  messages: {
    found:
      'A new JobManager took {job} over {ago} ago; all its tasks were started again, and the history of the old one is gone.',
    look: 'Look at how the old one ended: its last log lines, exit code, OOMKilled, eviction, a lost lease with ZooKeeper or Kubernetes.',
  },
  explains: [
    { rule: 'taskmanager-lost', where: 'job' },
    { rule: 'restart-loop', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ takeover: found }, _levels, { name }, { facts }) {
    if (found === 'none' || facts.at - found.after.startedAt > TOLD_MS) return []
    const { before, after } = found
    const wasAway = facts.clusters.some(
      ({ state, at }) => state === 'unreachable' && at >= before.at && at <= after.at,
    )
    return [
      {
        severity: 'major',
        message: 'found',
        params: { job: name, ago: seconds(facts.at - after.startedAt) },
        evidence: [
          {
            label: 'the run began, by the old one',
            unit: 'text',
            observed: new Date(before.startedAt).toISOString(),
          },
          {
            label: 'and by the new one',
            unit: 'text',
            observed: new Date(after.startedAt).toISOString(),
          },
        ],
        toldApart: [
          no('restart-loop', 'a restart of tasks keeps the time at which the run began'),
          wasAway
            ? no('regression-after-change', 'the JobManager did not answer in between')
            : unknown('regression-after-change', 'it answered whenever it was asked in between'),
        ],
        suggestions: [{ message: 'look', risk: 'none' }],
        sureness: wasAway ? 0.95 : 0.8,
      },
    ]
  },
})
