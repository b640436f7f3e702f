import { defineRule, grade, type Need } from '../engine/rule.ts'
import { growsEvenly, growthOf, type LiveHeap, liveHeapOf } from '../signals/heap.ts'
import { no, unknown } from './look-alikes.ts'
import { mebibytes, seconds } from './words.ts'

export const heap: Need<LiveHeap> = {
  missing: 'heap and number of collections of the TaskManager (Prometheus reporter, or REST)',
  read: ({ facts }, { subject }) =>
    subject.kind === 'taskmanager' ? liveHeapOf(facts, subject.id) : undefined,
}

/** A smaller growth is what G1 leaves for later by itself. */
const GREW = 0.1
/** A heap that is full only in a day has time; this rule looks five minutes back. */
const SOON_MS = 3_600_000

/** G1 begins to clear the old generation at 0.45: with less than this, what grows may be garbage. */
const FULL_FROM = 0.6

export const heapLeak = defineRule({
  id: 'heap-leak',
  title: 'What lives on the heap grows and grows',
  category: 'memory',
  scope: 'taskmanager',
  stage: 'stable',
  needs: { required: { heap }, toldApartBy: {} },
  levels: {
    live: {
      minor: FULL_FROM,
      major: 0.75,
      crit: 0.9,
      help: 'Heap in use right after a collection ÷ heap limit, while it grows steadily and would be full within an hour. G1 begins to clear the old generation at 0.45 of it, so that less may be garbage.',
    },
  },
  impact: { minor: 1, major: 2.5, crit: 3.5 },
  messages: {
    found:
      'After each collection more stays on the heap of {taskmanager}: {from} → {to} of {max} in {span}. At this pace it is full in {left}.',
    dump: 'Take a heap dump of {taskmanager} before it is full: what there is most of names the leak. Look at static caches, listeners and unclosed clients in user code, and at state on the heap without a TTL.',
    exit: 'A full heap is not seen to fail, it hangs: until then a restart of the TaskManager gains time.',
  },
  explains: [
    { rule: 'gc-pressure', where: 'host' },
    { rule: 'heap-oom', where: 'job' },
    { rule: 'heartbeat-timeout', where: 'job' },
    { rule: 'taskmanager-lost', where: 'host' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 6,

  evaluate({ heap: { lows, maxBytes } }, { live }, { name }, { facts }) {
    const growth = growthOf(lows)
    if (!growth) return []
    const { fromBytes, toBytes: now, spanMs, bytesPerMs } = growth
    if (!isMuch(fromBytes, now, maxBytes)) return []
    const leftMs = (maxBytes - now) / bytesPerMs
    const reached = grade(now / maxBytes, live)
    if (!reached || leftMs > SOON_MS) return []
    const sizes = facts.checkpoints.flatMap((c) => (c.state === 'completed' ? c.stateBytes : []))
    const stateGrew = (sizes.at(-1) ?? 0) - (sizes[0] ?? 0)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          taskmanager: name,
          from: mebibytes(fromBytes),
          to: mebibytes(now),
          max: mebibytes(maxBytes),
          span: seconds(spanMs),
          left: seconds(leftMs),
        },
        evidence: [
          {
            label: `heap after a collection ÷ limit, ${name}`,
            unit: 'ratio',
            observed: now / maxBytes,
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'heap', process: name },
          },
          { label: 'collections it rests on', unit: 'count', observed: lows.length },
        ],
        toldApart: [
          no('gc-pressure', 'it grows; a heap that is only too small stays as full as it is'),
          sizes.length === 0
            ? unknown('state-growth', 'the sizes of checkpoints are not known')
            : stateGrew < (now - fromBytes) / 4
              ? no(
                  'state-growth',
                  `checkpoints grew by ${mebibytes(Math.max(0, stateGrew))}, the heap by ${mebibytes(now - fromBytes)}`,
                )
              : unknown(
                  'state-growth',
                  `checkpoints grew by ${mebibytes(stateGrew)} too: it may be state on the heap`,
                ),
        ],
        suggestions: [
          { message: 'dump', risk: 'none' },
          { message: 'exit', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.5 + 0.05 * lows.length),
      },
    ]
  },
})

const isMuch = (fromBytes: number, now: number, maxBytes: number) =>
  now - fromBytes >= GREW * maxBytes

/** Whether three groups of lows may be a leak that is not held yet. */
export function mayLeak(lows: readonly [number, number, number], maxBytes: number): boolean {
  const [first, middle, last] = lows
  if (!growsEvenly(first, middle, last) || !isMuch(first, last, maxBytes)) return false
  return last / maxBytes >= FULL_FROM
}
