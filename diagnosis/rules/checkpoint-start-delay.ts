import { defineRule, grade } from '../engine/rule.ts'
import { HELD_BACK } from '../signals/bottleneck.ts'
import { nameOf } from '../signals/load.ts'
import { dominatedBy, heldBack, newestCompleted } from './checkpoint-history.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { percent, seconds } from './words.ts'

export const checkpointStartDelay = defineRule({
  id: 'checkpoint-start-delay',
  title: 'Checkpoints wait behind records',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { newest: newestCompleted, heldBack }, toldApartBy: {} },
  levels: {
    delay: {
      minor: 10,
      major: 30,
      crit: 120,
      help: 'Seconds until the barrier had reached the slowest subtask, in two of the newest three checkpoints, while somebody is held back.',
    },
  },
  impact: { minor: 0.5, major: 2, crit: 3 },
  messages: {
    found:
      'The barrier took {waited} of {whole} to reach {vertex}, behind the records that wait before it: a failure replays all since the last one.',
    root: 'Cure the backpressure first; the checkpoints follow.',
    unaligned:
      'execution.checkpointing.unaligned.enabled (or an aligned-checkpoint-timeout) lets barriers overtake; buffer debloating keeps the queues short.',
  },
  explains: [
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ newest, heldBack: share }, { delay: level }, _asked, view) {
    if (share < HELD_BACK) return []
    const found = dominatedBy(newest, 'startDelayMs', (level.minor ?? 0) * 1000)
    const reached = found && grade(found.ms / 1000, level)
    if (!found || !reached) return []
    const { checkpoint, task, ms, times } = found
    const name = nameOf(view.facts.topology, task.vertex)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          waited: seconds(ms),
          whole: seconds(checkpoint.endToEndMs),
          share: percent(Math.min(1, ms / checkpoint.endToEndMs)),
        },
        subject: aboutVertex(view, { id: task.vertex, name }),
        evidence: [
          {
            label: `start delay of ${name}, seconds`,
            unit: 'count',
            observed: Number((ms / 1000).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'checkpointMs' },
          },
          {
            label: 'backpressured share of the job, most backpressured subtask',
            unit: 'ratio',
            observed: share,
            limit: HELD_BACK,
            bad: 'above',
          },
        ],
        toldApart: [
          no('checkpoint-alignment', 'the time passed before the first barrier came'),
          task.syncMs === undefined
            ? unknown('checkpoint-sync', 'the synchronous phase is not known')
            : no('checkpoint-sync', `its own snapshot took ${seconds(task.syncMs)}`),
          task.asyncMs === undefined
            ? unknown('checkpoint-async', 'the asynchronous phase is not known')
            : no('checkpoint-async', `writing the state took ${seconds(task.asyncMs)}`),
        ],
        suggestions: [
          { message: 'root', risk: 'none' },
          { message: 'unaligned', risk: 'restart' },
        ],
        sureness: 0.6 + 0.1 * times,
      },
    ]
  },
})
