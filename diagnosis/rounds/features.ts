import { JOBMANAGER, processKey } from '../../core/model/samples.ts'
import type { Topology } from '../../core/model/topology.ts'
import type { ProcessPulse, Pulse, VertexPulse } from '../../core/store/pulses/pulse.ts'
import { HYSTERESIS } from '../engine/ask.ts'
import { isSpare } from '../rules/memory-over-provisioned.ts'
import { SILENT_MS } from '../rules/no-traffic.ts'
import { CALM, overProvisioned, timesTooWide, widthFor } from '../rules/over-provisioned.ts'

/** The parts of a job that its pulse is about. */
export interface About {
  readonly run: string
  readonly sources: readonly string[]
  readonly hosts: ReadonlySet<string>
  readonly topology: Topology
}

/**
 * All of a pulse on which an answer of a rule hangs that a quiet job may have, as one text: where two pulses
 * have the same, those rules say the same. Undefined where sources disagree, or where a feature lies so near
 * its limit that the next sample decides.
 */
export function featuresOf(pulse: Pulse, about: About): string | undefined {
  const vertices = pulse.vertices.filter(({ run }) => run === about.run)
  if (vertices.length === 0 || vertices.length < pulse.vertices.length) return undefined
  const parts = [
    widthOf(vertices, about.topology),
    workOf(vertices),
    flowOf(vertices, about.sources),
    silenceOf(vertices.filter(({ vertex }) => about.sources.includes(vertex))),
    spareOf(pulse.processes, about.hosts),
  ]
  if (parts.includes(undefined)) return undefined
  const shapes = [
    ...vertices.map(({ vertex, via, series, shape }) => `${vertex} ${via} ${series} ${shape}`),
    ...pulse.processes.map(({ process, via, shape }) => `${process} ${via} ${shape}`),
    ...pulse.runs.map(({ run, shape }) => `${run} ${shape}`),
  ]
  return [pulse.words, ...parts, ...shapes.sort()].join('\n')
}

const { minor: TIMES = 1 } = overProvisioned.levels.times ?? {}

/** Whether the job is too wide for its work, by a limit that opens a finding and by the one that holds it. */
function widthOf(vertices: readonly VertexPulse[], topology: Topology): string | undefined {
  const widths = new Map<string, number>()
  for (const { vertex, loads, busySum } of vertices) {
    if (loads === 0) continue
    const width = widthFor(busySum)
    if ((widths.get(vertex) ?? width) !== width) return undefined
    widths.set(vertex, width)
  }
  const times = timesTooWide(topology, widths)
  return [TIMES, TIMES * HYSTERESIS].map((limit) => times >= limit).join(' ')
}

/** Whether the busiest subtask of all has little to do. */
function workOf(vertices: readonly VertexPulse[]): 'little' | 'much' | undefined {
  const measured = vertices.filter(({ loads }) => loads > 0)
  if (measured.every(({ busiest }) => busiest < CALM)) return 'little'
  const names = new Set(measured.map(({ vertex }) => vertex))
  const isMuch = [...names].some((name) =>
    measured.every(({ vertex, busiest }) => vertex !== name || busiest >= CALM),
  )
  return isMuch ? 'much' : undefined
}

/** Longer than any window of loads: a counter that has stood so long makes a rate of exactly zero. */
const STILL_MS = 100_000

function flowOf(
  vertices: readonly VertexPulse[],
  sources: readonly string[],
): 'flows' | 'still' | undefined {
  const isFlowing = vertices.some(
    ({ vertex, outPerSecond }) => outPerSecond > 0 && sources.includes(vertex),
  )
  if (isFlowing) return 'flows'
  const isStill = (ms: number | undefined) => ms === undefined || ms >= STILL_MS
  return vertices.every(({ inStoodMs, outStoodMs }) => isStill(inStoodMs) && isStill(outStoodMs))
    ? 'still'
    : undefined
}

/** Two sources of one counter may be this far apart. */
const APART_MS = 30_000

/** Whether any source has sent a record lately; undefined about when `no-traffic` would find out. */
function silenceOf(sources: readonly VertexPulse[]): 'lively' | 'silent' | 'untold' | undefined {
  const told = sources.flatMap(({ vertex, outStoodMs }) =>
    outStoodMs === undefined ? [] : [{ vertex, ms: outStoodMs }],
  )
  if (told.length === 0) return 'untold'
  const names = [...new Set(told.map(({ vertex }) => vertex))]
  const isLively = names.some((name) =>
    told.every(({ vertex, ms }) => vertex !== name || ms < SILENT_MS - APART_MS),
  )
  if (isLively) return 'lively'
  return told.every(({ ms }) => ms >= SILENT_MS) ? 'silent' : undefined
}

/** The TaskManagers of the job most of whose heap is never used. */
function spareOf(
  processes: readonly ProcessPulse[],
  hosts: ReadonlySet<string>,
): string | undefined {
  const spare = new Map<string, boolean>()
  for (const { process, lows, highestLow, heapMaxBytes, gcShare } of processes) {
    const key = processKey(process)
    if (process === JOBMANAGER || !hosts.has(key) || heapMaxBytes === undefined) continue
    const is = gcShare !== undefined && isSpare(lows, highestLow, heapMaxBytes, gcShare)
    if ((spare.get(key) ?? is) !== is) return undefined
    spare.set(key, is)
  }
  return [...spare]
    .flatMap(([key, is]) => (is ? [key] : []))
    .sort()
    .join(' ')
}
