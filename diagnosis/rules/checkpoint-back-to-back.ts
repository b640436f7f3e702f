import { defineRule, grade, type Need } from '../engine/rule.ts'
import { newestCompleted, type Pace, paceOf } from './checkpoint-history.ts'
import { no, unknown } from './look-alikes.ts'
import { percent, seconds } from './words.ts'

const pace: Need<Pace> = {
  missing: 'how often checkpoints are wanted (configuration, or quick ones)',
  read: paceOf,
}

const SEVERAL = 2

export const checkpointBackToBack = defineRule({
  id: 'checkpoint-back-to-back',
  title: 'One checkpoint after the other',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { newest: newestCompleted, pace }, toldApartBy: {} },
  levels: {
    share: {
      minor: 0.5,
      help: 'Duration of the newest checkpoint and another of the newest three ÷ interval: from a half on the job is more often in a checkpoint than not.',
    },
  },
  impact: { minor: 0.5 },
  messages: {
    found:
      'A checkpoint takes {took}, {share} of the interval of {interval}: the job hardly ever works without one under way.',
    pause:
      'Set execution.checkpointing.min-pause to the duration, or the interval to a multiple of it.',
    quicker: 'Or make them quicker: see which phase is the long one.',
  },
  explains: [],
  opensAfter: 2,
  resolvesAfter: 2,

  evaluate({ newest, pace: { intervalMs } }, { share: level }) {
    const limitMs = (level.minor ?? 1) * intervalMs
    const long = newest.filter(({ endToEndMs }) => endToEndMs >= limitMs)
    const last = newest.at(-1)
    if (!last || long.length < SEVERAL || !long.includes(last)) return []
    const reached = grade(last.endToEndMs / intervalMs, level)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          took: seconds(last.endToEndMs),
          share: percent(last.endToEndMs / intervalMs),
          interval: seconds(intervalMs),
        },
        evidence: [
          {
            label: 'duration ÷ interval of the newest checkpoint',
            unit: 'ratio',
            observed: Number((last.endToEndMs / intervalMs).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'checkpointMs' },
          },
        ],
        toldApart: [
          no('checkpoint-stalled', 'they complete'),
          unknown(
            'checkpoint-start-delay',
            'which phase is long is another finding, where it is known',
          ),
        ],
        suggestions: [
          { message: 'pause', risk: 'restart' },
          { message: 'quicker', risk: 'none' },
        ],
        sureness: 0.6 + 0.1 * long.length,
      },
    ]
  },
})
