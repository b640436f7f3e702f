import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { Advice, Finding, Score } from '../model/finding.ts'
import { storeConfig, temporaryPath } from './config.ts'
import {
  type DiagnosisRow,
  readFindings,
  readScoredRuns,
  readScores,
  readTrackers,
  readTrends,
  writeDiagnoses,
} from './diagnoses.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000

const score = (value: number | null): Score => ({
  ...{ value, verdict: value === null ? 'unknown' : 'healthy', coverage: 0.75, parts: [] },
  ...{ ceiling: null, missing: [], weights: 'w1' },
})

const finding = (since: number, over: Partial<Finding> = {}): Finding => ({
  key: 'slow-sink@vertex:lab/-/订单:v1',
  rule: 'slow-sink',
  title: 'Slow sink',
  category: 'flow',
  stage: 'stable',
  subject: { subject: { kind: 'cluster', cluster: 'lab' }, name: '<b>"Sink"</b>' },
  severity: 'major',
  state: 'open',
  cause: true,
  since,
  seenAt: since,
  points: 2.5,
  confidence: { value: 0.8, parts: [{ name: 'evidence', factor: 0.8 }] },
  message: { id: 'm', params: { share: 0.97 }, text: "it's slow" },
  evidence: [{ label: 'busy', unit: 'ratio', observed: 0.97, limit: 0.9, bad: 'above' }],
  toldApart: [],
  suggestions: [],
  ...over,
})

const advice: Advice = {
  kind: 'parallelism',
  target: { subject: { kind: 'cluster', cluster: 'lab' }, name: 'Sink' },
  cause: 'under-provisioned@x',
  ...{ from: 2, to: 4, low: 3, high: 5, unit: 'subtasks', confidence: 0.7, basis: 'b' },
  ...{ effect: 'e', cost: 'c', falsifiedBy: 'f', warnings: [] },
  patch: { format: 'yaml', title: 't', text: 'x: 1' },
}

const row = (job: string, at: number, over: Partial<DiagnosisRow> = {}): DiagnosisRow => ({
  ...{
    job,
    run: 'r1',
    at,
    score: score(9.5),
    findings: [],
    advice: [],
    episodes: [],
    followUps: [],
    memory: { tracked: [] },
  },
  ...over,
})

describe.skipIf(chdbMissing)('diagnoses', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const hour = { from: NOW - 3_600_000, to: NOW }

  test('scores come back by time, unknown ones as null, one job at a time', async () => {
    const rows = [row('s', NOW), row('s', NOW - 5_000, { score: score(null) }), row('t', NOW)]
    await writeDiagnoses(store, rows)
    await writeDiagnoses(store, rows)
    await writeDiagnoses(store, [row('s', hour.from - 1)])
    await writeDiagnoses(store, [])
    expect(await readScores(store, 's', hour)).toEqual([
      { at: NOW - 5_000, run: 'r1', value: null, coverage: 0.75 },
      { at: NOW, run: 'r1', value: 9.5, coverage: 0.75 },
    ])
  })

  test('the runs of a job, newest first, as far as they were scored', async () => {
    const at = (minutes: number) => NOW - minutes * 60_000
    await writeDiagnoses(store, [
      ...[row('runs', at(50)), row('runs', at(40)), row('runs', at(30), { run: 'r2' })],
      ...[row('runs', at(20), { run: '' }), row('other', at(10), { run: 'r3' })],
    ])
    expect(await readScoredRuns(store, 'runs', hour)).toEqual([
      { run: 'r2', from: at(30), to: at(30) },
      { run: 'r1', from: at(50), to: at(40) },
    ])
    expect(await readScoredRuns(store, 'runs', { from: at(35), to: NOW })).toHaveLength(1)
  })

  test('a trend is the last score of each step, unknown ones too', async () => {
    const at = (seconds: number) => NOW - 600_000 + seconds * 1_000
    await writeDiagnoses(store, [
      row('trend', at(0), { score: score(1) }),
      row('trend', at(59), { score: score(2) }),
      row('trend', at(60), { score: score(3) }),
      row('trend', at(119), { score: score(null) }),
    ])
    const trends = await readTrends(store, { ...hour, stepMs: 60_000 })
    expect(trends.get('trend')).toEqual([
      { at: at(0), score: 2 },
      { at: at(60), score: null },
    ])
  })

  test('a finding is kept in its newest form, each opening for itself', async () => {
    const openedAt = NOW - 60_000
    const first = finding(openedAt)
    const worse = finding(openedAt, { severity: 'crit', seenAt: NOW - 30_000 })
    const resolved = finding(openedAt, { state: 'resolved', resolvedAt: NOW - 20_000, points: 0 })
    const again = finding(NOW - 10_000)
    await writeDiagnoses(store, [row('f', openedAt, { findings: [first] })])
    await writeDiagnoses(store, [row('f', NOW - 30_000, { findings: [worse] })])
    expect(await readFindings(store, 'f', hour)).toEqual([worse])
    await writeDiagnoses(store, [row('f', NOW - 20_000, { findings: [resolved] })])
    await writeDiagnoses(store, [row('f', NOW - 10_000, { findings: [again] })])
    expect(await readFindings(store, 'f', hour)).toEqual([resolved, again])
    expect(await readFindings(store, 'f', { from: NOW - 15_000, to: NOW })).toEqual([again])
    expect(await readFindings(store, 'f', { from: 1, to: openedAt - 1 })).toEqual([])
    expect(await readFindings(store, 'another', hour)).toEqual([])
  })

  test('a finding that stays open is found long after it began', async () => {
    const old = finding(NOW - 40 * 86_400_000)
    await writeDiagnoses(store, [row('long', NOW, { findings: [old] })])
    expect(await readFindings(store, 'long', hour)).toEqual([old])
  })

  test('the tracker of a job remembers what it said last', async () => {
    await writeDiagnoses(store, [row('m', NOW, { memory: { tracked: ['new', '"\n'] } })])
    await writeDiagnoses(store, [row('m', NOW - 5_000, { memory: { tracked: ['late'] } })])
    await writeDiagnoses(store, [row('m-old', NOW - 2 * 86_400_000)])
    const trackers = await readTrackers(store, NOW - 86_400_000)
    expect(trackers.get('m')).toEqual({ tracked: ['new', '"\n'] })
    expect(trackers.has('m-old')).toBe(false)
  })

  test('advice that is given every round is one row with its newest word', async () => {
    for (const at of [NOW - 5_000, NOW]) {
      await writeDiagnoses(store, [row('a', at, { advice: [{ ...advice, basis: String(at) }] })])
    }
    const kept = await store.client.query({
      query: "SELECT body FROM advice FINAL WHERE job = 'a'",
      format: 'JSONEachRow',
    })
    const bodies = await kept.json<{ body: string }>()
    expect(bodies.map(({ body }) => JSON.parse(body))).toEqual([{ ...advice, basis: String(NOW) }])
  })
})
