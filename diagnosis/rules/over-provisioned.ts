import type { Topology } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { HELD_BACK } from '../signals/bottleneck.ts'
import type { VertexLoad } from '../signals/load.ts'
import { run } from './job-failed.ts'
import { no, unknown } from './look-alikes.ts'
import { flow } from './needs.ts'
import { percent, plural } from './words.ts'

/** What every vertex has to do, and how many slots that takes. */
interface Work {
  readonly busiest: number
  readonly heldBack: number
  readonly records: number
  readonly slots: number
  readonly needed: number
  readonly widths: readonly { readonly name: string; readonly from: number; readonly to: number }[]
}

/** Busy share to aim at: the rest is room for peaks, restarts and catching up. */
const TARGET_BUSY = 0.7

const work: Need<Work> = {
  missing: flow.missing,
  read({ facts: { topology }, loads }) {
    const isMeasured = loads.every(({ subtasks, parallelism }) => subtasks.length === parallelism)
    if (!topology || loads.length === 0 || !isMeasured) return undefined
    const widths = loads.map((load) => ({
      name: load.name,
      from: load.parallelism,
      to: widthFor(sumOfBusy(load)),
    }))
    return {
      busiest: Math.max(...loads.map(({ maxBusy = 0 }) => maxBusy)),
      heldBack: Math.max(...loads.map(({ maxBackpressured = 0 }) => maxBackpressured)),
      records: loads.reduce((sum, { recordsPerSecond = 0 }) => sum + recordsPerSecond, 0),
      slots: slotsFor(
        topology,
        widths.map(({ from }) => from),
      ),
      needed: slotsFor(
        topology,
        widths.map(({ to }) => to),
      ),
      widths,
    }
  },
}

/** Below it a tenfold peak of a minute would still pass at once in most jobs, and be caught up in the rest. */
export const CALM = 0.3
/** Fewer slots are not worth a restart. */
const WORTH_SLOTS = 2

export const overProvisioned = defineRule({
  id: 'over-provisioned',
  title: 'Many more subtasks than the work needs',
  category: 'efficiency',
  scope: 'job',
  stage: 'stable',
  applies: ({ run: newest }) => newest?.bounded !== true,
  needs: { required: { run, work }, toldApartBy: {} },
  levels: {
    times: {
      minor: 2,
      help: 'Slots that the job holds ÷ slots that its work needs at 70 % busy; told from twice, as a halving is what a person would do.',
    },
  },
  impact: { info: 0.5 },
  messages: {
    found:
      '{job} holds {slots} and its work would fit into {needed} at 70 % busy: its busiest subtask works {busiest} of the time.',
    lower: 'Lower the parallelism: {widths}.',
    peak: 'Look at a whole week first: this is what was seen in the last minutes, and a standby is idle on purpose.',
  },
  explains: [],
  // Six rounds outlast what a restart or a lull of a few seconds leaves idle.
  opensAfter: 6,
  resolvesAfter: 3,

  evaluate({ run: { state }, work: seen }, { times }, { name }) {
    const { busiest, heldBack, records, slots, needed, widths } = seen
    if (state !== 'RUNNING' || busiest >= CALM || heldBack >= HELD_BACK || records <= 0) return []
    const reached = isWorth(slots, needed) ? grade(slots / needed, times) : undefined
    if (!reached) return []
    return [
      {
        severity: 'info',
        message: 'found',
        params: {
          job: name,
          slots: plural(slots, 'slot'),
          needed,
          busiest: percent(busiest),
          widths: widths
            .filter(({ from, to }) => to < from)
            .map((width) => `${width.name} ${width.from} → ${width.to}`)
            .join(', '),
        },
        evidence: [
          {
            label: 'slots held ÷ slots needed',
            unit: 'count',
            observed: Number((slots / needed).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: 'busy share of the busiest subtask',
            unit: 'ratio',
            observed: busiest,
            limit: CALM,
            bad: 'below',
          },
        ],
        toldApart: [
          no('no-traffic', 'records flow'),
          no('catching-up', 'nothing is held back: no backlog is being worked off'),
          unknown('window-burst', 'a peak outside of the last minutes is not seen'),
        ],
        suggestions: [
          { message: 'lower', risk: 'restart' },
          { message: 'peak', risk: 'none' },
        ],
        sureness: 0.6,
      },
    ]
  },
})

const isWorth = (slots: number, needed: number) => slots - needed >= WORTH_SLOTS

/** How many subtasks the busy shares of all subtasks of a vertex, added up, would fill. */
export const widthFor = (busySum: number) => Math.max(1, Math.ceil(busySum / TARGET_BUSY))

/** By how many times a graph of these widths has more slots than its work needs; 1 where too few to matter. */
export function timesTooWide(topology: Topology, widths: ReadonlyMap<string, number>): number {
  const slots = slotsFor(
    topology,
    topology.vertices.map(({ parallelism }) => parallelism),
  )
  const needed = slotsFor(
    topology,
    topology.vertices.map(({ id, parallelism }) => widths.get(id) ?? parallelism),
  )
  return isWorth(slots, needed) ? slots / needed : 1
}

const sumOfBusy = ({ subtasks }: VertexLoad) => subtasks.reduce((sum, { busy }) => sum + busy, 0)

/** A slot sharing group takes as many slots as its widest vertex has subtasks. */
function slotsFor({ vertices }: Topology, widths: readonly number[]): number {
  const groups = new Map<string, number>()
  for (const [index, { slotSharingGroup = '' }] of vertices.entries())
    groups.set(slotSharingGroup, Math.max(groups.get(slotSharingGroup) ?? 0, widths[index] ?? 0))
  return [...groups.values()].reduce((a, b) => a + b, 0)
}
