import { processKey } from '../../core/model/samples.ts'
import type { ShipStrategy } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { HELD_BACK, SATURATED } from '../signals/bottleneck.ts'
import type { SubtaskLoad, VertexLoad } from '../signals/load.ts'
import { oncePer } from '../signals/once.ts'
import { median } from '../signals/statistics.ts'
import type { JobView } from '../signals/view.ts'
import { no, unknown } from './look-alikes.ts'
import { percent, times } from './words.ts'

/** A vertex with subtasks here and elsewhere: what a record costs in busy time, here against there. */
interface Compared {
  readonly name: string
  readonly slower: number
  readonly busyHere: number
  /** Records that a subtask takes here ÷ elsewhere. */
  readonly taken: number
  /** Every subtask here is slower than each one elsewhere, and there are several of both. */
  readonly isSeparated: boolean
  /** Records go round all its subtasks, whoever is slow. */
  readonly isDealtOut: boolean
}

/** Below it a busy share is mostly noise and overhead. */
const WORTH_COMPARING = 0.1
/** Taking this share of what a peer takes is more than an uneven spread of keys or the jitter of a window. */
const FALLS_BEHIND = 0.9

const DEALT_OUT: readonly ShipStrategy[] = ['REBALANCE', 'RESCALE']
/** FLIP-339, since Flink 2.3: the partitioner looks at the queues of a few receivers and takes the shortest. */
const ADAPTIVE = 'taskmanager.network.adaptive-partitioner.enabled'

const compared: Need<readonly Compared[]> = {
  missing: 'busy time and records of subtasks on this TaskManager and on others',
  read(view, asked) {
    const { subject } = asked
    if (subject.kind !== 'taskmanager') return undefined
    const host = processKey(subject.id)
    const list = subtasksByHost(view.loads).flatMap(({ vertex, name, byHost }) => {
      const here = byHost.get(host) ?? []
      if (here.length === 0) return []
      const there = [...byHost].flatMap(([other, subtasks]) => (other === host ? [] : subtasks))
      const [costHere, costThere] = [costOf(here), costOf(there)]
      if (costHere === undefined || costThere === undefined || costThere <= 0) return []
      const busyHere = Math.max(...here.map(({ busy }) => busy))
      const slower = costHere / costThere
      const taken = takenOf(here) / takenOf(there)
      const isDealtOut =
        view.facts.topology?.edges.some(
          ({ to, strategy }) => to === vertex && DEALT_OUT.includes(strategy),
        ) ?? false
      return [{ name, slower, busyHere, taken, isSeparated: areApart(here, there), isDealtOut }]
    })
    return list.length === 0 ? undefined : list
  },
}

export const slowInstance = defineRule({
  id: 'slow-instance',
  title: 'One TaskManager is slow',
  category: 'flow',
  scope: 'taskmanager',
  stage: 'stable',
  needs: { required: { compared }, toldApartBy: {} },
  levels: {
    slower: {
      minor: 1.7,
      major: 2.2,
      crit: 6,
      help: 'Busy time of a record on this TaskManager ÷ on the others, in the vertex that has most to do there.',
    },
  },
  impact: { minor: 1, major: 2.8, crit: 3.5 },
  messages: {
    found:
      'A record costs {slower} as much time on {taskmanager} as on the others, in {vertices}; the job waits for it.',
    host: 'Look at its host: neighbours that take CPU, throttling, a slow disk or network, a broken machine.',
    adaptive: `{dealt} gets its records in turn, however slow a subtask is: ${ADAPTIVE}: true sends more of them to those that have time (max-traverse-size says among how many, 4).`,
    adaptiveLater: `{dealt} gets its records in turn, however slow a subtask is: from Flink 2.3 on ${ADAPTIVE}: true sends more of them to those that have time; this is {version}.`,
    move: 'Restart this TaskManager elsewhere; until then the job is as slow as its slowest subtask.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'job' },
    { rule: 'data-skew', where: 'job' },
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'unaligned-bloat', where: 'job' },
  ],
  opensAfter: 3,
  resolvesAfter: 3,

  evaluate({ compared: list }, { slower: level }, asked, view) {
    const busy = list.filter(({ busyHere }) => busyHere >= WORTH_COMPARING)
    const worst = [...busy].sort((a, b) => b.busyHere - a.busyHere)[0]
    // A machine that is slow is slow for everybody on it. One subtask alone may have a reason of its own, such as
    // its keys; that several have it exactly where they stand is no chance.
    const isForAll = busy.length > 1 && busy.every(({ slower }) => slower >= (level.minor ?? 1))
    if (!worst || !(isForAll || worst.isSeparated) || worst.busyHere < SATURATED) return []
    // Long before anybody is held back, what it does not take piles up in the buffers on the way to it.
    if (worst.taken > FALLS_BEHIND && !isWaitedFor(view)) return []
    const reached = grade(worst.slower, level)
    if (!reached) return []
    const gc = view.processes.find(
      ({ process }) =>
        asked.subject.kind === 'taskmanager' && process === processKey(asked.subject.id),
    )?.gcShare
    if (gc !== undefined && gc >= 0.15) return []
    const slow = isForAll ? busy : [worst]
    const dealt = slow.filter(({ isDealtOut }) => isDealtOut)
    const version = view.run?.flinkVersion ?? ''
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          taskmanager: asked.name,
          slower: times(worst.slower),
          vertices: slow.map(({ name }) => name).join(', '),
          dealt: dealt.map(({ name }) => name).join(', '),
          version,
        },
        evidence: [
          {
            label: `time of a record in ${worst.name}, here ÷ elsewhere`,
            unit: 'count',
            observed: Number(worst.slower.toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: `busy share of its subtasks of ${worst.name}`,
            unit: 'ratio',
            observed: worst.busyHere,
            limit: SATURATED,
            bad: 'above',
          },
        ],
        toldApart: [
          no('data-skew', 'it is the time of one record that differs, not their number'),
          no('under-provisioned', 'the subtasks on other TaskManagers have time left'),
          gc === undefined
            ? unknown('gc-pressure', 'garbage collection time is not measured')
            : no('gc-pressure', `${percent(gc)} of the time in collections`),
        ],
        suggestions: [
          { message: 'host', risk: 'none' },
          ...(dealt.length === 0 ? [] : adaptive(version, view.facts.config?.[ADAPTIVE])),
          { message: 'move', risk: 'restart' },
        ],
        sureness: isForAll ? Math.min(1, 0.5 + 0.2 * busy.length) : 0.7,
      },
    ]
  },
})

/** The subtasks of each vertex by the TaskManager that they are on. */
const subtasksByHost = oncePer((loads: readonly VertexLoad[]) =>
  loads.map(({ vertex, name, subtasks }) => {
    const byHost = new Map<string, SubtaskLoad[]>()
    for (const subtask of subtasks) {
      if (subtask.taskmanager === undefined) continue
      const key = processKey(subtask.taskmanager)
      const own = byHost.get(key)
      if (own) own.push(subtask)
      else byHost.set(key, [subtask])
    }
    return { vertex, name, byHost }
  }),
)
/** Nothing where it is on already. */
function adaptive(version: string, set: string | undefined) {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? []
  if (set === 'true' || major === '') return []
  const isThere = Number(major) > 2 || (major === '2' && Number(minor) >= 3)
  return [{ message: isThere ? 'adaptive' : 'adaptiveLater', risk: 'restart' } as const]
}

/** Busy seconds of a record, the median over subtasks that took some. */
function costOf(subtasks: readonly SubtaskLoad[]): number | undefined {
  return median(
    subtasks.flatMap(({ busy, recordsPerSecond = 0 }) =>
      recordsPerSecond > 0 ? [busy / recordsPerSecond] : [],
    ),
  )
}

/** Records per second of a subtask, the median over those that took some. */
function takenOf(subtasks: readonly SubtaskLoad[]): number {
  return (
    median(subtasks.flatMap(({ recordsPerSecond = 0 }) => recordsPerSecond || [])) ?? Number.NaN
  )
}

const SEVERAL = 2
const APART = 1.5

function areApart(here: readonly SubtaskLoad[], there: readonly SubtaskLoad[]): boolean {
  const costs = (of: readonly SubtaskLoad[]) => of.flatMap((subtask) => costOf([subtask]) ?? [])
  const [slow, quick] = [costs(here), costs(there)]
  if (slow.length < SEVERAL || quick.length < SEVERAL) return false
  return Math.min(...slow) >= APART * Math.max(...quick)
}

/** Somebody waits for room: without that a slow machine has time to spare. */
function isWaitedFor({ loads }: JobView): boolean {
  return loads.some(({ maxBackpressured = 0 }) => maxBackpressured >= HELD_BACK)
}
