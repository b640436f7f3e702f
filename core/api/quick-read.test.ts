import { expect, test } from 'vitest'
import { Batch } from './batch.ts'
import { isPlainBatch } from './quick-read.ts'

const subtask = {
  ...{ kind: 'subtask', job: 'lab/-/orders', run: 'a'.repeat(32), vertex: 'b'.repeat(32) },
  ...{ subtask: 0, attempt: 1 },
}
const others = [
  { kind: 'taskmanager', cluster: 'lab', id: 'tm-1' },
  { kind: 'jobmanager', cluster: 'lab' },
  { kind: 'job', job: 'lab/-/orders', run: 'a'.repeat(32) },
]
const block = {
  ...{ at: 1_790_000_000_000, via: 'flink-rest', subjects: [subtask, { ...subtask, subtask: 1 }] },
  columns: { busyMs: [0.5, null], recordsIn: [1, 2] },
}
const batch = {
  ...{ v: 1, agent: 'a', epoch: 1, lane: 'live', seq: 1, sentAt: 1_790_000_000_000 },
  kind: 'samples',
  blocks: [block, { ...block, subjects: others, columns: { heapUsedBytes: [1, 2, null] } }],
}

const lines = {
  ...batch,
  kind: 'logs',
  blocks: [
    {
      origin: {
        ...{ cluster: 'lab', namespace: '-', node: 'n', pod: 'p', podUid: 'u', container: 'c' },
        ...{ attempt: 1, job: 'lab/-/orders', taskmanager: 'tm-1', path: 'a/b.log', file: 'f' },
      },
      lines: [
        {
          ...{ stream: 'file', offset: 0, bytes: 9, at: 1_790_000_000_000, timed: 'line' },
          ...{ level: 'ERROR', logger: 'a.B', thread: 't', message: '', stack: 's', template: 'x' },
          ...{
            exception: 'E',
            rootCause: 'R',
            frame: 'f',
            signature: 'g',
            cutBytes: 1,
            redacted: 1,
          },
        },
      ],
    },
  ],
}

test.each([
  ['samples', batch],
  ['lines', lines],
])('a batch of %s is known without the schema', (_, one) => {
  expect(Batch.safeParse(one).error?.issues).toBeUndefined()
  expect(isPlainBatch(one)).toBe(true)
})

test.each([
  ['samples', batch],
  ['lines', lines],
])(
  'of %s: what it takes, the schema takes, and as it is: each part missing, foreign, or of another kind',
  (_, whole) => {
    const odd: readonly unknown[] = [
      ...[
        undefined,
        null,
        '',
        'x',
        0,
        -1,
        1.5,
        2 ** 53,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        true,
      ],
      ...[[], [null], [1, '2'], {}, { kind: 'subtask' }, 'x'.repeat(65), 'x'.repeat(20_001)],
    ]
    let taken = 0
    for (const path of pathsOf(whole)) {
      for (const value of odd) {
        const changed = withAt(whole, path, value)
        if (!isPlainBatch(changed)) continue
        taken++
        expect(Batch.safeParse(changed), `${path.join('.')} = ${String(value)}`).toEqual({
          success: true,
          data: changed,
        })
      }
    }
    expect(taken).toBeGreaterThan(0)
  },
)

test.each([
  ['samples', batch],
  ['lines', lines],
])('of %s: a key that nobody knows is doubted wherever it stands', (_, whole) => {
  for (const path of [[], ...pathsOf(whole)]) {
    if (typeof valueAt(whole, path) !== 'object' || Array.isArray(valueAt(whole, path))) continue
    if (valueAt(whole, path) === null) continue
    expect(isPlainBatch(withAt(whole, [...path, 'foreign'], 1)), path.join('.')).toBe(false)
  }
})

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = [...path, Array.isArray(value) ? Number(key) : key]
    return [own, ...pathsOf(inner, own)]
  })
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => Object(inner)[key], value)
}

function withAt(value: unknown, path: Path, wanted: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return wanted
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? Object.assign([], value)
    : { ...Object(value) }
  const next = withAt(Object(value)[key], rest, wanted)
  if (next === undefined && !Array.isArray(value)) delete copy[key]
  else copy[key] = next
  return copy
}
