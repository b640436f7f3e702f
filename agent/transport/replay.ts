import type { Transport } from '../../core/flink/client/transport.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { SourceError } from '../../core/kit/errors.ts'
import { type Received, type Recording, withoutQuery } from './recording.ts'

/**
 * The clock of a replay: what the sources call now, and how far the recording's times are moved so
 * that they look as if they happened then (0 keeps them).
 */
export interface ReplayTime {
  readonly clock: Clock
  readonly shiftMs: number
}

/** Answers requests with the newest body of that path that had arrived by now. */
export function replayRest(recording: Recording, time: ReplayTime): Transport {
  return {
    name: `recording ${recording.header.id}`,
    async get(path) {
      const answer = newest(recording.rest.get(withoutQuery(path)), time)
      if (!answer) throw absent(recording, path)
      return shifted(answer, recording, time)
    },
  }
}

/** Answers scrapes of one process; a scrape that failed then fails now. */
export function replayScrapes(recording: Recording, process: string, time: ReplayTime): Transport {
  return {
    name: `recording ${recording.header.id}, ${process}`,
    async get(path) {
      const answer = newest(recording.scrapes.get(process), time)
      if (!answer) throw absent(recording, path)
      if (answer.status === 0) {
        throw new SourceError(`${process} does not answer: ${answer.error ?? 'no answer'}.`, {
          code: 'source-unreachable',
          retriable: true,
        })
      }
      return shifted(answer, recording, time)
    },
  }
}

function newest(
  list: readonly Received[] | undefined,
  { clock, shiftMs }: ReplayTime,
): Received | undefined {
  const now = clock.now() - shiftMs
  return list?.findLast((answer) => answer.t <= now)
}

function absent({ header }: Recording, path: string): SourceError {
  return new SourceError(`recording ${header.id} holds no answer to GET ${path} yet.`, {
    code: 'source-unrecorded',
    retriable: true,
  })
}

function shifted({ t, status, body }: Received, recording: Recording, { shiftMs }: ReplayTime) {
  return {
    status,
    body: shiftMs === 0 ? body : shiftTimes(body, recording, shiftMs),
    at: t + shiftMs,
  }
}

const DAYS_MS = 2 * 24 * 3_600_000

/**
 * Moves every epoch-ms number of a body that lies around the recording: thirteen digits as REST
 * writes them, or the scientific notation of Prometheus (`1.795205405917E12`).
 */
export function shiftTimes(body: string, { header, endAt }: Recording, shiftMs: number): string {
  const near = (ms: number) => ms > header.begin - DAYS_MS && ms < endAt + 3_600_000
  return body.replace(/\b1\d{12}\b|\b1\.\d+E12\b/g, (text) => {
    const ms = Number(text)
    if (!near(ms)) return text
    return text.includes('E')
      ? (ms + shiftMs).toExponential().replace('e+', 'E')
      : String(ms + shiftMs)
  })
}
