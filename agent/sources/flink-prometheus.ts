import type { Payload, SampleBlock, SeriesSample } from '../../core/api/batch.ts'
import { blocksOf, type SubjectRow } from '../../core/api/blocks.ts'
import { flinkMetricType } from '../../core/flink/catalogue.ts'
import type { Transport } from '../../core/flink/client/transport.ts'
import { readScrape, type Scrape } from '../../core/flink/prometheus/metrics.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { JobNames } from './job-names.ts'
import type { Positions } from './positions.ts'
import type { Source } from './source.ts'

const via = 'flink-prometheus' as const

type Subject = SampleBlock['subjects'][number]

export interface ScrapeOptions {
  readonly everyMs?: number
  /** Metrics that no rule knows are kept as well, less often and up to so many; 0 leaves them out. */
  readonly otherEveryMs?: number
  readonly mostOther?: number
  /** Is told where the Kafka sources stand. */
  readonly positions?: Positions | undefined
}

/**
 * Scrapes one Prometheus reporter of Flink. A process that does not answer though it once did is
 * reported as `up` 0: that silence is itself a sign (a full heap, a frozen or dead process).
 */
export function flinkPrometheus(
  cluster: string,
  transport: Transport,
  names: JobNames,
  clock: Clock,
  { everyMs = 5_000, otherEveryMs = 30_000, mostOther = 5_000, positions }: ScrapeOptions = {},
): Source {
  let process: Subject | undefined
  let newestAt = 0
  let otherAt = Number.NEGATIVE_INFINITY
  return {
    name: `flink-prometheus ${transport.name}`,
    everyMs,
    async poll(signal) {
      const startedAt = clock.now()
      try {
        const { status, body, at } = await transport.get('/metrics', signal)
        if (at <= newestAt) return []
        newestAt = at
        if (status !== 200) return process ? silent(process, clock.now()) : []
        const isOtherDue = mostOther > 0 && at - otherAt >= otherEveryMs
        if (isOtherDue) otherAt = at
        const scrape = readScrape(body, { other: isOtherDue })
        process =
          scrape.taskmanager === undefined
            ? { kind: 'jobmanager', cluster }
            : { kind: 'taskmanager', cluster, id: scrape.taskmanager }
        positions?.see(cluster, tasksOf(scrape, names), at)
        const took = { up: 1, scrapeMs: Math.max(0, clock.now() - startedAt) }
        const own = { subject: process, values: { ...scrape.process, ...took } }
        const blocks = blocksOf(rowsOf(scrape, own, names), { at, via })
        const series = seriesOf(scrape, names, mostOther)
        return [
          { kind: 'samples', blocks },
          ...(series.length === 0
            ? []
            : [{ kind: 'series' as const, blocks: [{ at, via, cluster, series }] }]),
        ]
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof SourceError)) throw error
        return error.code === 'source-unreachable' && process ? silent(process, clock.now()) : []
      }
    },
  }
}

function tasksOf(scrape: Scrape, names: JobNames) {
  return scrape.tasks.map(({ run, jobName, vertex, subtask, attempt, values, positions }) => ({
    subject: {
      kind: 'subtask' as const,
      ...{ job: names.jobOf(run, jobName), run, vertex, subtask, attempt },
    },
    ...{ values, positions },
  }))
}

function rowsOf(scrape: Scrape, process: SubjectRow, names: JobNames): readonly SubjectRow[] {
  return [
    process,
    ...tasksOf(scrape, names),
    ...[...scrape.jobs].map(([run, { name, values }]) => ({
      subject: { kind: 'job' as const, job: names.jobOf(run, name), run },
      values,
    })),
  ]
}

/** What has no place of its own, under Flink's names; ids that change with every attempt are no labels. */
function seriesOf(scrape: Scrape, names: JobNames, most: number): SeriesSample[] {
  return scrape.other.slice(0, most).map(({ name, labels, value }) => {
    const {
      job_id: run,
      job_name: jobName,
      task_attempt_id: _,
      ...rest
    } = Object.fromEntries(labels)
    return {
      metric: name,
      type: flinkMetricType(name) ?? 'untyped',
      ...(run !== undefined && { job: names.jobOf(run, jobName ?? run) }),
      labels: rest,
      value,
    }
  })
}

function silent(process: Subject, at: number): readonly Payload[] {
  const rows = [{ subject: process, values: { up: 0 } }]
  return [{ kind: 'samples', blocks: blocksOf(rows, { at, via }) }]
}
