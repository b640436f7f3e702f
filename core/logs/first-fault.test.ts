import { expect, test } from 'vitest'
import { type FaultLine, firstFault, rolesOf } from './first-fault.ts'

const line = (
  at: number,
  signature: string | undefined,
  more: Partial<FaultLine> = {},
): FaultLine => ({
  at,
  message: 'm',
  ...(signature && { signature }),
  ...more,
})

const completed = (at: number) => line(at, 'cp-completed')
const switched = (at: number, from: string, to: string) =>
  line(at, 'job-state', { message: `Job a (x) switched from state ${from} to ${to}.` })
const failing = (at: number) => switched(at, 'RUNNING', 'RESTARTING')
const unknown = (at: number) => line(at, undefined, { exception: 'shop.Rejected', level: 'WARN' })

test.each<[string, FaultLine[], [number, string, number | undefined] | undefined]>([
  ['nothing in no lines', [], undefined],
  ['nothing where nothing is wrong', [completed(1), switched(2, 'CREATED', 'RUNNING')], undefined],
  [
    'the earliest cause, whatever echoes stand before it',
    [
      completed(1_000),
      line(2_000, 'remote-closed'),
      line(3_000, 'oom-heap'),
      line(3_500, 'disk-full'),
      failing(4_000),
    ],
    [3_000, 'cause', 1_000],
  ],
  [
    'not what a completed checkpoint outlived',
    [line(1_000, 'k-node'), completed(2_000), line(3_000, 'deser'), failing(4_000)],
    [3_000, 'cause', 2_000],
  ],
  [
    'not what came after the failure',
    [completed(1_000), line(2_000, 'chained-op'), failing(3_000), line(9_000, 'disk-full')],
    [2_000, 'echo', 1_000],
  ],
  [
    'an exception that nobody knows, where there is nothing better',
    [completed(1_000), unknown(2_000), unknown(2_500), failing(3_000)],
    [2_000, 'unknown', 1_000],
  ],
  [
    "an exception of the job's own code, also in what wraps it",
    [
      completed(1_000),
      line(2_000, 'tm-unreachable'),
      line(2_500, 'task-failed-tm', {
        exception: 'shop.Rejected',
        frame: 'shop.A.b(A.java:1)',
        level: 'WARN',
      }),
      line(2_600, 'disk-full'),
      failing(3_000),
    ],
    [2_500, 'job-code', 1_000],
  ],
  [
    'an echo before an exception that nobody knows',
    [unknown(2_000), line(2_500, 'tm-unreachable'), failing(3_000)],
    [2_500, 'echo', undefined],
  ],
  [
    'a fault of the last failure, not of the one before',
    [
      line(1_000, 'oom-heap'),
      failing(2_000),
      completed(9_000),
      line(10_000, 'deser'),
      failing(11_000),
    ],
    [10_000, 'cause', 9_000],
  ],
  ['nothing that is two minutes old', [line(1_000, 'oom-heap'), failing(200_000)], undefined],
  [
    'the first of lines that come from several files',
    [line(3_000, 'disk-full'), failing(4_000), line(2_000, 'oom-heap')],
    [2_000, 'cause', undefined],
  ],
  [
    'a fault although no line says that the job failed',
    [completed(1_000), line(2_000, 'oom-heap')],
    [2_000, 'cause', 1_000],
  ],
  [
    'no exception that was only told',
    [line(1_000, undefined, { exception: 'a.B', level: 'INFO' }), failing(2_000)],
    undefined,
  ],
])('the first fault is %s', (_, lines, expected) => {
  const found = firstFault(lines)
  expect(found && [found.line.at, found.basis, found.checkpointAt]).toEqual(expected)
})

test('the roles of lines follow from the first fault', () => {
  const lines = [
    completed(1_000),
    line(2_000, 'oom-heap'),
    line(2_100, 'remote-closed'),
    line(2_200, 'oom-heap'),
    unknown(2_300),
    line(2_400, 'disk-full'),
    line(2_500, undefined),
    failing(3_000),
  ]
  expect(rolesOf(lines)).toEqual([
    'noise',
    'first',
    'echo',
    'echo',
    'echo',
    'fault',
    'noise',
    'noise',
  ])
})
