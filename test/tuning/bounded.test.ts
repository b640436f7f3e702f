import { expect, test } from 'vitest'
import { WhatIfEdit } from '../../core/api/what-if.ts'
import type { RunEvent } from '../../core/model/events.ts'
import { type JobView, viewOf } from '../../diagnosis/signals/view.ts'
import { adviseOn } from '../../diagnosis/tuning/advise.ts'
import type { TuningHistory } from '../../diagnosis/tuning/history.ts'
import { whatIf } from '../../diagnosis/tuning/what-if.ts'
import { finding } from '../rules/finding.ts'
import { BEGIN, factsOf, until } from '../rules/situation.ts'

/** Two of three records pass the filter; Join is full at 500 records/s a subtask. */
function job(over: Partial<RunEvent> = {}, config: Record<string, string> = {}): JobView {
  const facts = until(
    factsOf({
      graph: 'Files/2 -rebalance-> Filter/2 -hash-> Join/2',
      tasks: {
        Files: { busy: '0.5x23', rate: '750x23' },
        Filter: { busy: '0.75x23', rate: '750x23' },
        Join: { busy: '1x23', rate: '500x23' },
      },
    }),
    BEGIN + 110_000,
  )
  const runs = facts.runs.map((run) => ({ ...run, bounded: true, ...over }))
  return viewOf({ ...facts, runs, config })
}

function finish(view: JobView, edit: WhatIfEdit, history?: TuningHistory) {
  const answer = whatIf(view, WhatIfEdit.parse(edit), history)
  if (answer.kind === 'refused') throw new Error(answer.problems.join('; '))
  return answer.finish
}

const input = { inputRecords: { Files: 3_600_000 } }

test('a job that ends is done when its slowest vertex has had its share of the input', () => {
  expect(finish(job(), { ...input, parallelism: { Join: 4 } })).toEqual({
    ...{ kind: 'known', basis: 'the input that was given', records: 3_600_000 },
    // 2.4 million records reach Join, 1000 a second of them; with four subtasks Filter is the slowest.
    ...{ ms: { from: 2_400_000, to: 1_800_000 }, parallelism: null },
  })
})

test('sizes for a time are the smallest that end within it, in whole key groups', () => {
  const answer = finish(job(), { ...input, finishWithinMs: 600_000 })
  // Nine subtasks would do for Join, were 128 key groups to fall evenly on them.
  expect(answer?.kind === 'known' && answer.parallelism).toEqual({ Files: 5, Filter: 7, Join: 10 })
  const wide = finish(job(), { ...input, finishWithinMs: 10_000 })
  expect(wide?.kind === 'known' && wide.parallelism?.Join).toBe(128)
})

test('the last finished run says what comes again', () => {
  expect(finish(job(), {}, { inputRecords: { Files: 1_500_000 } })).toMatchObject({
    ...{ kind: 'known', basis: 'what its last finished run read', records: 1_500_000 },
    ms: { from: 1_000_000, to: 1_000_000 },
  })
})

test.each<[string, JobView, RegExp]>([
  ['how much there is to read is not known', job(), /^how much its sources have to read is not/],
  [
    'Flink itself sizes batches',
    job({}, { 'execution.runtime-mode': 'batch' }),
    /^in batch mode Flink sizes vertices by their data/,
  ],
])('nothing is foretold where %s', (_, view, reason) => {
  expect(finish(view, {})).toEqual({ kind: 'unknown', reason: expect.stringMatching(reason) })
})

test('a job without an end has none', () => {
  expect(finish(job({ bounded: false }), input)).toBeNull()
})

test.each<[Partial<WhatIfEdit>]>([
  [{ finishWithinMs: 10 }],
  [{ inputRecords: { Files: 0 } }],
  [{ inputRecords: { Files: -1 } }],
])('%j is no edit', (edit) => {
  expect(WhatIfEdit.safeParse(edit).success).toBe(false)
})

test('being full is no fault of a job that ends: it is told when it will', () => {
  const view = job()
  const full = {
    ...finding('under-provisioned', 'major'),
    seenAt: view.facts.at,
    subject: {
      subject: { kind: 'vertex', job: view.facts.job, run: 'r', vertex: 'Join' },
      name: 'Join',
    },
  } as const
  const reasons = (history?: TuningHistory) =>
    adviseOn(view, [full], history).abstained.map(({ reason }) => reason)
  expect(reasons()).toEqual([
    'it reads as fast as it can and ends when all is read: a what-if says which sizes end in time (finishWithinMs)',
  ])
  expect(reasons({ inputRecords: { Files: 1_500_000 } })).toEqual([
    'it reads as fast as it can and ends when all is read; at these sizes it takes about 17 min (what its last finished run read): a what-if says which sizes end in time (finishWithinMs)',
  ])
})
