import type { Payload } from '../../core/api/batch.ts'
import { rowsOf } from '../../core/api/rows.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { JobSample, ProcessSample, TaskSample } from '../../core/model/samples.ts'
import { isLasting, subjectOfEvent } from '../../core/store/event-key.ts'
import { assembleFacts, newestRun } from './assemble.ts'
import { memoryLogs } from './memory-logs.ts'
import { EVENT_WINDOW_MS, type FactSource, SAMPLE_WINDOW_MS } from './source.ts'
import { inOrder } from './words.ts'

/** Facts kept in this process: for one answer in the terminal, and for replays. */
export interface MemoryFacts extends FactSource {
  accept(payload: Payload): void
}

/** What is too old is let go in steps, not one by one. */
const PRUNE_EVERY_MS = 60_000

/** Facts of what it accepted. Time goes forward: what a read has let go no earlier moment sees again. */
export function memoryFacts(): MemoryFacts {
  // By identity, as agents may send a batch twice.
  const tasks = new Map<string, TaskSample>()
  const processes = new Map<string, ProcessSample>()
  const samples = new Map<string, JobSample>()
  let events = new Map<string, FlinkEvent>()
  const logs = memoryLogs()
  /** Moments at which each job was heard of; its samples themselves go earlier. */
  const heard = new Map<string, Set<number>>()
  let prunedAt = 0

  const hear = (job: string, at: number) => {
    const moments = heard.get(job) ?? new Set()
    heard.set(job, moments.add(at))
  }

  const prune = (at: number) => {
    if (at - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = at
    for (const list of [tasks, processes, samples]) {
      for (const [key, sample] of list) if (at - sample.at > SAMPLE_WINDOW_MS) list.delete(key)
    }
    events = stillKnown(events, at)
    logs.prune(at)
    for (const [job, moments] of heard) {
      for (const moment of moments) if (at - moment > EVENT_WINDOW_MS) moments.delete(moment)
      if (moments.size === 0) heard.delete(job)
    }
  }

  return {
    accept(payload) {
      if (payload.kind === 'events') {
        for (const event of payload.events) {
          events.set(`${event.at} ${subjectOfEvent(event)}`, event)
          if (event.type === 'run') hear(event.job, event.at)
        }
        return
      }
      if (payload.kind === 'logs') {
        for (const block of payload.blocks) logs.accept(block)
        return
      }
      // No rule reads numbers that have no place in the catalogue.
      if (payload.kind !== 'samples') return
      const rows = rowsOf(payload.blocks)
      for (const task of rows.tasks) {
        const { job, run, vertex, subtask, attempt, via, at } = task
        const key = JSON.stringify([job, run, vertex, subtask, attempt, via, at])
        tasks.set(key, finite(task))
      }
      for (const sample of rows.processes) {
        const { cluster, process, via, at } = sample
        processes.set(JSON.stringify([cluster, process, via, at]), finite(sample))
      }
      for (const sample of rows.jobs) {
        const { job, run, via, at } = sample
        samples.set(JSON.stringify([job, run, via, at]), finite(sample))
        hear(job, at)
      }
    },

    async jobs(at) {
      const isRecent = (moment: number) => moment <= at && at - moment <= EVENT_WINDOW_MS
      return [...heard].flatMap(([job, moments]) => ([...moments].some(isRecent) ? job : [])).sort()
    },

    async read(jobs, at) {
      prune(at)
      const arrived = {
        tasks: [...tasks.values()],
        processes: [...processes.values()],
        samples: [...samples.values()],
        events: [...events.values()],
        logs: logs.arrived(at),
      }
      return assembleFacts(jobs, arrived, at)
    },
  }
}

/** What a read at `at` or later may look at: the window, and before it the last words on newest runs. */
function stillKnown(events: ReadonlyMap<string, FlinkEvent>, at: number): Map<string, FlinkEvent> {
  const from = at - EVENT_WINDOW_MS
  const older = inOrder([...events.values()].filter((event) => event.at < from && isLasting(event)))
  const last = new Map(older.map((event) => [subjectOfEvent(event), event]))
  const jobs = new Set(older.flatMap((event) => ('job' in event ? event.job : [])))
  const told = [...events.values()].filter((event) => event.at <= at)
  const runs = new Map(
    [...jobs].map((job) => [
      job,
      newestRun(told.filter((event) => 'job' in event && event.job === job)),
    ]),
  )
  return new Map(
    [...events].filter(([, event]) => {
      if (event.at >= from) return true
      const isNewest = !('run' in event) || runs.get(event.job) === event.run
      return isNewest && last.get(subjectOfEvent(event)) === event
    }),
  )
}

/** Flink reports NaN for what it cannot compute: it was not measured. */
function finite<S extends { readonly values: Readonly<Record<string, number>> }>(sample: S): S {
  const known = Object.entries(sample.values).filter(([, value]) => Number.isFinite(value))
  return known.length === Object.keys(sample.values).length
    ? sample
    : { ...sample, values: Object.fromEntries(known) }
}
