import { processKey } from '../../core/model/samples.ts'
import { defineRule } from '../engine/rule.ts'
import { heap } from './heap-leak.ts'
import { no, unknown } from './look-alikes.ts'
import { mebibytes, percent } from './words.ts'

/** Of the heap, what a collector needs to have room (Flink's autoscaler leaves a fifth, we leave two). */
const TARGET = 0.6
const ENOUGH_LOWS = 2
/** Less than this saves nobody a thing. */
const WORTH_BYTES = 2 ** 30
/** With more time in collections the room is used, however much is left after them. */
const CALM = 0.01

export const memoryOverProvisioned = defineRule({
  id: 'memory-over-provisioned',
  title: 'Most of the heap is never used',
  category: 'efficiency',
  scope: 'taskmanager',
  stage: 'stable',
  needs: { required: { heap }, toldApartBy: {} },
  levels: {},
  impact: { info: 0.2 },
  messages: {
    found:
      'At most {live} of {max} heap stay alive on {taskmanager}, and collections take {gc} of the time.',
    smaller:
      'With {wanted} of heap a third would still be free; taskmanager.memory.process.size goes down by {saved}.',
    peak: 'Look at a whole week first: this is what was seen in five minutes.',
  },
  explains: [],
  opensAfter: 12,
  resolvesAfter: 3,

  evaluate({ heap: { lows, maxBytes } }, _levels, { name, subject }, { processes }) {
    if (subject.kind !== 'taskmanager') return []
    const live = Math.max(...lows.map(({ value }) => value))
    const wanted = live / TARGET
    const gc = processes.find(({ process }) => process === processKey(subject.id))?.gcShare
    if (gc === undefined || !isSpare(lows.length, live, maxBytes, gc)) return []
    return [
      {
        severity: 'info',
        message: 'found',
        params: {
          taskmanager: name,
          live: mebibytes(live),
          max: mebibytes(maxBytes),
          gc: percent(gc),
          wanted: mebibytes(wanted),
          saved: mebibytes(maxBytes - wanted),
        },
        evidence: [
          {
            label: `most heap in use after a collection ÷ limit, ${name}`,
            unit: 'ratio',
            observed: live / maxBytes,
            limit: 0.3,
            bad: 'below',
            series: { signal: 'heap', process: name },
          },
        ],
        toldApart: [
          no('gc-pressure', `${percent(gc)} of the time in collections`),
          unknown('heap-leak', 'what grows within days is not seen in minutes'),
        ],
        suggestions: [
          { message: 'smaller', risk: 'restart' },
          { message: 'peak', risk: 'none' },
        ],
        sureness: 0.5,
      },
    ]
  },
})

/** Whether so much of a heap was never in use after any of so many collections that it could be smaller. */
export function isSpare(lows: number, live: number, maxBytes: number, gc: number): boolean {
  if (lows < ENOUGH_LOWS || gc >= CALM) return false
  return maxBytes - live / TARGET >= WORTH_BYTES && live < 0.3 * maxBytes
}
