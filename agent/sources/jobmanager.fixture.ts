import type { Answer, Transport } from '../../core/flink/client/transport.ts'
import { SourceError } from '../../core/kit/errors.ts'

/** A run of a JobManager that a test makes up: one source and one sink. */
export interface MadeRun {
  readonly id: string
  readonly name: string
  state: string
  readonly startedAt: number
  endedAt?: number
  /** Busy, idle and backpressured ms and records of the source's only subtask. */
  counters: readonly [busy: number | string, idle: number, backpressured: number, records: number]
}

/** Answers as Flink does, from what the test says the cluster is. Counts what is asked. */
export function madeJobManager(now: () => number) {
  const runs: MadeRun[] = []
  const taskmanagers = new Set(['tm-1', 'tm-2'])
  const asked: string[] = []
  let up = true
  const vertices = ['aaaa', 'bbbb']
  const bodyOf = (path: string): unknown => {
    const [plain = ''] = path.split('?', 1)
    const run = runs.find(({ id }) => plain.startsWith(`/jobs/${id}`))
    if (plain === '/overview')
      return { taskmanagers: 2, 'slots-total': 4, 'slots-available': 2, 'flink-version': '2.2.1' }
    if (plain === '/jobs/overview') {
      return {
        jobs: runs.map(({ id, name, state, startedAt, endedAt = -1 }) => ({
          jid: id,
          name,
          state,
          'start-time': startedAt,
          'end-time': endedAt,
          'last-modification': Math.max(startedAt, endedAt),
          tasks: { total: 2, running: state === 'RUNNING' ? 2 : 0 },
        })),
      }
    }
    if (plain === '/taskmanagers')
      return { taskmanagers: [...taskmanagers].map((id) => ({ id, slotsNumber: 2, freeSlots: 1 })) }
    if (plain === '/jobmanager/config')
      return [
        { key: 's3.secret-key', value: 'hunter2' },
        { key: 'parallelism.default', value: '1' },
      ]
    if (!run) return undefined
    if (plain === `/jobs/${run.id}/config`)
      return {
        jid: run.id,
        'execution-config': {
          'user-config': { 'kafka.bootstrap.servers': 'k1:9092', 'db.password': 'hunter2' },
        },
      }
    if (plain === `/jobs/${run.id}`) {
      return {
        jid: run.id,
        name: run.name,
        state: run.state,
        'start-time': run.startedAt,
        'end-time': -1,
        timestamps: {},
        vertices: vertices.map((id) => ({ id, name: id, parallelism: 1, maxParallelism: 128 })),
        plan: {
          nodes: [{ id: 'bbbb', inputs: [{ id: 'aaaa', ship_strategy: 'HASH' }] }, { id: 'aaaa' }],
        },
      }
    }
    if (plain.endsWith('/exceptions')) return { exceptionHistory: { entries: [] } }
    if (plain.endsWith('/checkpoints'))
      return { counts: { completed: 0, failed: 0, in_progress: 0 }, history: [] }
    if (plain.endsWith('/metrics')) return []
    const [busy, idle, backpressured, records] = run.counters
    return {
      id: plain.slice(-4),
      subtasks: [
        {
          subtask: 0,
          status: 'RUNNING',
          attempt: 0,
          'start-time': run.startedAt,
          'taskmanager-id': 'tm-1',
          metrics: {
            'read-records': records,
            'accumulated-busy-time': busy,
            'accumulated-idle-time': idle,
            'accumulated-backpressured-time': backpressured,
          },
        },
      ],
    }
  }
  const transport: Transport = {
    name: 'http://made:8081',
    async get(path): Promise<Answer> {
      asked.push(path)
      if (!up)
        throw new SourceError('http://made:8081 does not answer: connection refused.', {
          code: 'source-unreachable',
          retriable: true,
        })
      const body = bodyOf(path)
      return {
        status: body === undefined ? 404 : 200,
        body: JSON.stringify(body ?? { errors: ['Not found'] }),
        at: now(),
      }
    },
  }
  return {
    transport,
    runs,
    taskmanagers,
    asked,
    answer(on: boolean) {
      up = on
    },
  }
}
