import type { RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { type Asked, type Draft, defineRule, grade, type Level } from '../engine/rule.ts'
import { run } from './job-failed.ts'
import { flowEvidence, no, unknown } from './look-alikes.ts'
import { flow, gcOfHosts } from './needs.ts'
import { seconds } from './words.ts'

export const stuckTask = defineRule({
  id: 'stuck-task',
  title: 'A subtask passes nothing at all',
  category: 'flow',
  scope: 'vertex',
  stage: 'stable',
  needs: { required: { run }, toldApartBy: { flow, gc: gcOfHosts } },
  levels: {
    still: {
      major: 45,
      crit: 180,
      help: 'Seconds that a subtask is busy without taking a record while others wait for it.',
    },
    cancelling: {
      minor: 10,
      major: 20,
      crit: 60,
      help: 'Seconds that a subtask has not reacted to being cancelled.',
    },
  },
  impact: { major: 4, crit: 5 },
  messages: {
    found:
      'Subtask {subtask} of {vertex} has been busy with one record for {still}, and everything before it waits.',
    cancelling:
      'Subtask {subtask} of {vertex} has not reacted to being cancelled for {still}; in the end Flink kills its whole TaskManager.',
    stack:
      'Take a thread dump of its TaskManager (or a flame graph in the Flink page): the stack of that task names what it waits for.',
    timeout:
      'Give the call a timeout: a task that hangs blocks checkpoints, and cancelling it as well.',
  },
  explains: [
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'under-provisioned', where: 'upstream' },
    { rule: 'blocking-call', where: 'upstream' },
    { rule: 'data-skew', where: 'upstream' },
    { rule: 'slow-sink', where: 'upstream' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'unaligned-bloat', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ run: newest, flow: measured, gc }, { still, cancelling }, asked, { facts }) {
    const { name } = asked
    if (newest.state === 'CANCELLING') return ignoring(newest, cancelling, asked, facts)
    if (!measured) return { unknown: flow.missing }
    const { bottleneck } = measured
    if (bottleneck?.shape !== 'stuck') return []
    const { load, saturated } = bottleneck
    const [worst] = saturated
      .filter(({ recordsPerSecond }) => recordsPerSecond === 0)
      .map(({ subtask, attempt }) => {
        return { subtask, ms: stillMs(facts, { vertex: load.vertex, subtask, attempt }) }
      })
      .sort((a, b) => b.ms - a.ms)
    const reached = worst && grade(worst.ms / 1000, still)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: { vertex: name, subtask: worst.subtask, still: seconds(worst.ms) },
        evidence: [
          {
            label: `subtask ${worst.subtask} without a record, seconds`,
            unit: 'count',
            observed: Math.round(worst.ms / 1000),
            limit: reached.limit,
            bad: 'above',
          },
          ...flowEvidence(bottleneck),
        ],
        toldApart: [
          no('under-provisioned', 'it is not slow: it passes no record'),
          no('data-skew', 'a hot subtask passes more records than the others, this one none'),
          gc === undefined
            ? unknown('gc-pressure', 'garbage collection time is not measured')
            : no('gc-pressure', `${Math.round(gc * 100)} % of the time in collections`),
        ],
        suggestions: [
          { message: 'stack', risk: 'none' },
          { message: 'timeout', risk: 'none' },
        ],
        sureness: Math.min(1, 0.6 + worst.ms / 300_000),
      },
    ]
  },
})

/** Interrupts are ignored by loops and by calls into libraries that swallow them. */
function ignoring(
  run: RunEvent,
  level: Level,
  { name, subject }: Asked,
  facts: JobFacts,
): readonly Draft<'cancelling' | 'stack' | 'timeout'>[] {
  const vertex = subject.kind === 'vertex' ? subject.vertex : undefined
  const placed = facts.placements.findLast((placement) => placement.vertex === vertex)
  const left = placed?.tasks.filter(({ state }) => state === 'CANCELING') ?? []
  const [first] = left
  const stillFor = facts.at - run.since
  const reached = grade(stillFor / 1000, level)
  if (!first || !reached) return []
  return [
    {
      severity: reached.severity,
      message: 'cancelling',
      params: { vertex: name, subtask: first.subtask, still: seconds(stillFor) },
      evidence: [
        {
          label: 'cancelling, seconds',
          unit: 'count',
          observed: Math.round(stillFor / 1000),
          limit: reached.limit,
          bad: 'above',
        },
        { label: 'subtasks that are left', unit: 'text', observed: String(left.length) },
      ],
      toldApart: [
        no('taskmanager-lost', 'its TaskManager answers, and says that it is cancelling'),
      ],
      suggestions: [
        { message: 'stack', risk: 'none' },
        { message: 'timeout', risk: 'none' },
      ],
      sureness: 0.9,
    },
  ]
}

interface Attempt {
  readonly vertex: string
  readonly subtask: number
  readonly attempt: number
}

/** For how long the attempt's count of records has stood still, by any one of its sources. */
function stillMs({ tasks, at }: JobFacts, { vertex, subtask, attempt }: Attempt): number {
  const own = tasks.filter(
    (sample) =>
      sample.vertex === vertex &&
      sample.subtask === subtask &&
      sample.attempt === attempt &&
      sample.values.recordsIn !== undefined,
  )
  const vias = [...new Set(own.map(({ via }) => via))]
  return Math.max(
    0,
    ...vias.map((via) => {
      const counted = own.filter((sample) => sample.via === via)
      const newest = counted.at(-1)?.values.recordsIn
      const moved = counted.findLastIndex(({ values }) => values.recordsIn !== newest)
      return at - (counted[moved + 1]?.at ?? at)
    }),
  )
}
