import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { PlatformTrouble } from '../../core/model/platform.ts'
import { createBoard } from './board.ts'
import { exampleDiagnosis, exampleFacts } from './diagnoses.fixture.ts'
import { clusterState, summarize } from './evaluated.ts'
import { roundEvents } from './happenings.ts'
import { createLookout } from './lookout.ts'

const T0 = 1_790_000_000_000
const SECOND_MS = 1_000
const jobs = ['prod/a/x', 'prod/a/y', 'prod/b/z', 'prod/b/w']

function failed(job: string): Finding {
  const subject = { kind: 'job', job, run: 'r' } as const
  return {
    ...{ key: `job-failed@job:${job}`, rule: 'job-failed', title: 'Failed', category: 'failures' },
    ...{ stage: 'stable', subject: { subject, name: job }, severity: 'crit', state: 'open' },
    ...{ cause: true, since: T0, seenAt: T0, points: 10 },
    confidence: { value: 1, parts: [] },
    message: { id: 'm', params: {}, text: 'It failed.' },
    ...{ evidence: [], toldApart: [], suggestions: [] },
  }
}

/** A process that looks: what it knows, what it saves, and which jobs changed when it publishes. */
function world() {
  const board = createBoard()
  const saved: string[] = []
  const kept: PlatformTrouble[] = []
  const state = { saveError: undefined as Error | undefined }
  const registry = new Registry()
  const lookout = createLookout(board, {
    events: roundEvents({ log: silentLog, registry, clock: manualClock(T0) }),
    async saveTroubles(troubles, at) {
      if (state.saveError) throw state.saveError
      kept.splice(0, kept.length, ...troubles)
      for (const { finding, jobs } of troubles)
        saved.push(`${(at - T0) / SECOND_MS} ${finding.key} ${finding.state} ${jobs.length}`)
    },
  })
  /** The first `sick` jobs have failed, as seen so many seconds in. */
  const look = async (second: number, sick: number) => {
    const at = T0 + second * SECOND_MS
    for (const [index, job] of jobs.entries()) {
      const facts = exampleFacts(job, at)
      const findings = index < sick ? [failed(job)] : []
      const diagnosis = exampleDiagnosis(job, at, sick > index ? 0 : 9, { findings })
      board.put({ diagnosis, facts: summarize(facts) }, clusterState(facts))
    }
    await lookout.look(at)
    board.publish(at)
  }
  const told = () =>
    jobs.map((job) =>
      board
        .latest()
        .get(job)
        ?.diagnosis.findings.map(({ rule }) => rule)
        .join(),
    )
  return { board, lookout, saved, kept, state, look, told }
}

test('jobs are told under the trouble, and as their rules said it once it is over', async () => {
  const { board, look, told } = world()
  const changed: (readonly string[])[] = []
  board.listen((round) => changed.push(round.jobs))
  await look(0, 2)
  expect(told()).toEqual(['job-failed', 'job-failed', '', ''])
  await look(5, 3)
  expect(told()).toEqual([...Array.from({ length: 3 }, () => 'platform-wide,job-failed'), ''])
  expect(changed.at(-1)).toEqual(['prod/a/x', 'prod/a/y', 'prod/b/z'])
  expect(
    board
      .spoken()
      .get(jobs[0] ?? '')
      ?.diagnosis.findings.map(({ rule }) => rule),
  ).toEqual(['job-failed'])
  await look(10, 1)
  expect(told()).toEqual(['platform-wide,job-failed', '', '', ''])
  await look(140, 1)
  expect(told()).toEqual(['job-failed', '', '', ''])
  expect(board.troubles()).toEqual([])
})

test('what has changed is saved at once, what has not once a minute, and the end always', async () => {
  const { look, saved } = world()
  for (const [second, sick] of [
    [0, 3],
    [1, 3],
    [2, 4],
    [30, 4],
    [62, 4],
    [70, 0],
    [200, 0],
    [205, 0],
  ] as const) {
    await look(second, sick)
  }
  const key = 'platform-wide@cluster:prod'
  expect(saved).toEqual([
    `0 ${key} open 3`,
    `2 ${key} open 4`,
    `62 ${key} open 4`,
    `200 ${key} resolved 4`,
  ])
})

test('what could not be saved is saved with the next look', async () => {
  const { look, saved, state } = world()
  state.saveError = new Error('the store is down')
  await look(0, 3)
  state.saveError = undefined
  await look(5, 3)
  expect(saved).toEqual(['5 platform-wide@cluster:prod open 3'])
})

test('a new process goes on where the last one ended, with the same begin', async () => {
  const before = world()
  await before.look(0, 4)
  const stored: PlatformTrouble[] = JSON.parse(JSON.stringify(before.kept))

  const after = world()
  after.lookout.restore(stored, T0 + 3600 * SECOND_MS)
  // An event wakes one job before the first round has seen the others.
  await after.look(3600, 2)
  expect(after.told()).toEqual(['platform-wide,job-failed', 'platform-wide,job-failed', '', ''])
  expect(after.board.troubles()[0]?.finding.since).toBe(T0)

  const late = world()
  late.lookout.restore(stored, T0 + 3600 * SECOND_MS)
  await late.look(3600, 0)
  expect(late.board.troubles()).toHaveLength(1)
  await late.look(3721, 0)
  expect(late.saved.slice(1)).toEqual(['3721 platform-wide@cluster:prod resolved 4'])
})
