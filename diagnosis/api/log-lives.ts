import type { LifeEnd, LogLife } from '../../core/api/public-logs.ts'
import { byLife, lifeHead } from '../../core/logs/lives.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { ContainerExit, PodEvent } from '../../core/model/kubernetes.ts'
import type { LogFile } from '../../core/model/logs.ts'
import { processKey } from '../../core/model/samples.ts'

/**
 * Lives of pods and processes, the newest end first: the files that one life wrote, and how it ended where
 * Kubernetes or Flink said so. A life whose end nobody told has none; that its lines stopped says nothing.
 */
export function livesOf(
  files: readonly LogFile[],
  events: readonly FlinkEvent[],
): readonly LogLife[] {
  return byLife(files)
    .map((own): LogLife => {
      const life = { ...lifeHead(own), files: own }
      const end = endOf(life, events)
      return end ? { ...life, end } : life
    })
    .sort((a, b) => (b.end?.at ?? b.lastAt) - (a.end?.at ?? a.lastAt))
}

/** Kubernetes knows the exit code; Flink only that the TaskManager is gone. */
function endOf(life: LogLife, events: readonly FlinkEvent[]): LifeEnd | undefined {
  const pods = events.filter(
    (event): event is PodEvent =>
      event.type === 'pod' &&
      (life.podUid === undefined ? event.name === life.pod : event.uid === life.podUid),
  )
  const exit = pods.flatMap((pod) => exitsOf(pod, life.attempt)).at(-1)
  const pod = pods.at(-1)
  if (exit) {
    return {
      at: exit.finishedAt ?? pod?.at ?? life.lastAt,
      reason: pod?.reason ?? exit.reason ?? exit.meaning,
      exitCode: exit.exitCode,
      meaning: exit.meaning,
    }
  }
  if (pod?.phase === 'gone') return { at: pod.at, reason: pod.reason ?? 'gone' }
  const gone = events.findLast(
    (event) =>
      event.type === 'taskmanager' &&
      event.state === 'gone' &&
      life.taskmanager !== undefined &&
      processKey(event.id) === processKey(life.taskmanager) &&
      event.at >= life.lastAt - SLACK_MS,
  )
  return gone && { at: gone.at, reason: 'gone' }
}

/** A line may be written, and reach us, a little after Flink gave up on its process. */
const SLACK_MS = 60_000

/** How the container's life with this many restarts before it ended. */
function exitsOf(pod: PodEvent, attempt: number): readonly ContainerExit[] {
  return pod.containers.flatMap(({ part, state, last, restarts }) => {
    if (part !== 'app') return []
    const now = state?.kind === 'terminated' && restarts === attempt ? [state.exit] : []
    const before = last && restarts === attempt + 1 ? [last] : []
    return [...before, ...now]
  })
}
