import type { JobFacts } from '../../core/model/facts.ts'
import type { Severity } from '../../core/model/finding.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { nameOf } from '../signals/load.ts'
import { type EndedCheckpoint, endedCheckpoints } from '../signals/logged-checkpoints.ts'
import { at } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { firstLine, plural, seconds } from './words.ts'

/** The checkpoints of the newest run, ended ones only, oldest first. */
const ended: Need<readonly EndedCheckpoint[]> = {
  missing: 'the checkpoint history (REST), or logs of the JobManager',
  read: ({ facts, run }) =>
    endedCheckpoints(
      facts,
      run !== undefined &&
        facts.samples.some(({ values }) => values.checkpointsCompleted !== undefined),
    ),
}

export const checkpointExpired = defineRule({
  id: 'checkpoint-expired',
  title: 'Checkpoints do not finish in time',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { ended }, toldApartBy: {} },
  levels: {
    expired: {
      major: 1,
      crit: 2,
      help: 'Checkpoints in a row that expired before all subtasks answered.',
    },
  },
  impact: { major: 2.5, crit: 4 },
  messages: {
    found:
      '{expired} in a row expired after {timeout}: {vertex} did not answer in time. A failure now replays {replay}.',
    foundNowhere: '{expired} in a row expired after {timeout}. A failure now replays {replay}.',
    cause:
      'Look at what {vertex} does when the barrier arrives: a long record, a blocked snapshot, a full queue before it.',
    timeout: 'A longer timeout only helps when the checkpoints are healthy and merely large.',
  },
  explains: [
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ ended: checkpoints }, { expired: level }, _asked, view) {
    const run = expiredInARow(checkpoints)
    const reached = grade(run.length, level)
    const newest = run.at(-1)
    if (!reached || !newest) return []
    const vertex = waitingFor(run, view.facts)
    const name = vertex === undefined ? 'a subtask' : nameOf(view.facts.topology, vertex)
    const lastGood = checkpoints.filter((c) => c.state === 'completed').at(-1)
    const replayMs = view.facts.at - (lastGood?.triggeredAt ?? view.run?.startedAt ?? view.facts.at)
    const severity: Severity = reached.severity
    return [
      {
        severity,
        message: vertex === undefined ? 'foundNowhere' : 'found',
        params: {
          expired: plural(run.length, 'checkpoint'),
          timeout: newest.endToEndMs === undefined ? 'their time-out' : seconds(newest.endToEndMs),
          vertex: name,
          replay: seconds(replayMs),
        },
        ...(vertex === undefined
          ? {}
          : {
              subject: {
                subject: { kind: 'vertex' as const, job: view.facts.job, run: newest.run, vertex },
                name,
              },
            }),
        evidence: [
          {
            label: 'expired in a row',
            unit: 'count',
            observed: run.length,
            limit: reached.limit,
            bad: 'above',
          },
          {
            ...{ label: 'subtasks that answered the newest', unit: 'text' },
            observed:
              newest.subtasks === 0 ? 'unknown' : `${newest.acknowledged} of ${newest.subtasks}`,
            series: { signal: 'checkpointMs' },
          },
          ...(newest.line
            ? [{ ...EXPIRY, observed: firstLine(newest.failure ?? ''), ...at(newest.line) }]
            : []),
        ],
        toldApart: [
          no('checkpoint-storage', newest.failure ?? 'it expired, it was not refused'),
          vertex === undefined
            ? unknown('stuck-task', 'the subtasks that did not answer are not known')
            : unknown(
                'checkpoint-sync',
                'the phases of a subtask that never answered are not known',
              ),
        ],
        suggestions: [
          { message: 'cause', risk: 'none' },
          { message: 'timeout', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.75 + 0.1 * run.length),
      },
    ]
  },
})

const EXPIRY = { label: 'in the logs', unit: 'text' } as const

const EXPIRED = /expired before completing/i

/** The newest failures that expired, back to the last completed checkpoint. */
function expiredInARow(checkpoints: readonly EndedCheckpoint[]): readonly EndedCheckpoint[] {
  const lastCompleted = checkpoints.findLastIndex((checkpoint) => checkpoint.state === 'completed')
  return checkpoints
    .slice(lastCompleted + 1)
    .filter((c) => c.state === 'failed' && EXPIRED.test(c.failure ?? ''))
}

/**
 * The first vertex in the direction of the stream that did not answer: those below it never got
 * the barrier, so they are silent because of it.
 */
function waitingFor(run: readonly EndedCheckpoint[], facts: JobFacts): string | undefined {
  const tasks = run.findLast((checkpoint) => checkpoint.tasks.length > 0)?.tasks
  return facts.topology?.vertices.find((vertex) => {
    const task = tasks?.find((candidate) => candidate.vertex === vertex.id)
    return task !== undefined && task.acknowledged < task.subtasks
  })?.id
}
