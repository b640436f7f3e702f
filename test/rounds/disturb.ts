import type { JobRows } from '../../bench/fleet.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { TaskSample } from '../../core/model/samples.ts'

/** From 0 to 1, the same again for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What happens to a job between two moments, and how strongly. */
export interface Disturbance {
  readonly from: number
  readonly to: number
  readonly random: () => number
}

type Disturb = (rows: JobRows, disturbance: Disturbance) => JobRows

const during = ({ from, to }: Disturbance, at: number) => at >= from && at < to
/** The part of it that has passed, for what goes on growing and then stays. */
const passed = ({ from, to }: Disturbance, at: number) => Math.max(0, Math.min(at, to) - from)

/** Takes this share of the clock from one time for another, in one vertex or in all of them. */
function shifted(rows: JobRows, by: Disturbance, to: 'busyMs' | 'backpressuredMs', from: number) {
  const share = by.random() * from
  const vertices = [...new Set(rows.tasks.map(({ vertex }) => vertex))]
  const vertex = vertices[Math.floor(by.random() * vertices.length)]
  return withTasks(rows, (sample) => {
    const ms = share * passed(by, sample.at)
    if (sample.vertex !== vertex || ms === 0) return sample
    const { idleMs = 0, [to]: before = 0 } = sample.values
    return { ...sample, values: { ...sample.values, idleMs: idleMs - ms, [to]: before + ms } }
  })
}

function withTasks(rows: JobRows, change: (sample: TaskSample) => TaskSample | undefined): JobRows {
  return { ...rows, tasks: rows.tasks.flatMap((sample) => change(sample) ?? []) }
}

const sourceOf = (rows: JobRows) =>
  rows.events.flatMap((event) => (event.type === 'topology' ? event.topology.vertices : []))[0]?.id

const told = (rows: JobRows, event: FlinkEvent): JobRows => ({
  ...rows,
  events: [...rows.events, event],
})

/** What may happen to a job, each near the limits of the rules that look at it as well as far beyond. */
export const disturbances: Readonly<Record<string, Disturb>> = {
  'nothing at all': (rows) => rows,
  'held back': (rows, by) => shifted(rows, by, 'backpressuredMs', 0.3),
  'hardly held back': (rows, by) => shifted(rows, by, 'backpressuredMs', 0.12),
  'more to do': (rows, by) => shifted(rows, by, 'busyMs', 0.6),
  'a little more to do': (rows, by) => shifted(rows, by, 'busyMs', 0.1),
  'an event time that lags': (rows, by) => {
    const lack = by.random()
    return withTasks(rows, (sample) => {
      const { watermarkAt } = sample.values
      if (watermarkAt === undefined || watermarkAt < 0) return sample
      const values = { ...sample.values, watermarkAt: watermarkAt - lack * passed(by, sample.at) }
      return { ...sample, values }
    })
  },
  'a backlog': (rows, by) => {
    const [source, each] = [sourceOf(rows), by.random() * 40]
    const way = by.random() < 0.5 ? 1 : -1
    return withTasks(rows, (sample) => {
      if (sample.vertex !== source) return sample
      const begun = way > 0 ? 0 : each * (by.to - by.from)
      const pendingRecords = Math.max(
        0,
        Math.round((begun + way * each * passed(by, sample.at)) / 10),
      )
      return { ...sample, values: { ...sample.values, pendingRecords } }
    })
  },
  collections: (rows, by) => {
    const share = by.random() * 0.3
    return {
      ...rows,
      processes: rows.processes.map((sample) => {
        const gcMs = (sample.values.gcMs ?? 0) + share * passed(by, sample.at)
        return { ...sample, values: { ...sample.values, gcMs } }
      }),
    }
  },
  'a heap that fills': (rows, by) => {
    const perMs = by.random() * 4_000
    return {
      ...rows,
      processes: rows.processes.map((sample) => {
        const { heapUsedBytes = 0, gcCount = 0 } = sample.values
        const values = {
          heapUsedBytes: heapUsedBytes + perMs * passed(by, sample.at),
          gcCount: gcCount + Math.floor(sample.at / 10_000),
        }
        return { ...sample, values: { ...sample.values, ...values } }
      }),
    }
  },
  'a subtask that nobody hears of': (rows, by) =>
    withTasks(rows, (sample) =>
      sample.subtask === 1 && during(by, sample.at) ? undefined : sample,
    ),
  'samples here and there': (rows, by) =>
    withTasks(rows, (sample) => (during(by, sample.at) && by.random() < 0.3 ? undefined : sample)),
  'a metric here and there': (rows, by) =>
    withTasks(rows, (sample) => {
      if (!during(by, sample.at) || by.random() > 0.2) return sample
      const { watermarkAt: _, ...values } = sample.values
      return { ...sample, values }
    }),
  'a process that nobody hears of': (rows, by) => ({
    ...rows,
    processes: rows.processes.filter(({ process, at }) => process !== 'tm_0' || !during(by, at)),
  }),
  'a new attempt': (rows, by) =>
    withTasks(rows, (sample) => {
      if (sample.at < by.from) return sample
      const ms = sample.at - by.from
      return {
        ...sample,
        attempt: 1,
        values: { busyMs: ms / 4, idleMs: ms / 2, backpressuredMs: 0 },
      }
    }),
  'late records': (rows, by) => {
    const each = Math.ceil(by.random() * 20)
    return withTasks(rows, (sample) => {
      const lateRecords = each * Math.floor(passed(by, sample.at) / 10_000)
      return { ...sample, values: { ...sample.values, lateRecords } }
    })
  },
  'brokers that do not answer': (rows, by) => {
    const source = sourceOf(rows)
    return withTasks(rows, (sample) => {
      if (sample.vertex !== source) return sample
      const brokerConnections = during(by, sample.at) ? 0 : 3
      return { ...sample, values: { ...sample.values, brokerConnections } }
    })
  },
  'a source that stops': (rows, by) => {
    const [source, last] = [sourceOf(rows), new Map<string, number>()]
    return withTasks(rows, (sample) => {
      if (sample.vertex !== source || sample.at < by.from) return sample
      const key = `${sample.subtask} ${sample.via}`
      const recordsOut = last.get(key) ?? sample.values.recordsOut ?? 0
      last.set(key, recordsOut)
      return { ...sample, values: { ...sample.values, recordsOut } }
    })
  },
  'longer checkpoints': (rows, by) => {
    const times = 1 + by.random() * 200
    return {
      ...rows,
      events: rows.events.map((event) => {
        if (event.type !== 'checkpoint' || !during(by, event.at)) return event
        return { ...event, endToEndMs: event.endToEndMs * times }
      }),
    }
  },
  'growing checkpoints': (rows, by) => {
    const perMs = by.random() * 300
    return {
      ...rows,
      events: rows.events.map((event) => {
        if (event.type !== 'checkpoint') return event
        return { ...event, stateBytes: Math.round(event.stateBytes + perMs * passed(by, event.at)) }
      }),
    }
  },
  'a failed checkpoint': (rows, by) => ({
    ...rows,
    events: rows.events.map((event) => {
      if (event.type !== 'checkpoint' || !during(by, event.at)) return event
      return {
        ...event,
        state: 'failed' as const,
        failure: 'Checkpoint expired before completing.',
      }
    }),
  }),
  'no more checkpoints': (rows, by) => ({
    ...rows,
    events: rows.events.filter(({ type, at }) => type !== 'checkpoint' || at < by.from),
  }),
  'an exception': (rows, by) => {
    const run = rows.events.find((event) => event.type === 'run')
    if (!run) return rows
    const said = { name: 'java.lang.RuntimeException', root: 'java.io.IOException', stack: '' }
    const { job, run: id } = run
    return told(rows, { type: 'exception', at: by.from, job, run: id, ...said, message: 'a fault' })
  },
  'a run that fails': (rows, by) => {
    const run = rows.events.find((event) => event.type === 'run')
    return run ? told(rows, { ...run, at: by.from, since: by.from, state: 'FAILED' }) : rows
  },
  'a TaskManager that goes': (rows, by) => {
    const one = rows.events.find((event) => event.type === 'taskmanager')
    return one ? told(rows, { ...one, at: by.from, state: 'gone', slots: 0, freeSlots: 0 }) : rows
  },
  'a cluster that does not answer': (rows, by) => {
    const one = rows.events.find((event) => event.type === 'cluster')
    return one ? told(rows, { ...one, at: by.from, state: 'unreachable', reason: 'refused' }) : rows
  },
  'another configuration': (rows, by) => {
    const one = rows.events.find((event) => event.type === 'config')
    const values = { 'restart-strategy.type': 'none' }
    return one ? told(rows, { ...one, at: by.from, values }) : rows
  },
  'a restart that is only counted': (rows, by) => ({
    ...rows,
    jobs: rows.jobs.map((sample) => {
      const { restarts } = sample.values
      if (restarts === undefined || sample.at < by.from) return sample
      return { ...sample, values: { ...sample.values, restarts: restarts + 1 } }
    }),
  }),
  'a container that is throttled': (rows, by) => {
    const share = by.random() * 0.5
    return {
      ...rows,
      processes: rows.processes.map((sample) => {
        const cpuPeriods = Math.round(sample.at / 100) % 1e7
        const throttledPeriods = Math.round((share * passed(by, sample.at)) / 100)
        return { ...sample, values: { ...sample.values, cpuPeriods, throttledPeriods } }
      }),
    }
  },
}
