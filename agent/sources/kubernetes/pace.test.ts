import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { KubernetesObject } from '../../../core/flink/kubernetes/object.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { type KubernetesApi, KubernetesError } from './api.ts'
import { createHappenings } from './happenings.ts'
import { watchKind } from './watch.ts'

type Answer = 'ok' | Error

/** What a server answers, request by request; then the agent is stopped, without answers before it begins. */
async function paceOf(answers: readonly Answer[]) {
  const stop = new AbortController()
  const asked: string[] = []
  const waits: number[] = []
  let firstLooks = 0
  const left = [...answers]
  if (answers.length === 0) stop.abort(new Error('not at all'))
  const next = (what: string) => {
    const answer = left.shift()
    if (answer === undefined) stop.abort(new Error('enough'))
    stop.signal.throwIfAborted()
    asked.push(what)
    if (answer instanceof Error) throw answer
  }
  const api: KubernetesApi = {
    async get(_, { resourceVersion }) {
      next(`list ${resourceVersion ?? 'newest'}`)
      return { metadata: { resourceVersion: '7' }, items: [] }
    },
    // A watch that the server ends as soon as it has begun.
    async *lines(_, { resourceVersion }) {
      next(`watch ${resourceVersion}`)
      yield* []
    },
  }
  const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) }
  const happenings = createHappenings({ log: silentLog, registry: new Registry(), clock })
  const deps = { api, clock, happenings, tell: () => {}, random: () => 1 }
  await watchKind(
    {
      ...{ name: 'pods', path: '/api/v1/pods', params: {}, object: KubernetesObject },
      ...{ seen: () => [], gone: () => [] },
    },
    { ...deps, onFirstLook: () => firstLooks++ },
    stop.signal,
  )
  return { asked, waits, firstLooks }
}

const away = new KubernetesError('away')
const status = (code: number, retryAfterMs = 0) =>
  new KubernetesError(String(code), code, retryAfterMs)

test.each<[string, readonly Answer[], readonly number[]]>([
  [
    'twice as long after each failure, up to half a minute',
    Array.from({ length: 8 }, () => away),
    [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
  ],
  ['at least as long as the server asks for', [status(429, 7_000)], [7_000]],
  ['ten minutes where it is forbidden or missing', [status(403), status(404)], [600_000, 600_000]],
  ['after a watch that ends at once, as after a failure', ['ok', 'ok', 'ok'], [500, 1_000]],
  [
    'longer when a list succeeds and its watch fails again and again',
    ['ok', away, away],
    [500, 1_000],
  ],
])('an agent waits %s', async (_, answers, waits) => {
  expect((await paceOf(answers)).waits).toEqual(waits)
})

test.each<[string, readonly Answer[], readonly string[]]>([
  ['from any version at first', ['ok', 'ok', 'ok'], ['list 0', 'watch 7', 'watch 7']],
  [
    'not older than what it has when its version is forgotten',
    ['ok', status(410), 'ok', 'ok'],
    ['list 0', 'watch 7', 'list 7', 'watch 7'],
  ],
  [
    'from the newest version when a server has not come, or never comes, as far',
    ['ok', status(504), status(504), 'ok', 'ok'],
    ['list 0', 'watch 7', 'list 7', 'list newest', 'watch 7'],
  ],
  [
    'anew when an answer makes no sense',
    ['ok', new Error('no JSON'), 'ok'],
    ['list 0', 'watch 7', 'list 7'],
  ],
  [
    'where it was when the server refuses or is away',
    ['ok', away, status(500), status(401), status(403), 'ok'],
    ['list 0', ...Array.from({ length: 5 }, () => 'watch 7')],
  ],
])('an agent lists %s', async (_, answers, asked) => {
  expect((await paceOf(answers)).asked).toEqual(asked)
})

test('who waits for the first look is told of it even when there is none', async () => {
  expect((await paceOf([])).firstLooks).toBeGreaterThan(0)
})
