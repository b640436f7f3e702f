import { defineRule, grade, type Need } from '../engine/rule.ts'
import { loggedLine } from '../signals/logged.ts'
import { type EndedCheckpoint, endedCheckpoints } from '../signals/logged-checkpoints.ts'
import { at, lineEvidence } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { firstLine, plural, seconds } from './words.ts'

/**
 * Flink's words when bytes could not be put away: CheckpointFailureReason IO_EXCEPTION, FINALIZE_CHECKPOINT_FAILURE
 * and CHECKPOINT_ASYNC_EXCEPTION, and what file systems say.
 */
const STORAGE =
  /IO-problem detected|Failure to finalize checkpoint|Could not (finalize|materialize|flush|open output stream)|Asynchronous task checkpoint failed|AccessDenied|Permission denied|No space left|Disk quota|FileNotFoundException|AmazonS3Exception|Mkdirs failed/i

const ended: Need<readonly EndedCheckpoint[]> = {
  missing: 'the checkpoint history (REST), or logs of the JobManager',
  read: ({ facts, run }) => (run === undefined ? undefined : endedCheckpoints(facts, true)),
}

/** What file systems, and tasks that write to them, say in logs. */
const SAID = ['disk-full', 'storage-missing', 's3-throttle', 'cp-finalize', 'cp-async-failed']

export const checkpointStorage = defineRule({
  id: 'checkpoint-storage',
  title: 'Checkpoints cannot be written',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { ended }, toldApartBy: {} },
  levels: {
    failed: {
      minor: 1,
      major: 2,
      crit: 5,
      help: 'Checkpoints in a row that failed because their bytes could not be put away.',
    },
  },
  impact: { minor: 1, major: 3, crit: 5 },
  messages: {
    found: '{failed} in a row could not be written: {fault} A failure now replays {replay}.',
    storage:
      'Look at the checkpoint directory as the JobManager and the TaskManagers see it: rights, credentials, space, quota, and whether it is there.',
    tolerated:
      'Until it is back the job runs on only as long as execution.checkpointing.tolerable-failed-checkpoints allows.',
  },
  explains: [
    { rule: 'job-failed', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ ended: checkpoints }, { failed }, _asked, { facts, run }) {
    const lastGood = checkpoints.findLast(({ state }) => state === 'completed')
    const since = lastGood ? checkpoints.slice(checkpoints.indexOf(lastGood) + 1) : checkpoints
    const unwritten = since.filter(({ failure }) => STORAGE.test(failure ?? ''))
    const reached = grade(unwritten.length, failed)
    const first = unwritten[0]
    if (!reached || !first) return []
    const replayMs = facts.at - (lastGood?.triggeredAt ?? run?.startedAt ?? facts.at)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          failed: plural(unwritten.length, 'checkpoint'),
          fault: firstLine(first.failure ?? ''),
          replay: seconds(replayMs),
        },
        evidence: [
          {
            label: 'failed in a row',
            unit: 'count',
            observed: unwritten.length,
            limit: reached.limit,
            bad: 'above',
          },
          {
            ...{ label: 'Flink says', unit: 'text' },
            ...{ observed: firstLine(first.failure ?? ''), ...at(first.line) },
          },
          ...lineEvidence('in the logs', loggedLine(facts, SAID, { since: first.triggeredAt })),
        ],
        toldApart: [
          no('checkpoint-expired', 'they were refused at once, not awaited'),
          unknown('broker-unreachable', 'a sink that commits with checkpoints fails them as well'),
        ],
        suggestions: [
          { message: 'storage', risk: 'none' },
          { message: 'tolerated', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.7 + 0.1 * unwritten.length),
      },
    ]
  },
})
