import { defineRule, grade, type Need } from '../engine/rule.ts'
import { loggedLine } from '../signals/logged.ts'
import { completed, type Pace, paceOf } from './checkpoint-history.ts'
import { run } from './job-failed.ts'
import { lineEvidence } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { seconds } from './words.ts'

/** How old the newest completed checkpoint is, or the run without one, and how old it may be. */
interface Age {
  readonly ms: number
  readonly pace: Pace
  readonly isFirst: boolean
}

const age: Need<Age> = {
  missing: 'the checkpoint history (REST), and how often checkpoints are wanted',
  read(view) {
    const pace = paceOf(view)
    if (view.run === undefined || pace === undefined) return undefined
    const last = completed(view.facts).at(-1)
    return {
      ms: view.facts.at - (last ? last.triggeredAt + last.endToEndMs : view.run.startedAt),
      pace,
      isFirst: last === undefined,
    }
  },
}

/** How the JobManager and the tasks say that one failed. */
const REASONS = ['cp-expired', 'cp-failed-n', 'cp-declined', 'cp-async-failed', 'cp-sync-failed']

export const checkpointStalled = defineRule({
  id: 'checkpoint-stalled',
  title: 'No checkpoint has completed for long',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run: newest }) => newest?.bounded !== true,
  needs: { required: { run, age }, toldApartBy: {} },
  levels: {
    times: {
      major: 3,
      crit: 6,
      help: 'Age of the newest completed checkpoint ÷ the longer of interval and timeout: three means that two were lost in a row.',
    },
  },
  impact: { major: 2.5, crit: 4 },
  messages: {
    found:
      'The newest checkpoint completed {old} ago, though one is wanted every {interval}: a failure now replays that much.',
    never:
      'No checkpoint has completed in {old}, though one is wanted every {interval}: a failure now begins anew.',
    look: 'Look at the newest attempts: who did not answer, or what they say.',
    stop: 'Do not stop the job for a change until one has completed; a savepoint would wait in the same place.',
  },
  explains: [],
  opensAfter: 2,
  resolvesAfter: 1,

  evaluate({ run: { state }, age: { ms, pace, isFirst } }, { times }, _asked, { facts }) {
    if (state !== 'RUNNING') return []
    const { intervalMs, timeoutMs, isSeen } = pace
    const reached = grade(ms / Math.max(intervalMs, timeoutMs), times)
    const failed = facts.checkpoints.filter(
      ({ state: ended, at }) => ended === 'failed' && facts.at - at <= ms,
    )
    // A job may have set a longer interval in its own code: that none was tried proves nothing then.
    if (!reached || (!isSeen && failed.length === 0)) return []
    return [
      {
        severity: reached.severity,
        message: isFirst ? 'never' : 'found',
        params: { old: seconds(ms), interval: seconds(intervalMs) },
        evidence: [
          {
            label: 'age of the newest completed checkpoint ÷ the longer of interval and timeout',
            unit: 'count',
            observed: Number((ms / Math.max(intervalMs, timeoutMs)).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
          },
          { label: 'failed since', unit: 'count', observed: failed.length },
          ...lineEvidence('in the logs', loggedLine(facts, REASONS, { since: facts.at - ms })),
        ],
        toldApart: [
          no('checkpointing-off', 'checkpoints are wanted'),
          failed.length === 0
            ? unknown('checkpoint-expired', 'none failed: none may have been triggered')
            : unknown('checkpoint-expired', `${failed.length} failed: their own words tell why`),
        ],
        suggestions: [
          { message: 'look', risk: 'none' },
          { message: 'stop', risk: 'none' },
        ],
        sureness: 0.9,
      },
    ]
  },
})
