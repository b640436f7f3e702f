/**
 * What a signature says about a failure: its cause, an echo of a cause that lies elsewhere (most often on
 * another process), or noise: a moment of the job's life, or a complaint that explains nothing.
 */
export type Role = 'cause' | 'echo' | 'noise'

/** Logs of the processes, exceptions that the JobManager reports, events of Kubernetes, the client's output. */
export type Place = 'jobmanager' | 'taskmanager' | 'exception' | 'kubernetes' | 'client'

/** A hint only: ends a process or job, restarts a job, warns, informs. */
export type Severity = 'fatal' | 'error' | 'warning' | 'information'

/** A text that Flink, its connectors, the JVM or Kubernetes write when something known happens. */
export interface Signature {
  readonly id: string
  readonly where: readonly Place[]
  readonly severity: Severity
  readonly role: Role
  /**
   * The texts, each behind a literal that must occur for it (ASCII, case aside), so that one pass over a line
   * tells which of them are worth a look. Repetitions have upper bounds.
   */
  readonly texts: readonly (readonly [literal: string, text: RegExp])[]
  /** The trace must have a frame of the job's own code. */
  readonly inUserCode?: true
  /** What it means and what to try first; empty for moments of a job's life. */
  readonly advice: string
}
