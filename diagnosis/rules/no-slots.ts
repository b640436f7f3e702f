import type { JobFacts } from '../../core/model/facts.ts'
import type { Topology } from '../../core/model/topology.ts'
import { defineRule, grade } from '../engine/rule.ts'
import { loggedLine } from '../signals/logged.ts'
import { run } from './job-failed.ts'
import { lineEvidence } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { toldFailures } from './told-failures.ts'
import { plural, seconds } from './words.ts'

/** Flink's words for it: the bulk of a slot pool, the adaptive scheduler, and either's cause. */
const REFUSED =
  /NoResourceAvailableException|Slot request bulk is not fulfillable|Could not acquire the minimum required resources/

/** The same in logs. */
const REFUSALS = ['no-resources', 'slot-timeout', 'adaptive-no-resources', 'max-resources']

export const noSlots = defineRule({
  id: 'no-slots',
  title: 'No slots to run on',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, refused: toldFailures(REFUSED) }, toldApartBy: {} },
  levels: {
    waiting: {
      major: 30,
      crit: 60,
      help: 'Seconds without a running task while no slot is free; a request that Flink gave up counts as the worst.',
    },
  },
  impact: { major: 5, crit: 9 },
  messages: {
    found: '{job} needs {needed} and the cluster has {slots}, {free} free: it has waited {waited}.',
    refused: '{job} has asked for slots in vain {times}; the cluster has {slots}, {free} free.',
    slots:
      'Add TaskManagers or slots, or lower the parallelism: the widest vertex of each slot sharing group needs a slot per subtask.',
    others:
      'Look at what else holds slots in this cluster, and whether TaskManagers fail to start.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ run: newest, refused }, { waiting }, { name }, { facts }) {
    const newestSample = facts.samples.findLast((s) => s.values.tasksRunning !== undefined)
    const isAllRunning =
      newestSample !== undefined &&
      newestSample.values.tasksRunning === newestSample.values.tasksTotal
    const { slots, free } = slotsOf(facts)
    const needed = facts.topology === undefined ? undefined : slotsNeeded(facts.topology)
    const waitedMs = waitingMs(facts)
    const isStarved = free === 0 || (needed !== undefined && needed > slots)
    const isWaiting = newest.state !== 'FAILED' && slots > 0 && isStarved && waitedMs > 0
    const last = refused.at(-1)
    const isRefused = last !== undefined && !(isAllRunning && newestSample.at > last.at)
    if (!isRefused && !isWaiting) return []
    const reached = isRefused
      ? ({ severity: 'crit', limit: waiting.crit ?? 0 } as const)
      : grade(waitedMs / 1000, waiting)
    if (!reached) return []
    return [
      {
        severity: reached.severity,
        message: isRefused ? 'refused' : 'found',
        params: {
          job: name,
          needed: needed === undefined ? 'more slots than there are' : plural(needed, 'slot'),
          slots: plural(slots, 'slot'),
          free,
          waited: seconds(waitedMs),
          times: plural(refused.length, 'time'),
        },
        evidence: [
          {
            label: isRefused ? 'slot requests given up in 15 minutes' : 'waiting, seconds',
            unit: 'count',
            observed: isRefused ? refused.length : Math.round(waitedMs / 1000),
            limit: isRefused ? 1 : reached.limit,
            bad: 'above',
          },
          { label: 'slots needed', unit: 'text', observed: String(needed ?? 'not known') },
          { label: 'slots registered, free', unit: 'text', observed: `${slots}, ${free}` },
          ...lineEvidence('in the logs', loggedLine(facts, REFUSALS, { since: newest.startedAt })),
        ],
        toldApart: [
          no('restart-loop', 'no task of the job has thrown: none could begin'),
          facts.taskmanagers.some(({ state }) => state === 'gone')
            ? unknown(
                'taskmanager-lost',
                'a TaskManager left within the hour; its slots are missing',
              )
            : no('taskmanager-lost', 'no TaskManager left within the hour'),
        ],
        suggestions: [
          { message: 'slots', risk: 'none' },
          { message: 'others', risk: 'none' },
        ],
        sureness: isRefused ? 1 : 0.8,
      },
    ]
  },
})

/** One slot per subtask of the widest vertex of each slot sharing group (SlotSharingGroup). */
export function slotsNeeded({ vertices }: Topology): number {
  const widest = new Map<string, number>()
  for (const { slotSharingGroup = '', parallelism } of vertices) {
    widest.set(slotSharingGroup, Math.max(widest.get(slotSharingGroup) ?? 0, parallelism))
  }
  return [...widest.values()].reduce((sum, width) => sum + width, 0)
}

function slotsOf({ taskmanagers }: JobFacts): { readonly slots: number; readonly free: number } {
  const newest = new Map(taskmanagers.map((event) => [event.id, event]))
  const present = [...newest.values()].filter(({ state }) => state === 'registered')
  return {
    slots: present.reduce((sum, one) => sum + one.slots, 0),
    free: present.reduce((sum, one) => sum + one.freeSlots, 0),
  }
}

/** Since when no task of the job has run without a break; 0 while one does, or nobody knows. */
function waitingMs({ samples, at }: JobFacts): number {
  const told = samples.filter(({ values }) => values.tasksRunning !== undefined)
  if (told.at(-1)?.values.tasksRunning !== 0) return 0
  const lastRan = told.findLastIndex(({ values }) => values.tasksRunning !== 0)
  const since = told[lastRan + 1]?.at ?? at
  return at - since
}
