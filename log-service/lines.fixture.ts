import { Registry } from 'prom-client'
import { silentLog } from '../core/kit/log.ts'
import type { LogLine, LogOrigin, LogStream } from '../core/model/logs.ts'
import type { Chunk } from './chunk.ts'
import { endsAfter, noEnds, type Reached } from './ends.ts'
import { type LogServiceEvents, logServiceEvents } from './events.ts'

export const bornAt = 1_700_000_000_000

export function originOf(file: string, more: Partial<LogOrigin> = {}): LogOrigin {
  return {
    ...{ cluster: 'c', namespace: 'flink', node: 'n1', pod: `pod-${file}`, attempt: 0 },
    ...{ path: `${file}.log`, file },
    ...more,
  }
}

/** An event of 100 bytes; the `index`-th of its file, a second after the one before it. */
export function eventAt(index: number, more: Partial<LogLine> = {}): LogLine {
  return {
    ...{
      stream: 'file',
      offset: index * 100,
      bytes: 100,
      at: bornAt + index * 1_000,
      timed: 'line',
    },
    ...{ level: 'INFO', logger: 'org.apache.flink.Job', template: 't1', message: `line ${index}` },
    ...more,
  }
}

/** Events `from` to before `to` of a file, as they are read together. */
export function chunkOf(file: string, from: number, to: number, stream: LogStream = 'file'): Chunk {
  const lines = Array.from({ length: to - from }, (_, index) => eventAt(from + index, { stream }))
  return { origin: originOf(file), lines, reached: reachedWith(lines) }
}

export function reachedWith(lines: readonly LogLine[]): Reached {
  const ends = endsAfter(noEnds, lines)
  return { position: Math.max(ends.file, ends.stdout, ends.stderr), ends }
}

export interface CountedEvents {
  readonly events: LogServiceEvents
  /** What a counter stands at, all labels together. */
  count(metric: string): Promise<number>
}

export function countedEvents(log = silentLog): CountedEvents {
  const registry = new Registry()
  return {
    events: logServiceEvents({ log, registry }),
    async count(metric) {
      const values = (await registry.getSingleMetric(metric)?.get())?.values ?? []
      return values.reduce((sum, { value }) => sum + value, 0)
    },
  }
}
