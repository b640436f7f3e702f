import { Hono } from 'hono'
import { Registry } from 'prom-client'
import { type ManualClock, manualClock } from '../../core/kit/clock.ts'
import type { App } from '../../core/kit/http.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { CheckpointEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { Finding } from '../../core/model/finding.ts'
import type { Topology } from '../../core/model/topology.ts'
import type { Diagnosis } from '../engine/diagnosis.ts'
import { type Board, createBoard } from '../rounds/board.ts'
import { exampleDiagnosis, exampleFacts } from '../rounds/diagnoses.fixture.ts'
import { clusterState, summarize } from '../rounds/evaluated.ts'
import type { SubtaskLoad, VertexLoad } from '../signals/load.ts'
import { type ApiDeps, createApi } from './app.ts'
import { type CallerToken, callerGuard, ownPageOnly } from './guard.ts'
import type { History } from './history.ts'
import { objections } from './openapi.fixture.ts'
import type { ProxySignIn } from './proxy-sign-in.ts'

/** Half past nine on a November morning: all tests of the API happen then. */
export const NOW = Date.UTC(2026, 10, 20, 9, 30)

export const orders = 'lab/-/orders'

/** Source (2) → Map (2) → Sink (1); the sink is the weir. */
export const topology: Topology = {
  vertices: [
    { id: 'source', name: 'Source: feed', parallelism: 2, maxParallelism: 128 },
    { id: 'map', name: 'Map', parallelism: 2, maxParallelism: 128 },
    { id: 'sink', name: 'Sink', parallelism: 1, maxParallelism: 128 },
  ],
  edges: [
    { from: 'source', to: 'map', strategy: 'HASH' },
    { from: 'map', to: 'sink', strategy: 'REBALANCE' },
  ],
}

export function subtask(index: number, over: Partial<SubtaskLoad> = {}): SubtaskLoad {
  return {
    subtask: index,
    attempt: 0,
    taskmanager: 'tm-1',
    busy: 0.1,
    idle: 0.8,
    backpressured: 0.1,
    recordsPerSecond: 100,
    recordsInPerSecond: 100,
    recordsOutPerSecond: 100,
    samples: 4,
    spanMs: 15_000,
    mailsPerSecond: undefined,
    mailboxLatencyMs: undefined,
    inPoolUsage: undefined,
    outPoolUsage: undefined,
    eventTimeSpeed: undefined,
    pendingRecords: undefined,
    ...over,
  }
}

export function load(vertex: string, over: Partial<VertexLoad> = {}): VertexLoad {
  const parallelism = topology.vertices.find((v) => v.id === vertex)?.parallelism ?? 1
  return {
    vertex,
    name: vertex,
    parallelism,
    subtasks: Array.from({ length: parallelism }, (_, index) => subtask(index)),
    busy: 0.1,
    maxBusy: 0.1,
    backpressured: 0.1,
    maxBackpressured: 0.1,
    idle: 0.8,
    recordsPerSecond: 100 * parallelism,
    skew: 1,
    ...over,
  }
}

export const slowSink: Finding = {
  key: 'slow-sink@vertex:lab/-/orders:sink',
  rule: 'slow-sink',
  title: 'A sink is the bottleneck',
  category: 'flow',
  stage: 'stable',
  subject: {
    subject: { kind: 'vertex', job: orders, run: 'a1', vertex: 'sink' },
    name: 'Sink',
  },
  severity: 'major',
  state: 'open',
  cause: true,
  since: NOW - 120_000,
  seenAt: NOW,
  points: 3.2,
  confidence: { value: 0.9, parts: [{ name: 'evidence', factor: 0.9 }] },
  message: { id: 'found', params: { vertex: 'Sink' }, text: 'Sink takes 100/s; 200/s arrive.' },
  evidence: [
    {
      label: 'busy',
      unit: 'ratio',
      observed: 0.97,
      limit: 0.8,
      bad: 'above',
      series: { signal: 'busy', vertex: 'sink' },
    },
  ],
  toldApart: [],
  suggestions: [],
}

export function checkpoint(id: number, over: Partial<CheckpointEvent> = {}): CheckpointEvent {
  const triggeredAt = NOW - 300_000 + id * 60_000
  return {
    type: 'checkpoint',
    at: triggeredAt + 800,
    job: orders,
    run: 'a1',
    id,
    state: 'completed',
    savepoint: false,
    unaligned: false,
    triggeredAt,
    endToEndMs: 800,
    stateBytes: 1_000_000,
    acknowledged: 5,
    subtasks: 5,
    tasks: [],
    ...over,
  }
}

/** A past in which nothing happened; a test puts in what it needs. */
export const emptyHistory: History = {
  scores: async () => [],
  runs: async () => [],
  findings: async () => [],
  tasks: async () => [],
  processes: async () => [],
  episodes: async () => [],
  positions: async () => [],
  followUps: async () => [],
  use: async () => [],
  checkpoints: async () => [],
  events: async () => [],
}

export interface World {
  readonly clock: ManualClock
  readonly board: Board
  readonly registry: Registry
  /** One evaluated job, as a round would have put it. */
  put(job: string, score: number | null, over?: Partial<Diagnosis>, facts?: Partial<JobFacts>): void
  get(path: string, init?: RequestInit): Promise<Response>
  /** For tests that need it behind a port. */
  readonly app: App
}

/** What the API needs, over an empty board. */
export function worldDeps(
  board: Board = createBoard(),
): ApiDeps & { readonly clock: ManualClock; readonly registry: Registry } {
  return {
    rounds: {
      latestDiagnoses: board.latest,
      clusters: board.clusters,
      trendOf: board.trendOf,
      onRound: board.listen,
      intervalMs: 5_000,
    },
    history: emptyHistory,
    facts: { read: async () => [] },
    rules: [],
    clock: manualClock(NOW),
    log: silentLog,
    registry: new Registry(),
    recordings: (cluster) => cluster === 'demo',
    sampleIntervalMs: 5_000,
    signal: new AbortController().signal,
  }
}

/** The real API over a board that the test fills, behind its guard; its answers are held to their description. */
export function world(
  history: Partial<History> = {},
  over: Partial<ApiDeps> = {},
  tokens: readonly CallerToken[] = [],
  proxy?: ProxySignIn,
): World {
  const board = createBoard()
  const { clock, registry, ...rest } = worldDeps(board)
  const api = createApi({
    ...{ ...rest, clock, registry, history: { ...emptyHistory, ...history } },
    ...over,
  })
  const app = new Hono()
  const asksWho = tokens.length > 0 || proxy !== undefined
  app.use('*', callerGuard(tokens, clock, proxy), ownPageOnly(asksWho))
  app.route('/', api)
  return {
    clock,
    board,
    registry,
    put(job, score, diagnosis = {}, facts = {}) {
      const at = clock.now()
      const own = exampleFacts(job, at, facts)
      board.put(
        { diagnosis: exampleDiagnosis(job, at, score, diagnosis), facts: summarize(own) },
        clusterState(own),
      )
    },
    async get(path, init) {
      const response = await app.request(path, init)
      const wrong = await objections(init?.method ?? 'GET', path, response)
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
      return response
    },
    app,
  }
}
