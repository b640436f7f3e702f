import { exceptionEvents } from '../../core/flink/rest/exceptions.ts'
import { type ClusterState, events } from './cluster.ts'
import type { RunReader } from './flink-rest.ts'

/** New entries of the exception history; Flink keeps sixteen and loses them with the JobManager. */
export function exceptionsReader(state: ClusterState): RunReader {
  const told = new Map<string, Set<string>>()
  return {
    async read(run, job, signal) {
      const { value } = await state.rest.exceptions(run.jid, signal)
      const seen = told.get(run.jid) ?? new Set<string>()
      told.set(run.jid, seen)
      const fresh = exceptionEvents(value, { job, run: run.jid }).filter((exception) => {
        const key = `${exception.at} ${exception.name} ${exception.task ?? ''}`
        if (seen.has(key)) return false
        seen.add(key)
        return exception.at > 0
      })
      return events(...fresh)
    },
    keepOnly(runs) {
      for (const run of told.keys()) if (!runs.has(run)) told.delete(run)
    },
  }
}
