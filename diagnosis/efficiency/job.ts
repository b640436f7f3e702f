import type { JobEfficiency, Savings, Use } from '../../core/api/efficiency.ts'
import { slotsOf } from '../../core/model/topology.ts'
import type { ClusterUse } from '../../core/store/use.ts'
import type { ClusterState, Evaluated } from '../rounds/evaluated.ts'
import { DAY_MS } from '../tuning/history.ts'
import { LIVE_SHARE } from '../tuning/memory/pools.ts'
import type { EfficiencyConfig } from './config.ts'
import { classOf, cpuOf, memoryOf, registered } from './use.ts'

/** What one job is judged by. */
export interface JobQuestion {
  readonly evaluated: Evaluated
  readonly team: string
  readonly cluster: ClusterState | undefined
  readonly use: ClusterUse | undefined
  /** Slots that all jobs of its cluster hold together. */
  readonly slotsOfCluster: number
  readonly prices: Pick<EfficiencyConfig, 'pricePerCoreHour' | 'pricePerGibHour'>
}

const WINDOW_MS = 300_000
/** Busy share that a peak may reach. */
const PEAK_BUSY = 0.7

/** A job holds slots while its run is not over. */
export function slotsHeld({ diagnosis: { run }, facts: { topology } }: Evaluated): number {
  const over = run === undefined || run.endedAt !== undefined || run.state === 'SUSPENDED'
  return over || !topology ? 0 : slotsOf(topology.vertices)
}

export function jobEfficiency(question: JobQuestion): JobEfficiency {
  const { evaluated, team, cluster, use, slotsOfCluster, prices } = question
  const { ref } = evaluated.facts
  const slots = slotsHeld(evaluated)
  const shared = slots < slotsOfCluster
  const part = { share: slotsOfCluster > 0 ? slots / slotsOfCluster : 0, use, cluster }
  const [cpu, memory] = [cpuOf(part), memoryOf(part)]
  const idleSlots = idleBeside(cluster, shared)
  const slotUse = classOf(idleSlots === null ? null : slots / Math.max(1, slots + idleSlots))
  const observedMs = (use?.windows ?? 0) * WINDOW_MS
  return {
    ...{ job: evaluated.diagnosis.job, ...ref, team, shared, slots, idleSlots },
    ...{ cpu, memory, slotUse, low: isLow(cpu, memory, slotUse), observedMs },
    savings: observedMs < DAY_MS ? null : savingsOf(cpu, memory, prices),
  }
}

/** In a session cluster a free slot waits for anybody: it is nobody's waste. */
function idleBeside(cluster: ClusterState | undefined, shared: boolean): number | null {
  const all = registered(cluster)
  if (all.length === 0) return null
  return shared ? 0 : all.reduce((sum, { freeSlots }) => sum + freeSlots, 0)
}

/**
 * What is used of one resource is a reason to keep the TaskManagers as they are. An empty heap alone says nothing: a
 * job may compute at its limit and keep no state.
 */
function isLow(cpu: Use, memory: Use, slotUse: JobEfficiency['slotUse']): boolean | null {
  if (slotUse === 'low') return true
  if (cpu.class === 'unknown') return null
  return cpu.class === 'low' && (memory.class === 'low' || memory.class === 'unknown')
}

const GIBI = 2 ** 30

function savingsOf(cpu: Use, memory: Use, prices: JobQuestion['prices']): Savings {
  const cores = spareOf(cpu, PEAK_BUSY)
  const memoryBytes = spareOf(memory, LIVE_SHARE)
  const { pricePerCoreHour: core, pricePerGibHour: gib } = prices
  const priced = [
    ...(core === undefined || cores === null ? [] : [cores * core]),
    ...(gib === undefined || memoryBytes === null ? [] : [(memoryBytes / GIBI) * gib]),
  ]
  const perHour = priced.length === 0 ? null : priced.reduce((a, b) => a + b, 0)
  return { cores, memoryBytes, perHour }
}

function spareOf({ allotted, peak }: Use, at: number): number | null {
  return allotted === null || peak === null ? null : Math.max(0, allotted - peak / at)
}
