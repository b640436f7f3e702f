import type { Payload, SampleBlock } from '../../core/api/batch.ts'
import type { Transport } from '../../core/flink/client/transport.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Via } from '../../core/model/samples.ts'
import type { ProcessValues } from '../host/cgroup.ts'
import {
  type FoundProcess,
  findFlinkProcesses,
  type HostRoots,
  readCgroup,
  readProcess,
} from '../host/procfs.ts'
import type { Source } from './source.ts'

export interface HostSourceOptions extends HostRoots {
  /** The cluster of processes whose command line does not name one. */
  readonly cluster: string
  /** Reporter of the one TaskManager here: its `tm_id` names it where the command line does not. */
  readonly reporter?: Transport
  readonly everyMs: number
  readonly clock: Clock
  readonly log: Log
}

type Subject = SampleBlock['subjects'][number]

/**
 * Control groups and processes of the Flink JVMs that can be seen from here: what only the kernel knows
 * (throttling, memory of the container, kills, pressure). They carry the ResourceID, so that they join with
 * what Flink says of itself; a TaskManager whose ResourceID cannot be known is left out, and said so once.
 */
export function hostSource(options: HostSourceOptions): Source {
  const { everyMs, clock, log } = options
  const saidUnknown = new Set<number>()
  const reported = new Map<number, string>()

  /** Asked once per process: it keeps its ResourceID as long as it lives. */
  const reportedId = async (pid: number, signal: AbortSignal): Promise<string | undefined> => {
    const known = reported.get(pid)
    if (known !== undefined || !options.reporter) return known
    try {
      const { body } = await options.reporter.get('/metrics', signal)
      const id = /\btm_id="([^"]+)"/.exec(body)?.[1]
      if (id !== undefined) reported.set(pid, id)
      return id
    } catch (error) {
      if (error instanceof SourceError) return undefined
      throw error
    }
  }

  const subjectOf = async (
    process: FoundProcess,
    all: readonly FoundProcess[],
    signal: AbortSignal,
  ): Promise<Subject | undefined> => {
    const cluster = process.clusterId ?? options.cluster
    if (process.role === 'jobmanager') return { kind: 'jobmanager', cluster }
    const isOnly = all.filter(({ role }) => role === 'taskmanager').length === 1
    const id = process.resourceId ?? (isOnly ? await reportedId(process.pid, signal) : undefined)
    if (id !== undefined) return { kind: 'taskmanager', cluster, id }
    if (!saidUnknown.has(process.pid)) {
      saidUnknown.add(process.pid)
      log.warn(
        'A TaskManager was found whose ResourceID is not known, so its numbers are left out. Set taskmanager.resource-id, or name its reporter in agent.clusters.',
        { pid: process.pid },
      )
    }
    return undefined
  }

  return {
    name: `host ${options.procRoot}`,
    everyMs,
    async poll(signal) {
      const at = clock.now()
      const found = findFlinkProcesses(options)
      const blocks: SampleBlock[] = []
      for (const process of found) {
        const subject = await subjectOf(process, found, signal)
        if (subject === undefined) continue
        blocks.push(
          ...blockOf(at, 'cgroup', subject, readCgroup(options, process.pid)),
          ...blockOf(at, 'procfs', subject, readProcess(options, process.pid)),
        )
      }
      return blocks.length === 0 ? [] : [{ kind: 'samples', blocks } satisfies Payload]
    },
  }
}

function blockOf(
  at: number,
  via: Via,
  subject: Subject,
  values: ProcessValues,
): readonly SampleBlock[] {
  const columns = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]))
  return Object.keys(columns).length === 0 ? [] : [{ at, via, subjects: [subject], columns }]
}
