import type { CheckpointEvent, CheckpointTask } from '../../core/model/events.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { nameOf } from '../signals/load.ts'
import { no, unknown } from './look-alikes.ts'
import { percent, seconds } from './words.ts'

/** A checkpoint and the task whose synchronous phase was the longest in it. */
interface Synced {
  readonly checkpoint: CheckpointEvent
  readonly task: CheckpointTask & { readonly syncMs: number }
}

/** The newest checkpoints that ended well, with the phases of their slowest subtasks. */
const LOOKED_AT = 3

const newest: Need<readonly CheckpointEvent[]> = {
  missing: 'the checkpoint history (REST)',
  read: ({ facts, run }) =>
    run === undefined
      ? undefined
      : facts.checkpoints
          .filter(({ state, savepoint }) => state === 'completed' && !savepoint)
          .slice(-LOOKED_AT),
}

/** Below this share of the checkpoint something else is the long part. */
const DOMINATES = 0.5

export const checkpointSync = defineRule({
  id: 'checkpoint-sync',
  title: 'Snapshots stop the processing',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { newest }, toldApartBy: {} },
  levels: {
    sync: {
      minor: 2,
      major: 5,
      crit: 20,
      help: 'Seconds of the synchronous phase of one subtask, in two of the newest three checkpoints.',
    },
  },
  impact: { minor: 1, major: 2.5, crit: 4 },
  messages: {
    found:
      '{vertex} stops for {sync} at each checkpoint, {share} of the whole: no record is processed meanwhile.',
    snapshot:
      'Look at what {vertex} does in snapshotState: flushing to an outside system, or state in a list that is copied whole.',
    backend: 'State on the heap is copied while processing stops; RocksDB only links its files.',
  },
  explains: [
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ newest: checkpoints }, { sync }, _asked, { facts, run }) {
    const synced = checkpoints.flatMap((checkpoint) => longestSync(checkpoint) ?? [])
    const long = synced.filter(
      ({ checkpoint, task }) =>
        task.syncMs >= (sync.minor ?? 0) * 1000 &&
        task.syncMs >= DOMINATES * Math.max(1, checkpoint.endToEndMs),
    )
    const last = long.at(-1)
    const isNewest = last !== undefined && last.checkpoint === checkpoints.at(-1)
    if (long.length < 2 || !isNewest || run === undefined) return []
    const reached = grade(last.task.syncMs / 1000, sync)
    if (!reached) return []
    const { vertex, syncMs } = last.task
    const name = nameOf(facts.topology, vertex)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          sync: seconds(syncMs),
          share: percent(Math.min(1, syncMs / last.checkpoint.endToEndMs)),
        },
        subject: { subject: { kind: 'vertex', job: facts.job, run: run.run, vertex }, name },
        evidence: [
          {
            label: `synchronous phase of ${name}, seconds`,
            unit: 'count',
            observed: Number((syncMs / 1000).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'checkpointMs' },
          },
          {
            label: 'checkpoint, end to end',
            unit: 'text',
            observed: seconds(last.checkpoint.endToEndMs),
          },
        ],
        toldApart: [
          last.task.startDelayMs === undefined
            ? unknown('checkpoint-start-delay', 'how late the barrier came is not known')
            : no(
                'checkpoint-start-delay',
                `the barrier came after ${seconds(last.task.startDelayMs)}`,
              ),
          last.task.asyncMs === undefined
            ? unknown('checkpoint-async', 'the asynchronous phase is not known')
            : no('checkpoint-async', `writing the state took ${seconds(last.task.asyncMs)}`),
        ],
        suggestions: [
          { message: 'snapshot', risk: 'none' },
          { message: 'backend', risk: 'state' },
        ],
        sureness: 0.6 + 0.1 * long.length,
      },
    ]
  },
})

function longestSync(checkpoint: CheckpointEvent): Synced | undefined {
  const [task] = checkpoint.tasks
    .flatMap((one) => (one.syncMs === undefined ? [] : [{ ...one, syncMs: one.syncMs }]))
    .sort((a, b) => b.syncMs - a.syncMs)
  return task && { checkpoint, task }
}
