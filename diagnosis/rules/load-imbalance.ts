import type { TaskManagerEvent } from '../../core/model/events.ts'
import { JOBMANAGER, processKey } from '../../core/model/samples.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { SATURATED } from '../signals/bottleneck.ts'
import { hostsOf } from '../signals/load.ts'
import { median } from '../signals/statistics.ts'
import type { JobView } from '../signals/view.ts'
import { no, unknown } from './look-alikes.ts'
import { percent, plural, times } from './words.ts'

/** What one TaskManager of the cluster carries. */
interface Carrying {
  readonly id: string
  readonly usedSlots: number
  readonly cores: number
}

const carrying: Need<readonly Carrying[]> = {
  missing: 'slots and CPU time of at least two TaskManagers (REST, and the Prometheus reporter)',
  read({ facts, processes }) {
    const newest = new Map<string, TaskManagerEvent>()
    for (const event of facts.taskmanagers) newest.set(event.id, event)
    const list = [...newest.values()].flatMap(({ id, state, slots, freeSlots }) => {
      const load = processes.find(({ process }) => processKey(process) === processKey(id))
      if (state !== 'registered' || load?.cpuCores === undefined) return []
      return [{ id, usedSlots: slots - freeSlots, cores: load.cpuCores }]
    })
    return list.length < 2 ? undefined : list
  },
}

const gcOf: Need<number> = {
  missing: 'garbage collection time of the TaskManager',
  read: ({ processes }, { subject }) =>
    subject.kind === 'taskmanager'
      ? processes.find(({ process }) => processKey(process) === processKey(subject.id))?.gcShare
      : undefined,
}

/** Less CPU than this can be had anywhere. */
const MUCH_CORES = 0.6

export const loadImbalance = defineRule({
  id: 'load-imbalance',
  title: 'One TaskManager computes while others have room',
  category: 'efficiency',
  scope: 'taskmanager',
  stage: 'trial',
  needs: { required: { carrying }, toldApartBy: { gc: gcOf } },
  levels: {
    apart: {
      minor: 3,
      help: 'CPU of the TaskManager ÷ the median of the others, where it holds more slots in use than an even spread would give it, and a subtask on it has no time left.',
    },
  },
  impact: { minor: 0.5 },
  messages: {
    found:
      '{taskmanager} runs {used} and computes {cores} cores, {times} the others, of which {free}: an even spread would give it {even}.',
    spread:
      'Set taskmanager.load-balance.mode: TASKS (from 2.2) or SLOTS (from 1.19; before, cluster.evenly-spread-out-slots: true). It takes effect when slots are allotted anew.',
  },
  explains: [],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ carrying: all, gc }, { apart: level }, { subject, name }, view) {
    if (subject.kind !== 'taskmanager') return []
    const own = all.find(({ id }) => processKey(id) === processKey(subject.id))
    if (!own || own.cores < MUCH_CORES || !hasSaturated(view, subject.id)) return []
    const others = all.filter((one) => one !== own)
    const even = Math.ceil(all.reduce((sum, one) => sum + one.usedSlots, 0) / all.length)
    const emptier = others.filter(({ usedSlots }) => usedSlots < even)
    const rest = median(others.map(({ cores }) => cores)) ?? 0
    const reached = grade(own.cores / Math.max(rest, 0.01), level)
    if (own.usedSlots <= even || emptier.length === 0 || !reached) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          taskmanager: name,
          used: plural(own.usedSlots, 'slot'),
          cores: own.cores.toFixed(1),
          times: times(own.cores / Math.max(rest, 0.01)),
          free: `${emptier.length} ${emptier.length === 1 ? 'has' : 'have'} room`,
          even: plural(even, 'slot'),
        },
        evidence: [
          {
            label: `CPU of ${name} ÷ the median of the others`,
            unit: 'ratio',
            observed: Number((own.cores / Math.max(rest, 0.01)).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'cpu', process: name },
          },
          ...all.map(({ id, usedSlots, cores }) => ({
            label: `${id}: slots in use, cores`,
            unit: 'text' as const,
            observed: `${usedSlots}, ${cores.toFixed(2)}`,
          })),
        ],
        toldApart: [
          no('slow-instance', `it does more, in ${own.usedSlots} slots, not the same more slowly`),
          gc === undefined
            ? unknown('gc-pressure', 'garbage collection time is not measured')
            : no('gc-pressure', `${percent(gc)} of the time in collections`),
          unknown('data-skew', 'whether the keys of its subtasks are dearer is told at the vertex'),
        ],
        suggestions: [{ message: 'spread', risk: 'restart' }],
        sureness: 0.8,
      },
    ]
  },
})

/** Whether a subtask of the job on this TaskManager has no time left. */
function hasSaturated({ facts, loads }: JobView, id: string): boolean {
  const hosts = hostsOf(facts)
  return loads.some(({ vertex, subtasks }) =>
    subtasks.some(
      ({ subtask, busy }) =>
        busy >= SATURATED &&
        processKey(hosts.get(`${vertex}/${subtask}`) ?? JOBMANAGER) === processKey(id),
    ),
  )
}
