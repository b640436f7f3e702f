import { defineRule, type Need } from '../engine/rule.ts'
import { run } from './job-failed.ts'
import { no, unknown } from './look-alikes.ts'
import { plural, seconds } from './words.ts'

/** What is known of checkpoints of a job that may have none. */
interface Counts {
  readonly ever: number
  readonly interval: string | undefined
  readonly stateful: boolean | undefined
}

const counts: Need<Counts> = {
  missing: 'the counts of checkpoints and the configuration (REST)',
  read({ facts }) {
    const last = facts.samples.findLast(
      ({ values }) => values.checkpointsCompleted !== undefined,
    )?.values
    if (!last || facts.config === undefined) return undefined
    const { checkpointsCompleted = 0, checkpointsFailed = 0, checkpointsInProgress = 0 } = last
    return {
      ever:
        checkpointsCompleted + checkpointsFailed + checkpointsInProgress + facts.checkpoints.length,
      interval: facts.config['execution.checkpointing.interval'],
      // A keyed edge is where keyed state stands behind.
      stateful: facts.topology?.edges.some(({ strategy }) => strategy === 'HASH'),
    }
  },
}

/** An interval set in the job's own code is not seen in the cluster's configuration; nobody's is longer than this. */
const LONG_MS = 30 * 60_000

export const checkpointingOff = defineRule({
  id: 'checkpointing-off',
  title: 'Nothing is checkpointed',
  category: 'config',
  scope: 'job',
  stage: 'stable',
  applies: ({ run: newest }) => newest?.bounded !== true,
  needs: { required: { run, counts }, toldApartBy: {} },
  levels: {},
  impact: { info: 0, minor: 1 },
  messages: {
    found:
      '{job} has run for {runs} without any checkpoint, and no interval is configured: after a failure it begins anew, with empty state.',
    interval:
      'Set execution.checkpointing.interval (one to five minutes suit most) and execution.checkpointing.dir on a store that outlives the TaskManagers.',
    retain:
      'Keep them when the job is cancelled: execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION.',
  },
  explains: [],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ run: { state, startedAt }, counts: seen }, _levels, { name }, { facts }) {
    const runsMs = facts.at - startedAt
    if (state !== 'RUNNING' || seen.ever > 0 || seen.interval !== undefined) return []
    if (runsMs < LONG_MS) return []
    return [
      {
        severity: seen.stateful === true ? 'minor' : 'info',
        message: 'found',
        params: { job: name, runs: seconds(runsMs) },
        evidence: [
          { label: 'checkpoints so far', unit: 'text', observed: plural(seen.ever, 'checkpoint') },
          { label: 'execution.checkpointing.interval', unit: 'text', observed: 'not set' },
        ],
        toldApart: [
          no('checkpoint-stalled', 'none was ever begun'),
          seen.stateful === undefined
            ? unknown('no-operator-uids', 'whether the job keeps state is not known')
            : no('checkpoint-expired', 'none was ever begun'),
        ],
        suggestions: [
          { message: 'interval', risk: 'restart' },
          { message: 'retain', risk: 'restart' },
        ],
        sureness: 0.8,
      },
    ]
  },
})
