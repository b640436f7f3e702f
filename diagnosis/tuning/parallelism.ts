import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import { cpuPerBusy } from '../signals/process.ts'
import type { JobView } from '../signals/view.ts'
import { finishMs, inputOf, workOf } from './bounded.ts'
import { type Demand, demandsOf } from './demand.ts'
import type { TuningHistory, TuningPolicy } from './history.ts'
import { measure } from './measure.ts'
import { parallelismPatch } from './patch.ts'
import { busyAt, type PlannedVertex, planOf } from './plan.ts'
import { freeSlotsOf, type Resources, resourcesOf, shapeOf } from './resources.ts'
import { attemptOf, drainMs, measuredRestarts } from './restarts.ts'
import type { Size } from './size.ts'
import { sqlHint } from './sql-hint.ts'

/** What parallelism advice of one round rests on, computed once for all its findings. */
export interface ParallelismPlan {
  readonly view: JobView
  readonly policy: TuningPolicy
  readonly history: TuningHistory
  readonly restartMs: number | undefined
  readonly vertices: ReadonlyMap<string, PlannedVertex>
}

export function planParallelism(
  view: JobView,
  history: TuningHistory,
  policy: TuningPolicy,
  fixed: Readonly<Record<string, string>>,
): ParallelismPlan {
  const { topology } = view.facts
  const restartMs = measuredRestarts(view.facts)?.longestMs ?? history.usualRestartMs
  if (!topology) return { view, policy, history, restartMs, vertices: new Map() }
  const measured = measure(view)
  const demands = demandsOf(measured, history.peakDemand)
  const vertices = planOf(measured, demands, { topology, history, policy, restartMs, fixed })
  return { view, policy, history, restartMs, vertices }
}

/** Parallelism for the vertex of a flow finding and for those below that it will overload, or why none is given. */
export function adviseParallelism(
  plan: ParallelismPlan,
  finding: Finding,
): readonly Advice[] | Abstention | undefined {
  const { subject } = finding.subject
  if (subject.kind !== 'vertex') return undefined
  const target = finding.subject
  if (!plan.view.facts.topology) return { target, reason: 'the job graph is not known' }
  if (plan.view.run?.bounded) return { target, reason: reasonOfBounded(plan) }
  const planned = plan.vertices.get(subject.vertex)
  if (!planned?.size) return { target, reason: 'too few samples to know what one subtask can take' }
  if (planned.demand.censored && isSettling(plan, subject.vertex)) {
    return {
      target,
      reason:
        'it has just been restarted and its backlog is not known: it may only be working off what gathered meanwhile',
    }
  }
  const { demand, size } = planned
  // What was counted says that it is enough: it is full because it works off what waits, which shrinks.
  const enough = demand.counted && size.unlimited <= planned.measured.vertex.parallelism
  if (enough) return { target, reason: reasonOfEnough(planned) }
  const raised = atLeastOneMore(planned, size)
  if (raised.subtasks <= planned.measured.vertex.parallelism) {
    const why = planned.size.limitedBy?.because
    const held = planned.heldBy
    return {
      target,
      reason: held
        ? `more would only wait at ${held.name}: ${held.because}`
        : `it already runs at the most it can have${why === undefined ? '' : `: ${why}`}`,
    }
  }
  const followers = planned.demand.censored ? [] : followersOf(plan, subject.vertex)
  const changed = [{ planned, size: raised }, ...followers]
  return changed.map(({ planned: one, size }) =>
    adviceOf(plan, finding, one, size, {
      target:
        one === planned
          ? target
          : {
              ...target,
              subject: { ...subject, vertex: one.measured.vertex.id },
              name: one.measured.vertex.name,
            },
      changed,
      leader: one === planned ? undefined : target.name,
    }),
  )
}

/** A job that ends is read as fast as it can be: being full is no fault, only its end may come too late. */
function reasonOfBounded({ vertices, history }: ParallelismPlan): string {
  const measured = [...vertices.values()].map((one) => one.measured)
  const input = inputOf(measured, history)
  const work = input && workOf(measured, input)
  const ends = work
    ? `; at these sizes it takes about ${minutes(finishMs(work, ({ vertex }) => vertex.parallelism))} (${input.basis})`
    : ''
  return `it reads as fast as it can and ends when all is read${ends}: a what-if says which sizes end in time (finishWithinMs)`
}

const minutes = (ms: number) => (ms < 120_000 ? seconds(ms) : `${Math.round(ms / 60_000)} min`)

function reasonOfEnough({ measured, demand }: PlannedVertex): string {
  const { vertex, capacity } = measured
  const spare = (capacity?.value ?? 0) * vertex.parallelism - demand.perSecond
  return `its ${vertex.parallelism} subtasks carry the ${Math.round(demand.perSecond)} records/s that arrive: it works off what waits, by about ${Math.round(spare)} records/s`
}

/** A restart leaves a backlog behind: for so long being full does not say that a size is too small. */
const SETTLING_MS = 5 * 60_000

function isSettling({ view: { facts } }: ParallelismPlan, vertex: string): boolean {
  const attempt = attemptOf(facts, vertex)
  return attempt?.restarted === true && facts.at - attempt.startedAt < SETTLING_MS
}

/** A source whose every subtask is this busy is read as fast as it can be. */
const SATURATED = 0.85

/**
 * Parallelism for a source that is itself the bottleneck; undefined where its partitions are not known, because what
 * lies beyond them would read nothing.
 */
export function adviseSource(
  plan: ParallelismPlan,
  finding: Finding,
): readonly Advice[] | Abstention | undefined {
  const { subject } = finding.subject
  const planned = subject.kind === 'vertex' ? plan.vertices.get(subject.vertex) : undefined
  if (!planned || planned.measured.partitions === undefined) return undefined
  if ((planned.measured.load.busy ?? 0) < SATURATED) return undefined
  return adviseParallelism(plan, finding)
}

/** A saturated vertex always needs one more: the probing step where all that is known is a lower bound. */
function atLeastOneMore({ measured, demand }: PlannedVertex, size: Size): Size {
  const next = measured.vertex.parallelism + 1
  const most = size.limitedBy?.subtasks ?? Number.POSITIVE_INFINITY
  const atLeast = (subtasks: number) => Math.min(Math.max(subtasks, next), most)
  const subtasks = atLeast(size.subtasks)
  // Only a lower bound is known: twice the step would not be a surprise.
  const high = demand.censored ? Math.min(2 * subtasks, most) : atLeast(size.high)
  return {
    ...size,
    subtasks,
    low: Math.min(atLeast(size.low), subtasks),
    high: Math.max(high, atLeast(size.high), subtasks),
  }
}

/** As busy as this with what will arrive, a vertex below becomes the next bottleneck. */
const OVERLOADED = 0.85

/** A vertex and the size it would get. */
export interface Resized {
  readonly planned: PlannedVertex
  readonly size: Size
}

/** Vertices below the raised one that its records will overload: raised in the same restart. */
function followersOf(plan: ParallelismPlan, raised: string): readonly Resized[] {
  const below = belowOf(plan, raised)
  return [...plan.vertices.values()].flatMap((planned) => {
    const { measured, size, demand } = planned
    const { id, parallelism } = measured.vertex
    if (!below.has(id)) return []
    const busy = busyAt(measured, demand.perSecond, parallelism)
    if (!size || !busy || busy.value < OVERLOADED || size.subtasks <= parallelism) return []
    return [{ planned, size }]
  })
}

/** Vertices that records of this one reach; the plan stands in topological order. */
function belowOf(plan: ParallelismPlan, vertex: string): ReadonlySet<string> {
  const below = new Set<string>()
  for (const { measured } of plan.vertices.values()) {
    const fed = measured.inputs.some(({ from }) => from === vertex || below.has(from))
    if (fed) below.add(measured.vertex.id)
  }
  return below
}

/** One advice, with what the whole change of the job comes to. */
export function adviceOf(
  plan: ParallelismPlan,
  finding: Finding,
  planned: PlannedVertex,
  size: Size,
  context: {
    readonly target: Advice['target']
    readonly changed: readonly Resized[]
    readonly leader: string | undefined
  },
): Advice {
  const { measured, demand } = planned
  const { target, changed, leader } = context
  const from = measured.vertex.parallelism
  const to = size.subtasks
  const before = measured.load.busy ?? 1
  const after = busyAt(measured, demand.perSecond, to)
  const capacity = measured.capacity?.value ?? 0
  const resources = resourcesAround(plan, changed)
  const sizes = Object.fromEntries(
    changed.map((one) => [one.planned.measured.vertex.id, one.size.subtasks]),
  )
  const hint = sqlHint(measured.vertex.name, to, plan.view.run?.flinkVersion ?? '')
  const drain =
    plan.restartMs === undefined
      ? undefined
      : drainMs(plan.restartMs, measured.lagRecords ?? 0, demand.perSecond, to * capacity)
  return {
    kind: 'parallelism',
    target,
    cause: finding.key,
    from,
    to,
    low: size.low,
    high: size.high,
    unit: 'subtasks',
    confidence: confidenceOf(finding, demand, size),
    basis: basisOf(capacity, demand, leader),
    effect: `${percentOf(after?.value ?? 1)} busy instead of ${percentOf(before)}${demand.censored ? ', if no more arrives than it takes now' : ''}`,
    cost: costOf(plan, resources, drain),
    falsifiedBy:
      to > from
        ? `${target.name} still above 85 % busy ten minutes after the change, or one subtask now taking less than ${Math.round(capacity * 0.8)} records/s`
        : `${target.name} above 85 % busy at the peak of the next day`,
    warnings: warningsOf(plan, finding, planned, size),
    patch: parallelismPatch(sizes),
    ...(hint ? { alternatives: [hint] } : {}),
    expected: {
      ...(after
        ? { busy: { from: before, to: after.value, low: after.low, high: after.high } }
        : {}),
      demandPerSecond: demand.perSecond,
      slots: { from: resources.before.slots, to: resources.after.slots },
      taskManagers: { from: resources.before.taskManagers, to: resources.after.taskManagers },
      ...(resources.before.cores === undefined || resources.after.cores === undefined
        ? {}
        : { cores: { from: resources.before.cores, to: resources.after.cores } }),
      ...(plan.restartMs === undefined ? {} : { restartMs: plan.restartMs }),
      ...(drain === undefined ? {} : { catchUpMs: drain }),
    },
  }
}

/** What the job occupies before and after a change. */
export function resourcesAround(plan: ParallelismPlan, changed: readonly Resized[]) {
  const vertices = plan.view.facts.topology?.vertices ?? []
  const shape = shapeOf(plan.view)
  const resized = new Map(
    changed.map(({ planned, size }) => [planned.measured.vertex.id, size.subtasks]),
  )
  return {
    before: resourcesOf(vertices, shape),
    after: resourcesOf(
      vertices.map((vertex) => ({
        ...vertex,
        parallelism: resized.get(vertex.id) ?? vertex.parallelism,
      })),
      shape,
    ),
  }
}

const percentOf = (share: number) => `${Math.round(100 * share)} %`

function basisOf(capacity: number, demand: Demand, leader: string | undefined): string {
  const arriving = `${demand.censored ? 'at least ' : ''}${Math.round(demand.perSecond)} records/s`
  const when = leader === undefined ? 'arrive' : `will arrive once ${leader} keeps up`
  return `one subtask takes ${Math.round(capacity)} records/s when busy all the time; ${arriving} ${when} (${demand.basis})`
}

/** A spread of one subtask is the rounding; beyond that the size itself is unsure. */
function confidenceOf(finding: Finding, demand: Demand, { low, high, subtasks }: Size): number {
  const sure = high - low <= Math.max(1, 0.25 * subtasks)
  const factor = (demand.censored ? 0.7 : 0.95) * (sure ? 1 : 0.8)
  return Math.round(finding.confidence.value * factor * 100) / 100
}

function costOf(
  plan: ParallelismPlan,
  { before, after }: { readonly before: Resources; readonly after: Resources },
  drain: number | undefined,
): string {
  const restart =
    plan.restartMs === undefined
      ? 'one restart from the newest checkpoint; its length has not been measured for this job yet'
      : `one restart from the newest checkpoint, ${seconds(plan.restartMs)} as measured${drain === undefined ? '' : `, caught up within ${seconds(drain)} after it`}`
  const more = after.taskManagers - before.taskManagers
  if (more <= 0) return restart
  const cores =
    before.cores === undefined || after.cores === undefined ? undefined : after.cores - before.cores
  const price = plan.policy.pricePerCoreHour
  const said = cores === undefined ? '' : `, ${round(cores)} cores`
  const money =
    cores === undefined || price === undefined ? '' : ` (${round(cores * price)} an hour)`
  return `${restart}; ${more} more TaskManager${more === 1 ? '' : 's'}${said}${money}`
}

const seconds = (ms: number) => `${Math.max(1, Math.round(ms / 1000))} s`
const round = (value: number) => Math.round(value * 100) / 100

function warningsOf(
  plan: ParallelismPlan,
  finding: Finding,
  { measured, heldBy }: PlannedVertex,
  size: Size,
): readonly string[] {
  const { view, policy } = plan
  const { id } = measured.vertex
  const warnings: string[] = []
  if (finding.rule === 'blocking-call') {
    warnings.push(
      'It waits rather than computes: asynchronous I/O, batching or a cache is the better cure, and more subtasks ask the other system more often.',
    )
  }
  const cpu = cpuPerBusy(view.facts, view.loads, view.processes, id)
  if (cpu && cpu.value >= 0.5) {
    warnings.push(
      `It computes: ${size.subtasks} subtasks need about ${(size.subtasks * cpu.value * policy.targetBusy).toFixed(1)} cores at the target.`,
    )
  }
  if (size.limitedBy) {
    warnings.push(
      `${size.unlimited} subtasks would carry all of it, but ${size.limitedBy.because}.`,
    )
  }
  if (heldBy) warnings.push(`It is sized for what ${heldBy.name} lets through: ${heldBy.because}.`)
  if (size.subtasks > 3 * measured.vertex.parallelism) {
    warnings.push(
      'It is more than three times the present size: capacity rarely grows that evenly, so look at the interval.',
    )
  }
  const forward = measured.inputs.some(({ strategy }) => strategy === 'FORWARD')
  if (forward)
    warnings.push(
      'Its input is a forward edge: with another size than its sender it becomes a rebalance, over the network.',
    )
  if (view.facts.taskmanagers.length > 0 && freeSlotsOf(view) === 0)
    warnings.push('No slot is free: the job needs more TaskManagers for it.')
  return warnings
}
