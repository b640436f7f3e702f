import { defineRule, grade } from '../engine/rule.ts'
import { HELD_BACK } from '../signals/bottleneck.ts'
import { nameOf } from '../signals/load.ts'
import { dominatedBy, heldBack, newestCompleted } from './checkpoint-history.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { percent, seconds } from './words.ts'

export const checkpointAlignment = defineRule({
  id: 'checkpoint-alignment',
  title: 'Checkpoints wait for the slowest of several inputs',
  category: 'checkpoints',
  scope: 'job',
  stage: 'trial',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { newest: newestCompleted, heldBack }, toldApartBy: {} },
  levels: {
    aligned: {
      minor: 10,
      major: 30,
      crit: 120,
      help: 'Seconds between the first and the last barrier at the slowest subtask, in two of the newest three checkpoints, while somebody is held back.',
    },
  },
  impact: { minor: 0.5, major: 2, crit: 3 },
  messages: {
    found:
      '{vertex} waited {waited} of {whole} for the barriers of its other inputs, and took nothing from the quick ones meanwhile.',
    even: 'Look at why its inputs go at different speeds: skew, one slow upstream subtask, a join with one slow side.',
    unaligned:
      'execution.checkpointing.unaligned.enabled (or an aligned-checkpoint-timeout) does not wait for them.',
  },
  explains: [
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ newest, heldBack: share }, { aligned: level }, _asked, view) {
    if (share < HELD_BACK) return []
    const found = dominatedBy(newest, 'alignmentMs', (level.minor ?? 0) * 1000)
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
            label: `alignment of ${name}, seconds`,
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
          task.startDelayMs === undefined
            ? unknown('checkpoint-start-delay', 'how late the first barrier came is not known')
            : no(
                'checkpoint-start-delay',
                `the first barrier came after ${seconds(task.startDelayMs)}`,
              ),
          task.syncMs === undefined
            ? unknown('checkpoint-sync', 'the synchronous phase is not known')
            : no('checkpoint-sync', `its own snapshot took ${seconds(task.syncMs)}`),
        ],
        suggestions: [
          { message: 'even', risk: 'none' },
          { message: 'unaligned', risk: 'restart' },
        ],
        sureness: 0.6 + 0.1 * times,
      },
    ]
  },
})
