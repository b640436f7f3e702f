import type { TaskManagerEvent } from '../../core/model/events.ts'
import { processKey } from '../../core/model/samples.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { hostsOf } from '../signals/load.ts'
import { run } from './job-failed.ts'
import { no } from './look-alikes.ts'
import { plural } from './words.ts'

/** The TaskManagers of a cluster that this job has to itself. */
interface Own {
  readonly empty: readonly TaskManagerEvent[]
  readonly used: readonly TaskManagerEvent[]
  /** Spare ones that somebody asked for. */
  readonly wantedSpare: number
}

const own: Need<Own | 'shared'> = {
  missing: 'the TaskManagers of the cluster and their slots (REST)',
  read({ facts }) {
    const newest = [...new Map(facts.taskmanagers.map((one) => [one.id, one])).values()]
    const present = newest.filter(({ state }) => state === 'registered')
    const hosts = new Set([...hostsOf(facts).values()].map(processKey))
    if (present.length === 0 || hosts.size === 0) return undefined
    const empty = present.filter(({ slots, freeSlots }) => slots === freeSlots)
    const used = present.filter((one) => !empty.includes(one))
    // Slots that others hold: what is free there is not this job's to give back.
    if (used.some(({ id }) => !hosts.has(processKey(id)))) return 'shared'
    const wantedSpare = Number(facts.config?.['slotmanager.redundant-taskmanager-num'] ?? 0)
    return { empty, used, wantedSpare: Number.isFinite(wantedSpare) ? wantedSpare : 0 }
  },
}

export const idleSlots = defineRule({
  id: 'idle-slots',
  title: 'TaskManagers that hold nothing',
  category: 'efficiency',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, own }, toldApartBy: {} },
  levels: {},
  impact: { info: 0 },
  messages: {
    found: 'No task runs on {empty} of this cluster, and nobody else uses the {slots} there.',
    fewer:
      'Run fewer TaskManagers, or let the ResourceManager start them on demand (native Kubernetes, YARN).',
    spare:
      'A spare one shortens a recovery; slotmanager.redundant-taskmanager-num says how many are meant.',
  },
  explains: [],
  opensAfter: 12,
  resolvesAfter: 2,

  evaluate({ run: { state }, own: cluster }) {
    if (state !== 'RUNNING' || cluster === 'shared') return []
    const { empty, used, wantedSpare } = cluster
    if (empty.length <= wantedSpare || used.length === 0) return []
    const free = empty.reduce((sum, { slots }) => sum + slots, 0)
    return [
      {
        severity: 'info',
        message: 'found',
        params: { empty: plural(empty.length, 'TaskManager'), slots: plural(free, 'slot') },
        evidence: [
          {
            label: 'TaskManagers without a task',
            unit: 'count',
            observed: empty.length,
            limit: wantedSpare,
            bad: 'above',
          },
        ],
        toldApart: [
          no('no-slots', 'the job runs'),
          no('over-provisioned', 'no subtask is in them'),
        ],
        suggestions: [
          { message: 'fewer', risk: 'none' },
          { message: 'spare', risk: 'none' },
        ],
        sureness: 0.9,
      },
    ]
  },
})
