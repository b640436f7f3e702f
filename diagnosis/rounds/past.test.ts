import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { createScope, type Scope } from '../../core/kit/scope.ts'
import type { PastQuestion } from '../facts/past.ts'
import type { TuningHistory } from '../tuning/history.ts'
import { exampleFacts } from './diagnoses.fixture.ts'
import { startPast } from './past.ts'

const topology = {
  vertices: [
    { id: 's', name: 'Source', parallelism: 2, maxParallelism: 128 },
    { id: 'm', name: 'Map', parallelism: 4, maxParallelism: 128 },
  ],
  edges: [{ from: 's', to: 'm', strategy: 'HASH' as const }],
}
const BEGIN = 1_000_000

let scope: Scope | undefined
afterEach(async () => {
  await scope?.close(1_000)
})

function world(answer: (question: PastQuestion) => Promise<TuningHistory>) {
  const clock = manualClock(BEGIN)
  scope = createScope('test')
  const asked: PastQuestion[] = []
  const past = startPast(
    {
      read(question) {
        asked.push(question)
        return answer(question)
      },
      clock,
      kit: { log: silentLog, registry: new Registry() },
    },
    scope,
  )
  const want = (job: string) => past.want(exampleFacts(job, clock.now(), { topology }))
  return { clock, past, asked, want }
}

test('is read once when it is wanted, beside the rounds, and known from then on', async () => {
  const { clock, past, asked, want } = world(async () => ({ observedMs: 5 }))
  want('lab/-/a')
  want('lab/-/b')
  expect(past.of('lab/-/a')).toEqual({})
  await clock.advance(1_000)
  want('lab/-/a')
  await clock.advance(1_000)
  expect([past.of('lab/-/a'), past.of('lab/-/b')]).toEqual([{ observedMs: 5 }, { observedMs: 5 }])
  expect(asked).toEqual([
    { job: 'lab/-/a', cluster: 'lab', sources: ['s'], subtasks: 6, at: BEGIN },
    { job: 'lab/-/b', cluster: 'lab', sources: ['s'], subtasks: 6, at: BEGIN },
  ])
})

test('is read again after ten minutes, only while somebody wants it', async () => {
  const { clock, asked, want } = world(async () => ({}))
  want('lab/-/a')
  await clock.advance(9 * 60_000)
  want('lab/-/a')
  await clock.advance(60_000)
  expect(asked.length).toBe(1)
  want('lab/-/a')
  await clock.advance(1_000)
  expect(asked.length).toBe(2)
})

test('a store that fails leaves what was known, and is asked again in a minute', async () => {
  let down = false
  const { clock, past, asked, want } = world(async () => {
    if (down) throw new Error('down')
    return { observedMs: 7 }
  })
  want('lab/-/a')
  await clock.advance(600_000)
  down = true
  want('lab/-/a')
  await clock.advance(30_000)
  want('lab/-/a')
  expect([past.of('lab/-/a'), asked.length]).toEqual([{ observedMs: 7 }, 2])
  down = false
  await clock.advance(30_000)
  want('lab/-/a')
  await clock.advance(1_000)
  expect(asked.length).toBe(3)
})

test('a job without its graph is not asked about: nobody knows its sources', async () => {
  const { clock, past, asked } = world(async () => ({}))
  past.want(exampleFacts('lab/-/a', BEGIN))
  await clock.advance(1_000)
  expect(asked).toEqual([])
})
