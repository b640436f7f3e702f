import { createHash } from 'node:crypto'
import type { FlinkEvent } from '../model/events.ts'
import { parseJobRef } from '../model/job-ref.ts'

/** Types that hold until something newer is said of the same thing, however long ago they were told. */
export const lastingTypes = [
  'run',
  'topology',
  'config',
  'placement',
  'taskmanager',
  'cluster',
  'pod',
  'node',
  'deployment',
] as const satisfies readonly FlinkEvent['type'][]

const lasting: ReadonlySet<FlinkEvent['type']> = new Set(lastingTypes)

export function isLasting(event: FlinkEvent): boolean {
  return lasting.has(event.type)
}

/** Of what is gone nothing is ever said again: neither a ResourceID nor a uid of Kubernetes is used twice. */
export function isGone(event: FlinkEvent): boolean {
  switch (event.type) {
    case 'taskmanager':
    case 'node':
    case 'deployment':
      return event.state === 'gone'
    case 'pod':
      return event.phase === 'gone'
    default:
      return false
  }
}

/** The cluster that an event is about, or whose job it is about. */
export function clusterOf(event: FlinkEvent): string {
  return 'cluster' in event ? event.cluster : (parseJobRef(event.job)?.cluster ?? '')
}

/** What an event is about, within its job and run or its cluster; the newest word on it counts. */
export function aboutOf(event: FlinkEvent): string {
  switch (event.type) {
    case 'placement':
      return event.vertex
    case 'checkpoint':
      return `${event.id} ${event.state}`
    case 'exception':
      // Two tasks may fail of the same thing in the same millisecond, with names of any length.
      return createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 32)
    case 'taskmanager':
      return event.id
    case 'pod':
    case 'node':
    case 'deployment':
    case 'state-snapshot':
    case 'k8s-event':
      return event.uid
    case 'run':
    case 'topology':
    case 'config':
    case 'cluster':
      return ''
  }
}

/** Equal for two words on the same thing, whenever they were said. */
export function subjectOfEvent(event: FlinkEvent): string {
  const [job, run] = 'job' in event ? [event.job, event.run] : ['', '']
  return JSON.stringify([clusterOf(event), job, event.type, run, aboutOf(event)])
}
