import type { Mark } from '../../core/api/public.ts'
import type { ClusterEvent, ExceptionEvent, FlinkEvent, RunEvent } from '../../core/model/events.ts'
import type { Topology } from '../../core/model/topology.ts'

/**
 * What happened, in sentences, oldest first. Agents repeat themselves after a restart, so only what
 * differs from the word before is a mark.
 */
export function marksOf(events: readonly FlinkEvent[]): readonly Mark[] {
  const words: Words = { said: new Map(), graph: undefined }
  return [...events]
    .sort((a, b) => a.at - b.at)
    .flatMap((event) => marksOfOne(event, words))
    .sort((a, b) => a.at - b.at)
}

/** The last word on each thing that events speak of. */
interface Words {
  readonly said: Map<string, string>
  graph: Topology | undefined
}

type News = 'first' | 'changed' | 'repeated'

function hear({ said }: Words, about: string, word: string): News {
  const last = said.get(about)
  said.set(about, word)
  return last === undefined ? 'first' : last === word ? 'repeated' : 'changed'
}

function marksOfOne(event: FlinkEvent, words: Words): readonly Mark[] {
  switch (event.type) {
    case 'run':
      return runMarks(event, words)
    case 'exception': {
      const about = `exception/${event.run}/${event.at}/${event.name}/${event.task ?? ''}`
      if (hear(words, about, event.message) === 'repeated') return []
      return [{ at: event.at, kind: 'exception', text: exceptionText(event) }]
    }
    case 'taskmanager': {
      const news = hear(words, `taskmanager/${event.cluster}/${event.id}`, event.state)
      if (news === 'repeated') return []
      const text = `TaskManager ${event.id} ${event.state === 'gone' ? 'is gone' : 'registered'}.`
      return [{ at: event.at, kind: 'taskmanager', text }]
    }
    case 'cluster': {
      const news = hear(words, `cluster/${event.cluster}`, event.state)
      // That a cluster answers is no news before it did not.
      const quiet = news === 'first' && event.state === 'reachable'
      if (quiet || news === 'repeated') return []
      return [{ at: event.at, kind: 'cluster', text: clusterText(event) }]
    }
    case 'topology': {
      const text = words.graph && rescaleText(words.graph, event.topology)
      words.graph = event.topology
      return text === undefined ? [] : [{ at: event.at, kind: 'rescale', text }]
    }
    case 'config': {
      const word = JSON.stringify(Object.entries(event.values).sort())
      if (hear(words, 'config', word) !== 'changed') return []
      return [{ at: event.at, kind: 'config', text: 'The configuration changed.' }]
    }
    case 'placement':
    case 'checkpoint':
    case 'pod':
    case 'node':
    case 'deployment':
    case 'state-snapshot':
    case 'k8s-event':
      return []
  }
}

function runMarks(event: RunEvent, words: Words): readonly Mark[] {
  const marks: Mark[] = []
  if (hear(words, `run/${event.run}`, '') === 'first') {
    const text = `Run ${event.run.slice(0, 8)} was submitted.`
    marks.push({ at: event.startedAt, kind: 'run', text })
  }
  if (hear(words, `state/${event.run}`, event.state) !== 'repeated') {
    marks.push({ at: event.since, kind: 'state', text: `The job is ${event.state}.` })
  }
  return marks
}

function exceptionText(event: ExceptionEvent): string {
  const name = event.root.split('.').at(-1) ?? event.root
  return `${name}${event.task === undefined ? '' : ` in ${event.task}`}: ${firstLine(event.message)}`
}

function clusterText({ state, reason }: ClusterEvent): string {
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
