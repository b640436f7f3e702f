import type {
  WhatIfAnswer,
  WhatIfEdit,
  WhatIfRefused,
  WhatIfVertex,
} from '../../core/api/what-if.ts'
import { connectionsOf } from '../../core/flink/memory/network.ts'
import { taskManagerMemory } from '../../core/flink/memory/taskmanager.ts'
import type { FromTo } from '../../core/model/finding.ts'
import type { Edge, Topology, Vertex } from '../../core/model/topology.ts'
import { pointwiseImbalance, regionsOf } from '../signals/regions.ts'
import type { JobView } from '../signals/view.ts'
import { finishMs, type Input, inputOf, sizesWithin, workOf } from './bounded.ts'
import { type Demand, demandsOf } from './demand.ts'
import { NO_HISTORY, type TuningHistory } from './history.ts'
import { type MeasuredVertex, measure } from './measure.ts'
import { evenly, gateBytes } from './memory/network.ts'
import { configOf, lineOf } from './memory/use.ts'
import { groupsOf } from './plan.ts'
import { resourcesOf, shapeOf } from './resources.ts'
import { measuredRestarts } from './restarts.ts'
import { efficiency, scalabilityOf } from './scalability.ts'

/**
 * What an edit of the live graph would do, before anybody does it: busy share of each vertex with its interval, the
 * bottleneck, slots and TaskManagers, memory as Flink computes it, buffers and connections. Pure; refuses an edit that
 * Flink would refuse.
 */
export function whatIf(
  view: JobView,
  edit: WhatIfEdit,
  history: TuningHistory = NO_HISTORY,
): WhatIfAnswer | WhatIfRefused {
  const { topology } = view.facts
  if (!topology) return refused('the job graph is not known yet: try again after the next round')
  if (topology.inferred)
    return refused(
      'the job graph is known from metrics alone, without its edges: REST would tell them',
    )
  const named = namedBy(topology, edit)
  const problems = [...named.problems, ...problemsOf(topology, named)]
  if (problems.length > 0) return { kind: 'refused', problems }
  const after = edited(topology, named)
  const measured = measure(view)
  const demands = demandsOf(measured)
  const vertices = after.vertices.map((vertex) =>
    predicted(vertex, {
      before: topology,
      after,
      measured,
      demands,
      history,
      times: edit.demand ?? 1,
    }),
  )
  const shape = shapeOf(view)
  const slots = edit.slotsPerTaskManager ?? shape.slots
  const [now, then] = [
    resourcesOf(topology.vertices, shape),
    resourcesOf(after.vertices, { ...shape, slots }),
  ]
  const memory = memoryOf(view, edit)
  const network = networkOf(view, topology, after, { before: shape.slots, after: slots }, memory)
  const answer = {
    kind: 'answer' as const,
    vertices,
    bottleneck: bottleneckOf(vertices),
    slots: { from: now.slots, to: then.slots },
    taskManagers: { from: now.taskManagers, to: then.taskManagers },
    cores:
      now.cores === undefined || then.cores === undefined
        ? null
        : { from: now.cores, to: then.cores },
    memory,
    network,
    regions: { from: regionsOf(topology), to: regionsOf(after) },
    finish: finishOf(view, measured, { edit, named, after, history }),
    restart: {
      ms: measuredRestarts(view.facts)?.longestMs ?? history.usualRestartMs ?? null,
      stateBytes:
        view.facts.checkpoints.findLast(({ state }) => state === 'completed')?.stateBytes ?? null,
    },
  }
  return { ...answer, warnings: warningsOf(answer, after) }
}

const refused = (...problems: readonly string[]): WhatIfRefused => ({ kind: 'refused', problems })

/** The edit with every vertex by its id. */
interface NamedEdit {
  readonly parallelism: ReadonlyMap<string, number>
  readonly groups: ReadonlyMap<string, string>
  readonly input: ReadonlyMap<string, number>
  readonly edges: readonly Edge[]
}

function namedBy(
  topology: Topology,
  edit: WhatIfEdit,
): NamedEdit & { readonly problems: readonly string[] } {
  const problems: string[] = []
  const idOf = (name: string) => {
    const found = topology.vertices.filter(({ id }) => id === name)
    const byName = found.length > 0 ? found : topology.vertices.filter((v) => v.name === name)
    if (byName.length !== 1) {
      problems.push(
        byName.length === 0
          ? `there is no vertex "${name}": there are ${topology.vertices.map((v) => `"${v.name}"`).join(', ')}`
          : `"${name}" names ${byName.length} vertices: use the id`,
      )
    }
    return byName.length === 1 ? (byName[0]?.id ?? name) : name
  }
  const mapped = <T>(record: Readonly<Record<string, T>> | undefined) =>
    new Map(Object.entries(record ?? {}).map(([name, value]) => [idOf(name), value]))
  return {
    parallelism: mapped(edit.parallelism),
    groups: mapped(edit.slotSharingGroups),
    input: mapped(edit.inputRecords),
    edges: (edit.edges ?? []).map(({ from, to, strategy }) => ({
      from: idOf(from),
      to: idOf(to),
      strategy,
    })),
    problems,
  }
}

function problemsOf(topology: Topology, { parallelism, edges }: NamedEdit): readonly string[] {
  const tooWide = topology.vertices.flatMap(({ id, name, maxParallelism }) => {
    const wanted = parallelism.get(id)
    return wanted !== undefined && maxParallelism > 0 && wanted > maxParallelism
      ? [
          `"${name}" has a max parallelism of ${maxParallelism}: ${wanted} subtasks would need a new one, which its state does not survive`,
        ]
      : []
  })
  const wrongEdges = edges.flatMap(({ from, to }) => {
    const edge = topology.edges.find((e) => e.from === from && e.to === to)
    if (!edge)
      return [`no edge leads from "${nameOf(topology, from)}" to "${nameOf(topology, to)}"`]
    return edge.strategy === 'REBALANCE' || edge.strategy === 'RESCALE'
      ? []
      : [
          `the edge from "${nameOf(topology, from)}" to "${nameOf(topology, to)}" is ${edge.strategy}: only rebalance and rescale can stand for each other`,
        ]
  })
  return [...tooWide, ...wrongEdges]
}

const nameOf = (topology: Topology, id: string) =>
  topology.vertices.find((vertex) => vertex.id === id)?.name ?? id

/** Flink keeps a forward edge only between equal sizes; between others it rebalances. */
function edited(topology: Topology, { parallelism, groups, edges }: NamedEdit): Topology {
  const vertices = topology.vertices.map((vertex): Vertex => {
    const group = groups.get(vertex.id)
    return {
      ...vertex,
      parallelism: parallelism.get(vertex.id) ?? vertex.parallelism,
      ...(group === undefined ? {} : { slotSharingGroup: group }),
    }
  })
  const size = new Map(vertices.map(({ id, parallelism: p }) => [id, p]))
  return {
    vertices,
    edges: topology.edges.map((edge) => {
      const wanted = edges.find(({ from, to }) => from === edge.from && to === edge.to)
      if (wanted) return wanted
      const torn = edge.strategy === 'FORWARD' && size.get(edge.from) !== size.get(edge.to)
      return torn ? { ...edge, strategy: 'REBALANCE' as const } : edge
    }),
  }
}

interface Prediction {
  readonly before: Topology
  readonly after: Topology
  readonly measured: readonly MeasuredVertex[]
  readonly demands: ReadonlyMap<string, Demand>
  readonly history: TuningHistory
  readonly times: number
}

function predicted(vertex: Vertex, prediction: Prediction): WhatIfVertex {
  const { before, measured, demands, history, times } = prediction
  const one = measured.find((candidate) => candidate.vertex.id === vertex.id)
  const from = before.vertices.find(({ id }) => id === vertex.id)?.parallelism ?? vertex.parallelism
  const to = vertex.parallelism
  const demand = demands.get(vertex.id)
  const arriving = demand && demand.perSecond * times
  const growth = scalabilityOf(history.sizes?.[vertex.id] ?? [])
  const lost = efficiency(from, to, growth)
  const share = (perSubtask: number | undefined) =>
    arriving === undefined || perSubtask === undefined || perSubtask <= 0
      ? null
      : arriving / (to * perSubtask)
  const { value, low, high } = one?.capacity ?? {
    value: undefined,
    low: undefined,
    high: undefined,
  }
  // What is only a prior widens the interval; what was measured at other sizes moves the prediction.
  const expected = value && value * (growth.kind === 'measured' ? lost : 1)
  const after = share(expected)
  const total = one && groupsOf(one)
  const uneven = unevenness(vertex, prediction, total)
  return {
    id: vertex.id,
    name: vertex.name,
    parallelism: { from, to },
    busy: {
      now: one?.load.busy ?? null,
      after,
      low: share(high && high * Math.max(1, lost)),
      high: share(low && low * Math.min(1, lost)),
      busiest: after === null ? null : after * uneven,
    },
    demandPerSecond: arriving ?? null,
    censored: demand?.censored ?? false,
    groups:
      total === undefined
        ? null
        : { total, busiest: Math.ceil(total / to), least: Math.floor(total / to) },
  }
}

/** The busiest subtask against an even share: whole groups, and receivers of a rescale edge. */
function unevenness(vertex: Vertex, { after }: Prediction, groups: number | undefined): number {
  const to = vertex.parallelism
  const byGroups = groups === undefined ? 1 : (Math.ceil(groups / to) * to) / groups
  const byEdges = after.edges
    .filter((edge) => edge.to === vertex.id && edge.strategy === 'RESCALE')
    .map(({ from }) => {
      const senders = after.vertices.find(({ id }) => id === from)?.parallelism ?? to
      return pointwiseImbalance(senders, to)
    })
  return Math.max(byGroups, ...byEdges)
}

/** When a job that ends would be done, at its present sizes and at those of the edit. */
function finishOf(
  view: JobView,
  measured: readonly MeasuredVertex[],
  {
    edit,
    named,
    after,
    history,
  }: { edit: WhatIfEdit; named: NamedEdit; after: Topology; history: TuningHistory },
): WhatIfAnswer['finish'] {
  if (view.run?.bounded !== true) return null
  const unknown = (reason: string) => ({ kind: 'unknown' as const, reason })
  if (view.facts.config?.['execution.runtime-mode']?.toUpperCase() === 'BATCH')
    return unknown(
      'in batch mode Flink sizes vertices by their data (jobmanager.adaptive-batch-scheduler), one stage after the other',
    )
  const given: Input = { records: named.input, basis: 'the input that was given' }
  const input = named.input.size > 0 ? given : inputOf(measured, history)
  if (!input) return unknown('how much its sources have to read is not known: give it')
  const work = workOf(measured, input)
  if (!work)
    return unknown(
      'what a subtask takes, or what becomes of a record, is not known of every vertex',
    )
  const size = new Map(after.vertices.map(({ id, parallelism }) => [id, parallelism]))
  return {
    kind: 'known',
    basis: input.basis,
    records: [...input.records.values()].reduce((a, b) => a + b, 0),
    ms: {
      from: Math.round(finishMs(work, ({ vertex }) => vertex.parallelism)),
      to: Math.round(finishMs(work, ({ vertex }) => size.get(vertex.id) ?? vertex.parallelism)),
    },
    parallelism:
      edit.finishWithinMs === undefined
        ? null
        : Object.fromEntries(sizesWithin(work, edit.finishWithinMs)),
  }
}

/** From here on a vertex has no time left. */
const SATURATED = 0.85

function bottleneckOf(vertices: readonly WhatIfVertex[]): string | null {
  const saturated = vertices.filter(({ busy }) => (busy.busiest ?? 0) >= SATURATED)
  const worst = [...saturated].sort((a, b) => (b.busy.busiest ?? 0) - (a.busy.busiest ?? 0))[0]
  return worst?.id ?? null
}

function memoryOf(view: JobView, { memory }: WhatIfEdit): WhatIfAnswer['memory'] {
  const config = configOf(view)
  const before = taskManagerMemory(config, lineOf(view))
  if (memory === undefined && before.kind === 'refused')
    return { kind: 'unknown', reason: 'how the TaskManagers are configured is not known' }
  const changed = { ...config }
  for (const [key, value] of Object.entries(memory ?? {})) {
    if (value === null) delete changed[key]
    else changed[key] = value
  }
  const after = taskManagerMemory(changed, lineOf(view))
  if (after.kind === 'refused') return after
  const bytes = Object.entries(after.sizes).map(([name, to]): [string, FromTo] => {
    const from =
      before.kind === 'sizes'
        ? Object.entries(before.sizes).find(([n]) => n === name)?.[1]
        : undefined
    return [name, { from: from ?? to, to }]
  })
  return { kind: 'sizes', bytes: Object.fromEntries(bytes) }
}

function networkOf(
  view: JobView,
  before: Topology,
  after: Topology,
  slots: { readonly before: number; readonly after: number },
  memory: WhatIfAnswer['memory'],
): WhatIfAnswer['network'] {
  const configured = memory.kind === 'sizes' ? memory.bytes.networkBytes?.to : undefined
  const reported = view.facts.taskmanagers.findLast(
    ({ networkBytes }) => networkBytes !== undefined,
  )
  return {
    neededBytes: {
      from: gateBytes(before, evenly(before, slots.before)),
      to: gateBytes(after, evenly(after, slots.after)),
    },
    availableBytes: configured ?? reported?.networkBytes ?? null,
    connections: { from: connections(before), to: connections(after) },
  }
}

function connections({ vertices, edges }: Topology): number {
  const size = new Map(vertices.map(({ id, parallelism }) => [id, parallelism]))
  return edges.reduce(
    (sum, { from, to, strategy }) =>
      sum + connectionsOf(size.get(from) ?? 1, size.get(to) ?? 1, strategy),
    0,
  )
}

function warningsOf(answer: Omit<WhatIfAnswer, 'warnings'>, after: Topology): readonly string[] {
  const { vertices, network, memory } = answer
  const mebi = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`
  const warnings = vertices.flatMap(({ name, busy, groups, parallelism, censored }) => [
    ...((busy.busiest ?? 0) >= 1
      ? [`"${name}" would be ${Math.round((busy.busiest ?? 0) * 100)} % busy: it cannot keep up`]
      : []),
    ...(groups && groups.total < parallelism.to
      ? [
          `${parallelism.to - groups.total} subtasks of "${name}" would get nothing: it has ${groups.total} groups or partitions`,
        ]
      : []),
    ...(censored && parallelism.to !== parallelism.from
      ? [`what arrives at "${name}" is known as a lower bound only: it may be busier than this`]
      : []),
    ...(parallelism.to > 3 * parallelism.from
      ? [
          `"${name}" would have more than three times its present size: capacity rarely grows that evenly`,
        ]
      : []),
  ])
  if (network.availableBytes !== null && network.neededBytes.to > network.availableBytes) {
    warnings.push(
      `the gates of a TaskManager may take ${mebi(network.neededBytes.to)} of buffers, it has ${mebi(network.availableBytes)}: the job may not start`,
    )
  }
  if (memory.kind === 'refused') warnings.push(`Flink would not start: ${memory.reason}`)
  const torn = after.edges.filter(({ strategy }) => strategy === 'RESCALE')
  for (const { from, to } of torn) {
    const sizeOf = (id: string) => after.vertices.find((v) => v.id === id)?.parallelism ?? 1
    const uneven = pointwiseImbalance(sizeOf(from), sizeOf(to))
    if (uneven > 1.2)
      warnings.push(
        `rescale from "${nameOf(after, from)}" to "${nameOf(after, to)}" gives one receiver ${Math.round(uneven * 100)} % of an even share: sizes that divide each other do not`,
      )
  }
  return warnings
}
