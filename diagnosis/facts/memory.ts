import type { Payload } from '../../core/api/batch.ts'
import { rowsOf } from '../../core/api/rows.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { JobSample, ProcessSample, TaskSample } from '../../core/model/samples.ts'
import { assembleFacts } from './assemble.ts'
import { EVENT_WINDOW_MS, type FactSource, SAMPLE_WINDOW_MS } from './source.ts'

/** Facts kept in this process: for one answer in the terminal, and for replays. */
export interface MemoryFacts extends FactSource {
  accept(payload: Payload): void
}

/** Old samples are let go in steps, not one by one. */
const PRUNE_EVERY_MS = 60_000

export function memoryFacts(): MemoryFacts {
  let tasks: TaskSample[] = []
  let processes: ProcessSample[] = []
  let samples: JobSample[] = []
  let events: FlinkEvent[] = []
  const seen = new Set<string>()
  let prunedAt = 0

  /** An exact repeat adds nothing: agents may send a batch twice. */
  const isNew = (fact: unknown) => {
    const key = JSON.stringify(fact)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }

  const prune = (at: number) => {
    if (at - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = at
    const fresh = <T extends { readonly at: number }>(list: T[], windowMs: number) =>
      list.filter((item) => at - item.at <= windowMs)
    tasks = fresh(tasks, SAMPLE_WINDOW_MS)
    processes = fresh(processes, SAMPLE_WINDOW_MS)
    samples = fresh(samples, SAMPLE_WINDOW_MS)
    // What a run is made of is told once: it stays as long as the run is known.
    events = events.filter((event) => isLasting(event) || at - event.at <= EVENT_WINDOW_MS)
    seen.clear()
    for (const event of events) seen.add(JSON.stringify(event))
  }

  return {
    accept(payload) {
      if (payload.kind === 'events') {
        events.push(...payload.events.filter(isNew))
        return
      }
      const rows = rowsOf(payload.blocks)
      tasks.push(...rows.tasks.filter(isNew))
      processes.push(...rows.processes.filter(isNew))
      samples.push(...rows.jobs.filter(isNew))
    },

    async jobs(at) {
      const heard = new Set<string>()
      for (const event of events) {
        if (
          'job' in event &&
          event.at <= at &&
          (isLasting(event) || at - event.at <= EVENT_WINDOW_MS)
        ) {
          heard.add(event.job)
        }
      }
      return [...heard].sort()
    },

    async read(jobs, at) {
      prune(at)
      const by = <T extends { readonly at: number }>(list: readonly T[]) =>
        list.filter((item) => item.at <= at)
      const since = at - SAMPLE_WINDOW_MS
      const recent = <T extends { readonly at: number }>(list: readonly T[]) =>
        by(list).filter((item) => item.at >= since)
      const arrived = {
        tasks: recent(tasks),
        processes: recent(processes),
        samples: recent(samples),
        events: by(events),
      }
      return jobs.flatMap((job) => assembleFacts(job, arrived, at) ?? [])
    },
  }
}

function isLasting(event: FlinkEvent): boolean {
  return (
    event.type === 'run' ||
    event.type === 'topology' ||
    event.type === 'config' ||
    event.type === 'placement'
  )
}
