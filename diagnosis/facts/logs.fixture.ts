import type { Payload } from '../../core/api/batch.ts'
import type { LogBlock } from '../../core/api/log-block.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { LogLine, LogOrigin } from '../../core/model/logs.ts'

/** A process of one job alone, or one that the jobs of its cluster share. */
export type Writer =
  | { readonly job: string; readonly process: string }
  | { readonly job: string; readonly shared: string; readonly namespace?: string }

export function originOf(writer: Writer): LogOrigin {
  const { cluster = '', namespace = '-' } = parseJobRef(writer.job) ?? {}
  const pod = 'shared' in writer ? writer.shared : writer.process
  const about = {
    ...{ cluster, node: 'n1', pod, attempt: 0, path: `${pod}.log` },
    ...(pod !== 'jobmanager' && { taskmanager: pod }),
  }
  return 'shared' in writer
    ? { ...about, namespace: writer.namespace ?? namespace, file: `${cluster}/${pod}` }
    : { ...about, namespace, job: writer.job, file: `${writer.job} ${pod}`.slice(0, 200) }
}

/** Lines of one file; an offset follows from its time. */
export function linesOf(
  writer: Writer,
  ...lines: readonly (Pick<LogLine, 'at' | 'message'> & Partial<LogLine>)[]
): LogBlock {
  return {
    origin: originOf(writer),
    lines: lines.map((line) => ({
      ...{ stream: 'file', offset: line.at, bytes: 100, timed: 'line', template: 't' },
      ...line,
    })),
  }
}

export const written = (...blocks: readonly LogBlock[]): Payload => ({ kind: 'logs', blocks })
