import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import { cpuPerBusy } from '../signals/process.ts'
import type { JobView } from '../signals/view.ts'
import { capacityOf, type Demand, demandOf } from './capacity.ts'

/** Busy share to aim at: the rest is room for peaks, restarts and catching up (autoscaler default). */
const TARGET_BUSY = 0.7

/** What a measured busy share may lie above the target before one subtask more is asked for. */
const BUSY_TOLERANCE = 0.03

/** Parallelism that carries what arrives at the vertex of a flow finding, or why none is given. */
export function adviseParallelism(
  view: JobView,
  finding: Finding,
): Advice | Abstention | undefined {
  const { subject } = finding.subject
  if (subject.kind !== 'vertex') return undefined
  const target = finding.subject
  const vertex = view.facts.topology?.vertices.find((candidate) => candidate.id === subject.vertex)
  const capacity = capacityOf(view, subject.vertex)
  const demand = demandOf(view, subject.vertex)
  if (!vertex) return { target, reason: 'the job graph is not known' }
  if (!capacity || !demand || capacity.value <= 0) {
    return { target, reason: 'too few samples to know what one subtask can take' }
  }
  const needed = (perSubtask: number) =>
    Math.ceil(demand.perSecond / ((TARGET_BUSY + BUSY_TOLERANCE) * perSubtask))
  const from = vertex.parallelism
  const limit = vertex.maxParallelism > 0 ? vertex.maxParallelism : Number.POSITIVE_INFINITY
  const to = Math.min(Math.max(needed(capacity.value), from + 1), limit)
  if (to <= from) return { target, reason: `it already runs at its max parallelism of ${limit}` }
  const low = Math.min(Math.max(needed(capacity.high), from + 1), to)
  const high = Math.max(to, Math.min(capacity.low > 0 ? needed(capacity.low) : to, limit))
  return {
    kind: 'parallelism',
    target,
    cause: finding.key,
    from,
    to,
    low,
    high,
    unit: 'subtasks',
    confidence: confidenceOf(finding, demand, high - low),
    basis: basisOf(capacity.value, demand),
    effect: `${Math.round((100 * demand.perSecond) / (to * capacity.value))} % busy instead of ${Math.round(100 * (view.loads.find((l) => l.vertex === subject.vertex)?.busy ?? 1))} %${demand.censored ? ', if no more arrives than it takes now' : ''}`,
    cost: 'one restart from the newest checkpoint; its length has not been measured for this job yet',
    falsifiedBy: `${target.name} still above 85 % busy ten minutes after the change, or one subtask now taking less than ${Math.round(capacity.value * 0.8)} records/s`,
    warnings: warningsOf(view, finding, subject.vertex, to),
    patch: {
      format: 'yaml',
      title: 'FlinkDeployment',
      text: [
        'spec:',
        '  flinkConfiguration:',
        `    pipeline.jobvertex-parallelism-overrides: "${subject.vertex}:${to}"`,
      ].join('\n'),
    },
  }
}

function basisOf(capacity: number, demand: Demand): string {
  const arriving = `${demand.censored ? 'at least ' : ''}${Math.round(demand.perSecond)} records/s`
  return `one subtask takes ${Math.round(capacity)} records/s when busy all the time; ${arriving} arrive (${demand.basis})`
}

function confidenceOf(finding: Finding, demand: Demand, spread: number): number {
  const factor = (demand.censored ? 0.7 : 0.95) * (spread <= 1 ? 1 : 0.8)
  return Math.round(finding.confidence.value * factor * 100) / 100
}

function warningsOf(
  view: JobView,
  finding: Finding,
  vertex: string,
  to: number,
): readonly string[] {
  const warnings: string[] = []
  if (finding.rule === 'blocking-call') {
    warnings.push(
      'It waits rather than computes: asynchronous I/O, batching or a cache is the better cure, and more subtasks ask the other system more often.',
    )
  }
  const cpu = cpuPerBusy(view.facts, view.loads, view.processes, vertex)
  if (cpu && cpu.value >= 0.5) {
    warnings.push(
      `It computes: ${to} subtasks need about ${(to * cpu.value * TARGET_BUSY).toFixed(1)} cores at the target.`,
    )
  }
  const slots = view.facts.taskmanagers.at(-1)
  if (slots && freeSlots(view) === 0)
    warnings.push('No slot is free: the job needs more TaskManagers for it.')
  return warnings
}

function freeSlots(view: JobView): number {
  const newest = new Map(view.facts.taskmanagers.map((event) => [event.id, event]))
  return [...newest.values()].reduce(
    (sum, t) => sum + (t.state === 'registered' ? t.freeSlots : 0),
    0,
  )
}
