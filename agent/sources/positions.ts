import type { Position } from '../../core/flink/prometheus/metrics.ts'
import type { SubtaskSubject } from '../../core/model/subject.ts'

/** Where the subtasks of Kafka sources stand, as the reporters last said; shared by the sources of one agent. */
export interface Positions {
  see(cluster: string, tasks: readonly Omit<Stand, 'at'>[], at: number): void
  /** Those that were told of since, of one Flink cluster. */
  since(cluster: string, at: number): readonly Stand[]
}

export interface Stand {
  readonly subject: SubtaskSubject
  readonly positions: readonly Position[]
  /** When it stood there, epoch ms. */
  readonly at: number
}

/** Runs end, and nobody says so here. */
const KEPT_MS = 600_000

export function createPositions(): Positions {
  const stands = new Map<string, Stand & { readonly cluster: string }>()
  return {
    see(cluster, tasks, at) {
      for (const [key, stand] of stands) if (stand.at < at - KEPT_MS) stands.delete(key)
      for (const { subject, positions } of tasks) {
        const { job, run, vertex, subtask } = subject
        const key = JSON.stringify([cluster, job, run, vertex, subtask])
        if (positions.length > 0) stands.set(key, { cluster, subject, positions, at })
      }
    },
    since(cluster, at) {
      const fresh: Stand[] = []
      for (const stand of stands.values()) {
        if (stand.cluster === cluster && stand.at >= at) fresh.push(stand)
      }
      return fresh
    },
  }
}
