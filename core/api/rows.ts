import { jobMetrics, processMetrics, taskMetrics } from '../model/metrics.ts'
import {
  JOBMANAGER,
  type JobSample,
  type ProcessSample,
  processKey,
  type TaskSample,
} from '../model/samples.ts'
import type { SampleBlock } from './batch.ts'

export interface SampleRows {
  readonly tasks: TaskSample[]
  readonly processes: ProcessSample[]
  readonly jobs: JobSample[]
}

/** Turns the columns of the wire into the rows that the store and the rules read. */
export function rowsOf(blocks: readonly SampleBlock[]): SampleRows {
  const rows: SampleRows = { tasks: [], processes: [], jobs: [] }
  for (const block of blocks) {
    block.subjects.forEach((subject, index) => {
      const { at, via } = block
      switch (subject.kind) {
        case 'subtask': {
          const { job, run, vertex, subtask, attempt } = subject
          const values = pick(block, index, taskMetrics)
          rows.tasks.push({ job, run, vertex, subtask, attempt, via, at, values })
          break
        }
        case 'job':
          rows.jobs.push({
            job: subject.job,
            run: subject.run,
            via,
            at,
            values: pick(block, index, jobMetrics),
          })
          break
        case 'taskmanager':
        case 'jobmanager': {
          const process = subject.kind === 'jobmanager' ? JOBMANAGER : processKey(subject.id)
          rows.processes.push({
            cluster: subject.cluster,
            process,
            via,
            at,
            values: pick(block, index, processMetrics),
          })
        }
      }
    })
  }
  return rows
}

function pick<M extends string>(
  block: SampleBlock,
  index: number,
  catalogue: Readonly<Record<M, unknown>>,
): Partial<Record<M, number>> {
  const values: Partial<Record<M, number>> = {}
  for (const metric in catalogue) {
    const value = block.columns[metric]?.[index]
    if (value !== undefined && value !== null) values[metric] = value
  }
  return values
}
