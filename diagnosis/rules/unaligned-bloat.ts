import { defineRule, grade } from '../engine/rule.ts'
import { newestCompleted } from './checkpoint-history.ts'
import { no, unknown } from './look-alikes.ts'
import { mebibytes, percent } from './words.ts'

const SEVERAL = 2
/** A smaller part would not change how long a restore takes. */
const SHARE = 0.2

export const unalignedBloat = defineRule({
  id: 'unaligned-bloat',
  title: 'Checkpoints are full of records on their way',
  category: 'checkpoints',
  scope: 'job',
  stage: 'trial',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { newest: newestCompleted }, toldApartBy: {} },
  levels: {
    inFlight: {
      minor: 256,
      major: 4096,
      help: 'MiB of records on their way in an unaligned checkpoint, a fifth of it or more, in two of the newest three. They are read and sent again before anything else after a failure.',
    },
  },
  impact: { minor: 0.5, major: 1.5 },
  messages: {
    found:
      '{inFlight} of {bytes} in a checkpoint ({share}) are records on their way: a restore reads and sends them all again.',
    aligned:
      'Set execution.checkpointing.aligned-checkpoint-timeout (30 s, say): checkpoints then begin aligned, and only slow ones take records along.',
    debloat:
      'taskmanager.network.memory.buffer-debloat.enabled keeps less on the way; the cure is to end the backpressure.',
  },
  explains: [
    { rule: 'checkpoint-async', where: 'job' },
    { rule: 'state-growth', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ newest }, { inFlight: level }) {
    const bloated = newest.filter(
      ({ unaligned, inFlightBytes = 0, stateBytes }) =>
        unaligned && inFlightBytes >= SHARE * Math.max(1, stateBytes),
    )
    const last = newest.at(-1)
    if (!last || bloated.length < SEVERAL || !bloated.includes(last)) return []
    const { inFlightBytes = 0, stateBytes } = last
    const reached = grade(inFlightBytes / 2 ** 20, level)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          inFlight: mebibytes(inFlightBytes),
          bytes: mebibytes(stateBytes),
          share: percent(Math.min(1, inFlightBytes / stateBytes)),
        },
        evidence: [
          {
            label: 'records on their way in the newest checkpoint, MiB',
            unit: 'count',
            observed: Math.round(inFlightBytes / 2 ** 20),
            limit: reached.limit,
            bad: 'above',
          },
        ],
        toldApart: [
          no('state-growth', 'it is what is on its way, not what is kept'),
          unknown('checkpoint-async', 'how much of the writing is due to it is not known'),
        ],
        suggestions: [
          { message: 'aligned', risk: 'restart' },
          { message: 'debloat', risk: 'restart' },
        ],
        sureness: 0.6 + 0.1 * bloated.length,
      },
    ]
  },
})
