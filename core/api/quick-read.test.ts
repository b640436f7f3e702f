import { expect, test } from 'vitest'
import { Batch } from './batch.ts'
import { isSamplesBatch } from './quick-read.ts'

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

test('a batch of samples is known without the schema', () => {
  expect(Batch.safeParse(batch).error?.issues).toBeUndefined()
  expect(isSamplesBatch(batch)).toBe(true)
})

test('what it takes, the schema takes, and as it is: each part missing, foreign, or of another kind', () => {
  const odd: readonly unknown[] = [
    ...[undefined, null, '', 'x', 0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, true],
    ...[[], [null], [1, '2'], {}, { kind: 'subtask' }, 'x'.repeat(65), 'x'.repeat(20_001)],
  ]
  let taken = 0
  for (const path of pathsOf(batch)) {
    for (const value of odd) {
      const changed = withAt(batch, path, value)
      if (!isSamplesBatch(changed)) continue
      taken++
      expect(Batch.safeParse(changed), `${path.join('.')} = ${String(value)}`).toEqual({
        success: true,
        data: changed,
      })
    }
  }
  expect(taken).toBeGreaterThan(0)
})

test('a key that nobody knows is doubted wherever it stands', () => {
  for (const path of [[], ...pathsOf(batch)]) {
    if (typeof valueAt(batch, path) !== 'object' || Array.isArray(valueAt(batch, path))) continue
    if (valueAt(batch, path) === null) continue
    expect(isSamplesBatch(withAt(batch, [...path, 'foreign'], 1)), path.join('.')).toBe(false)
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
