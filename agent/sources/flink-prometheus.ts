import type { Payload, SampleBlock } from '../../core/api/batch.ts'
import type { Transport } from '../../core/flink/client/transport.ts'
import { readScrape, type Scrape } from '../../core/flink/prometheus/metrics.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { JobNames } from './job-names.ts'
import type { Source } from './source.ts'

type Subject = SampleBlock['subjects'][number]
interface Row {
  readonly subject: Subject
  readonly values: Readonly<Record<string, number>>
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
  everyMs = 5_000,
): Source {
  let process: Subject | undefined
  let newestAt = 0
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
        const scrape = readScrape(body)
        process =
          scrape.taskmanager === undefined
            ? { kind: 'jobmanager', cluster }
            : { kind: 'taskmanager', cluster, id: scrape.taskmanager }
        const took = { up: 1, scrapeMs: Math.max(0, clock.now() - startedAt) }
        return payloads(
          rowsOf(scrape, { subject: process, values: { ...scrape.process, ...took } }, names),
          at,
        )
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof SourceError)) throw error
        return error.code === 'source-unreachable' && process ? silent(process, clock.now()) : []
      }
    },
  }
}

function rowsOf(scrape: Scrape, process: Row, names: JobNames): readonly Row[] {
  return [
    process,
    ...scrape.tasks.map(({ run, jobName, vertex, subtask, attempt, values }) => ({
      subject: {
        kind: 'subtask' as const,
        job: names.jobOf(run, jobName),
        run,
        vertex,
        subtask,
        attempt,
      },
      values,
    })),
    ...[...scrape.jobs].map(([run, { name, values }]) => ({
      subject: { kind: 'job' as const, job: names.jobOf(run, name), run },
      values,
    })),
  ]
}

function silent(process: Subject, at: number): readonly Payload[] {
  return payloads([{ subject: process, values: { up: 0 } }], at)
}

/** One block per kind of subject, so that no column is mostly empty. */
function payloads(rows: readonly Row[], at: number): readonly Payload[] {
  const kinds = [...new Set(rows.map((row) => row.subject.kind))]
  const blocks = kinds.map((kind): SampleBlock => {
    const own = rows.filter((row) => row.subject.kind === kind)
    const metrics = [...new Set(own.flatMap((row) => Object.keys(row.values)))]
    return {
      at,
      via: 'flink-prometheus',
      subjects: own.map((row) => row.subject),
      columns: Object.fromEntries(
        metrics.map((metric) => [metric, own.map((row) => row.values[metric] ?? null)]),
      ),
    }
  })
  return [{ kind: 'samples', blocks }]
}
