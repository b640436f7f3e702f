import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import type { SampleBlock } from '../core/api/batch.ts'
import type { Bus, Handler } from '../core/bus/bus.ts'
import { manualClock } from '../core/kit/clock.ts'
import { StoreError } from '../core/kit/errors.ts'
import { silentLog } from '../core/kit/log.ts'
import { createScope, type Scope } from '../core/kit/scope.ts'
import type { RunEvent } from '../core/model/events.ts'
import { emptyHistory } from './api/world.fixture.ts'
import { diagnosisConfig } from './config.ts'
import type { Diagnosis } from './engine/diagnosis.ts'
import { type MemoryFacts, memoryFacts } from './facts/memory.ts'
import { startDiagnosis } from './start.ts'

const START = Date.UTC(2026, 10, 20, 9, 30)
const job = 'lab/-/orders'
const run = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

const runEvent = (over: Partial<RunEvent> = {}): RunEvent => ({
  type: 'run',
  at: START,
  job,
  run,
  state: 'RUNNING',
  since: START - 600_000,
  startedAt: START - 600_000,
  bounded: false,
  flinkVersion: '2.2.1',
  ...over,
})

let scope: Scope | undefined
afterEach(async () => {
  await scope?.close(1000)
})

async function started(over: { bus?: Bus; facts?: MemoryFacts } = {}) {
  const clock = manualClock(START)
  const facts = over.facts ?? memoryFacts()
  const saved: Diagnosis[] = []
  scope = createScope('test')
  const part = await startDiagnosis(
    diagnosisConfig.parse({ port: 0 }),
    {
      records: {
        facts,
        history: emptyHistory,
        save: async (diagnoses) => void saved.push(...diagnoses),
        load: async () => ({ memories: new Map(), trends: new Map() }),
      },
      clock,
      log: silentLog,
      registry: new Registry(),
      ...(over.bus ? { bus: over.bus } : {}),
    },
    scope,
  )
  const get = (path: string) => fetch(`${part.url}${path}`)
  return { clock, facts, saved, part, get }
}

describe('diagnosis as a whole', () => {
  test('payloads in, the engine’s word out over HTTP', async () => {
    const { clock, facts, saved, get } = await started()
    facts.accept({
      kind: 'events',
      events: [
        runEvent(),
        {
          type: 'topology',
          at: START,
          job,
          run,
          topology: {
            vertices: [{ id: 'v1', name: 'Source', parallelism: 1, maxParallelism: 128 }],
            edges: [],
          },
        },
      ],
    })
    for (let index = 0; index < 8; index++) {
      facts.accept({ kind: 'samples', blocks: [sample(index)] })
      await clock.advance(5_000)
    }
    const body = await (await get(`/api/v1/jobs/${job}/topology`)).json()
    expect(body).toMatchObject({
      loads: [{ vertex: 'v1', busy: 0.25, idle: 0.75, backpressured: 0, recordsPerSecond: 100 }],
    })
    expect(saved.at(-1)?.job).toBe(job)
    expect((await get('/readyz')).status).toBe(200)
    expect(await (await get('/metrics')).text()).toContain('weir_job_verdict{cluster="lab"')
  })

  test('without a job it is ready', async () => {
    const { clock, get } = await started()
    await clock.advance(0)
    expect((await get('/readyz')).status).toBe(200)
    expect(await (await get('/api/v1/fleet')).json()).toMatchObject({
      sentence: 'No job was seen yet.',
    })
  })

  test('while no round succeeds it is not ready, and says so', async () => {
    const jobs = async () => {
      throw new StoreError('ClickHouse does not answer.', { retriable: true })
    }
    const { clock, get } = await started({ facts: { ...memoryFacts(), jobs } })
    await clock.advance(61_000)
    const response = await get('/readyz')
    expect(await response.json()).toMatchObject({
      status: 503,
      detail: 'No round was held for 61 s; the log tells why.',
    })
    expect((await get('/livez')).status).toBe(200)
  })

  test('an event on the bus wakes its job; what is no batch is left to the writer', async () => {
    let handle: Handler | undefined
    const bus: Bus = {
      publish: async () => {},
      subscribe: async (topic, group, handler) => {
        expect([topic, group]).toEqual(['weir.events', 'weir-diagnosis'])
        handle = handler
      },
      close: async () => {},
    }
    const facts = memoryFacts()
    facts.accept({ kind: 'events', events: [runEvent()] })
    const { clock, part } = await started({ bus, facts })
    await clock.advance(1_000)
    expect(part.rounds.latestDiagnoses().get(job)?.diagnosis.at).toBe(START)
    const failed = runEvent({ at: START + 900, state: 'FAILED', since: START + 900 })
    facts.accept({ kind: 'events', events: [failed] })
    const batch = {
      v: 1,
      agent: 'a',
      epoch: 1,
      lane: 'live',
      seq: 1,
      sentAt: START,
      kind: 'events',
      events: [failed],
    }
    await handle?.([
      { key: 'a', value: Buffer.from('{"v":') },
      { key: 'a', value: Buffer.from(JSON.stringify(batch)) },
    ])
    await clock.advance(250)
    expect(part.rounds.latestDiagnoses().get(job)?.diagnosis).toMatchObject({
      at: START + 1_250,
      run: { state: 'FAILED' },
      score: { value: 0, verdict: 'unhealthy' },
    })
  })

  test('beyond loopback it wants tokens', async () => {
    const config = diagnosisConfig.parse({ host: '0.0.0.0', port: 0 })
    scope = createScope('test')
    await expect(
      startDiagnosis(
        config,
        {
          records: {
            facts: memoryFacts(),
            history: emptyHistory,
            save: async () => {},
            load: async () => ({ memories: new Map(), trends: new Map() }),
          },
          clock: manualClock(START),
          log: silentLog,
          registry: new Registry(),
        },
        scope,
      ),
    ).rejects.toThrow('needs tokens')
  })
})

function sample(index: number): SampleBlock {
  const clockMs = 100_000 + index * 5_000
  return {
    at: START + index * 5_000,
    via: 'flink-prometheus',
    subjects: [{ kind: 'subtask', job, run, vertex: 'v1', subtask: 0, attempt: 0 }],
    columns: {
      busyMs: [clockMs / 4],
      idleMs: [(clockMs * 3) / 4],
      backpressuredMs: [0],
      recordsIn: [0],
      recordsOut: [index * 500],
    },
  }
}
