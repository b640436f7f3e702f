import type { ExitMeaning } from '../../model/kubernetes.ts'

export interface Ended {
  readonly exitCode: number
  readonly reason?: string
  readonly signal?: number
  readonly component: 'jobmanager' | 'taskmanager' | 'other'
}

/** 128 + signal for what a signal ended. */
const SIGNALLED = 128

/**
 * Codes of Flink's processes: ClusterEntrypoint.STARTUP_FAILURE_RETURN_CODE 1 and
 * RUNTIME_FAILURE_RETURN_CODE 2, TaskManagerRunner.FAILURE_EXIT_CODE 1 (any fatal error),
 * FatalExitExceptionHandler.EXIT_CODE −17, ApplicationStatus 1443 FAILED and 1445 UNKNOWN, of all of which the
 * system keeps the lowest eight bits; `-XX:+ExitOnOutOfMemoryError` ends a JVM with 3.
 */
const ofFlink: Readonly<Record<Ended['component'], Readonly<Record<number, ExitMeaning>>>> = {
  jobmanager: {
    1: 'start-up-failed',
    2: 'fatal-error',
    3: 'java-out-of-memory',
    163: 'application-failed',
    165: 'application-unknown',
    239: 'uncaught-exception',
  },
  taskmanager: { 1: 'fatal-error', 3: 'java-out-of-memory', 239: 'uncaught-exception' },
  other: {},
}

/** 127 + 128: the runtime could not start the process (`StartError`), or there is no such command. */
const NEVER_STARTED = new Set(['ContainerCannotRun', 'StartError'])

/**
 * What an exit means. Kubernetes' reason goes before the code: 137 is a kill for memory only where it says
 * OOMKilled, and a kubelet that lost a container reports 137, too, without knowing (`ContainerStatusUnknown`).
 */
export function exitMeaning({ exitCode, reason, signal, component }: Ended): ExitMeaning {
  if (reason === 'OOMKilled') return 'out-of-memory-kill'
  if (reason === 'ContainerStatusUnknown') return 'unknown'
  if (reason !== undefined && NEVER_STARTED.has(reason)) return 'never-started'
  if (exitCode === 0) return 'ended'
  const own = ofFlink[component][exitCode]
  if (own !== undefined) return own
  switch (signal || exitCode - SIGNALLED) {
    case 6:
      return 'crashed'
    case 9:
      return 'killed'
    case 11:
      return 'segmentation-fault'
    case 15:
      return 'stopped'
    default:
      return 'unknown'
  }
}
