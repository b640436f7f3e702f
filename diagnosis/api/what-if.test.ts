import { expect, test } from 'vitest'
import { z } from 'zod'
import { WhatIfAnswer } from '../../core/api/what-if.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { BEGIN, factsOf, until } from '../../test/rules/situation.ts'
import { orders, type World, world } from './world.fixture.ts'

const facts: JobFacts = {
  ...until(
    factsOf({
      graph: 'Orders/2 -rebalance-> Enrich/2 -hash-> Store/2',
      tasks: {
        Orders: { busy: '0.1x23', rate: '600x23' },
        Enrich: { busy: '0.6x23', rate: '600x23' },
        Store: { busy: '0.3x23', rate: '600x23' },
      },
    }),
    BEGIN + 110_000,
  ),
  config: { 'taskmanager.memory.process.size': '1728m', 'taskmanager.numberOfTaskSlots': '4' },
  job: orders,
}

/** A job whose facts can be read again, and how often they were. */
function watched(read: () => Promise<readonly JobFacts[]> = async () => [facts]) {
  const asked: [jobs: readonly string[], at: number][] = []
  const seen = world(
    {},
    {
      facts: {
        read: (jobs, at) => {
          asked.push([jobs, at])
          return read()
        },
      },
    },
  )
  seen.put(orders, 9)
  return { ...seen, asked }
}

const ask = ({ get }: Pick<World, 'get'>, body: unknown, type = 'application/json') =>
  get(`/api/v1/jobs/${orders}/what-if`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const detailOf = async (response: Response) =>
  z.object({ detail: z.string() }).parse(await response.json()).detail

test('an edit is answered from the facts of the newest round, in the shape that is promised', async () => {
  const job = watched()
  const response = await ask(job, { demand: 2, parallelism: { Enrich: 4 } })
  expect(response.status).toBe(200)
  const answer = WhatIfAnswer.parse(await response.json())
  expect(
    answer.vertices.map(({ name, parallelism, busy }) => [
      name,
      parallelism,
      Math.round(100 * (busy.after ?? Number.NaN)),
    ]),
  ).toEqual([
    ['Orders', { from: 2, to: 2 }, 20],
    ['Enrich', { from: 2, to: 4 }, 60],
    ['Store', { from: 2, to: 2 }, 60],
  ])
  expect([answer.bottleneck, answer.slots, answer.warnings]).toEqual([null, { from: 2, to: 4 }, []])
})

test('a person who tries one edit after another makes the store be read once a round', async () => {
  const job = watched()
  for (const demand of [1, 2, 3]) expect((await ask(job, { demand })).status).toBe(200)
  await job.clock.advance(5_000)
  job.put(orders, 9)
  await ask(job, {})
  expect(job.asked.map(([jobs, at]) => [jobs, at - job.clock.now()])).toEqual([
    [[orders], -5_000],
    [[orders], 0],
  ])
})

test('a store that was down for a moment is asked again', async () => {
  let down = true
  const job = watched(async () => {
    if (down) throw new Error('down')
    return [facts]
  })
  expect((await ask(job, {})).status).toBe(500)
  down = false
  expect((await ask(job, {})).status).toBe(200)
})

test.each<[string, unknown, number, RegExp]>([
  ['a vertex that is not there', { parallelism: { Sort: 2 } }, 422, /no vertex "Sort".*"Enrich"/],
  [
    'more subtasks than its max parallelism',
    { parallelism: { Store: 200 } },
    422,
    /"Store" has a max parallelism of 128/,
  ],
  [
    'an edge that carries keys',
    { edges: [{ from: 'Enrich', to: 'Store', strategy: 'RESCALE' }] },
    422,
    /is HASH: only rebalance and rescale/,
  ],
  ['no subtask at all', { parallelism: { Enrich: 0 } }, 400, /^parallelism\.Enrich: /],
  ['a word for a number', { demand: 'twice' }, 400, /^demand: /],
  ['memory of the JobManager', { memory: { 'jobmanager.memory.heap.size': '1g' } }, 400, /^memory/],
  ['what nobody can edit', { colour: 'red' }, 400, /^colour: is not known here/],
  ['no JSON', '{', 400, /^body: is no JSON/],
  ['an endless body', ' '.repeat(70_000), 413, /At most 65536 bytes/],
])('%s is refused with a sentence', async (_, body, status, sentence) => {
  const job = watched()
  const response = await ask(job, body)
  expect([response.status, await detailOf(response)]).toEqual([
    status,
    expect.stringMatching(sentence),
  ])
})

test('memory that Flink would refuse is an answer that says so', async () => {
  const response = await ask(watched(), { memory: { 'taskmanager.memory.process.size': '300m' } })
  const { memory, warnings } = WhatIfAnswer.parse(await response.json())
  expect(memory.kind).toBe('refused')
  expect(warnings[0]).toMatch(/^Flink would not start: /)
})

test('a form of another site, a job that nobody knows and facts that are gone are told apart', async () => {
  expect((await ask(watched(), {}, 'text/plain')).status).toBe(415)
  const { get } = watched()
  const nobody = await get('/api/v1/jobs/lab/-/nobody/what-if', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(nobody.status).toBe(404)
  const gone = await ask(
    watched(async () => []),
    {},
  )
  expect([gone.status, await detailOf(gone)]).toEqual([
    404,
    'What was measured of lab/-/orders is gone by now.',
  ])
})
