import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecording } from '../agent/transport/recording.ts'
import { packageRoot } from '../core/kit/package-root.ts'

/** Lines of one process of one job, as they would lie in its file. */
export interface LogText {
  readonly job: string
  readonly pod: string
  readonly lines: readonly string[]
}

const folder = join(packageRoot(import.meta.url), 'test', 'recordings')
const DAY_MS = 86_400_000
const STAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2},\d{3}/

/** Stands in one line of each job and nowhere else. */
export const rareTokenOf = (job: string) => `needle${job.replace(/\W/g, '')}`

/**
 * A day of `jobs` jobs with `linesPerJob` lines each: the lines that real Flink wrote in the recordings, one after
 * the other and again, their times spread over the day. Ids in them stay as they were.
 */
export async function recordedLogs(
  jobs: number,
  linesPerJob: number,
  endAt: number,
): Promise<readonly LogText[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ndjson.gz')).sort()
  const recorded: string[][] = []
  for (const file of files) {
    const { logs } = await readRecording(join(folder, file))
    if (logs.length > 100) recorded.push(logs.map(({ line }) => line))
  }
  return Array.from({ length: jobs }, (_, index) => {
    const job = `bench/-/job-${index}`
    const source = recorded[index % recorded.length] ?? []
    const lines = Array.from({ length: linesPerJob }, (_line, n) => {
      const text = source[(n + index * 37) % source.length] ?? ''
      const at = endAt - DAY_MS + Math.floor((n * DAY_MS) / linesPerJob)
      const stamp = new Date(at).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)
      const own = n === Math.floor(linesPerJob / 3) ? ` ${rareTokenOf(job)}` : ''
      return text.replace(STAMP, stamp) + own
    })
    return { job, pod: `job-${index}-taskmanager-1-1`, lines }
  })
}
