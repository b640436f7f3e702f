import type { Mark } from '../../core/api/public.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import type { Topology } from '../../core/model/topology.ts'

/**
 * What happened, in sentences, oldest first. Agents repeat themselves after a restart, so only what
 * differs from the word before is a mark.
 */
export function marksOf(events: readonly FlinkEvent[]): readonly Mark[] {
  const before = new Map<string, string>()
  const graphs = new Map<string, Topology>()
  const marks: Mark[] = []

  /** Whether the word about this differs from the last one; the first word differs if `first` says so. */
  const isNews = (about: string, word: string, first: boolean) => {
    const last = before.get(about)
    before.set(about, word)
    return last === undefined ? first : last !== word
  }

  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    switch (event.type) {
      case 'run':
        if (isNews('run', event.run, true)) {
          const text = `Run ${event.run.slice(0, 8)} was submitted.`
          marks.push({ at: event.startedAt, kind: 'run', text })
        }
        if (isNews(`state/${event.run}`, event.state, true)) {
          marks.push({ at: event.since, kind: 'state', text: `The job is ${event.state}.` })
        }
        break
      case 'exception':
        if (isNews(`exception/${event.run}/${event.at}`, `${event.name}${event.message}`, true)) {
          marks.push({ at: event.at, kind: 'exception', text: exceptionText(event) })
        }
        break
      case 'taskmanager':
        if (isNews(`taskmanager/${event.cluster}/${event.id}`, event.state, true)) {
          const text = `TaskManager ${event.id} ${event.state === 'gone' ? 'is gone' : 'registered'}.`
          marks.push({ at: event.at, kind: 'taskmanager', text })
        }
        break
      case 'cluster':
        // That a cluster answers is no news before it did not.
        if (isNews(`cluster/${event.cluster}`, event.state, event.state === 'unreachable')) {
          marks.push({ at: event.at, kind: 'cluster', text: clusterText(event) })
        }
        break
      case 'topology': {
        const last = graphs.get('graph')
        graphs.set('graph', event.topology)
        const text = last ? rescaleText(last, event.topology) : undefined
        if (text !== undefined) marks.push({ at: event.at, kind: 'rescale', text })
        break
      }
      case 'config':
        if (isNews('config', JSON.stringify(Object.entries(event.values).sort()), false)) {
          marks.push({ at: event.at, kind: 'config', text: 'The configuration changed.' })
        }
        break
      case 'placement':
      case 'checkpoint':
        break
    }
  }
  return marks.sort((a, b) => a.at - b.at)
}

function exceptionText(event: Extract<FlinkEvent, { type: 'exception' }>): string {
  const name = event.root.split('.').at(-1) ?? event.root
  return `${name}${event.task === undefined ? '' : ` in ${event.task}`}: ${firstLine(event.message)}`
}

function clusterText({ state, reason }: Extract<FlinkEvent, { type: 'cluster' }>): string {
  if (state === 'reachable') return 'The JobManager answers again.'
  return `The JobManager does not answer${reason === undefined ? '.' : `: ${reason}`}`
}

const LONGEST_LINE = 200

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line
}

function rescaleText(from: Topology, to: Topology): string | undefined {
  const before = new Map(from.vertices.map((vertex) => [vertex.id, vertex.parallelism]))
  const changes = to.vertices.flatMap(({ id, name, parallelism }) => {
    const was = before.get(id)
    return was === undefined || was === parallelism ? [] : `${name} ${was} → ${parallelism}`
  })
  return changes.length === 0 ? undefined : `Parallelism changed: ${changes.join(', ')}.`
}
