import type { SeriesView } from '../../core/api/public.ts'
import type { SeriesRef } from '../../core/model/finding.ts'
import { processKey } from '../../core/model/samples.ts'
import { isSource } from '../../core/model/topology.ts'
import type { Evaluated } from '../rounds/evaluated.ts'
import type { History, Span } from './history.ts'
import {
  checkpointSeries,
  type Grid,
  gridOf,
  type Points,
  peakSeries,
  shareSeries,
  sumSeries,
} from './series.ts'
import { longestStretchMs, metricsOf, processStretches, taskStretches } from './stretches.ts'

export interface SeriesQuestion extends Span {
  readonly signal: SeriesRef['signal']
  readonly vertex?: string | undefined
  readonly process?: string | undefined
  readonly over?: 'mean' | 'max' | undefined
  readonly stepMs?: number | undefined
}

/** Reads what a series needs and draws it. Ratios are shares of one, `cpu` is in cores. */
export async function seriesView(
  evaluated: Evaluated,
  question: SeriesQuestion,
  history: History,
): Promise<SeriesView> {
  const { signal, vertex, process, over, from, to } = question
  const grid = gridOf(from, to, question.stepMs)
  return {
    signal,
    ...(vertex === undefined ? {} : { vertex }),
    ...(process === undefined ? {} : { process }),
    ...(over === undefined ? {} : { over }),
    unit: unitOf(signal),
    from: grid.from,
    to: grid.to,
    stepMs: grid.stepMs,
    points: await pointsFor(evaluated, question, grid, history),
  }
}

function unitOf(signal: SeriesRef['signal']): SeriesView['unit'] {
  switch (signal) {
    case 'recordsPerSecond':
      return 'perSecond'
    case 'checkpointMs':
      return 'ms'
    case 'busy':
    case 'backpressured':
    case 'idle':
    case 'gc':
    case 'heap':
    case 'cpu':
      return 'ratio'
  }
}

async function pointsFor(
  { diagnosis, facts }: Evaluated,
  { signal, vertex = '', process = '', over = 'mean' }: SeriesQuestion,
  grid: Grid,
  history: History,
): Promise<Points> {
  const { job } = diagnosis
  // A difference that ends in the range may begin before it.
  const span = { from: grid.from - longestStretchMs(grid), to: grid.to }
  // What is read is a little longer than what is shown, and its length chooses the tables.
  const longestMs = longestStretchMs(span)
  switch (signal) {
    case 'busy':
    case 'backpressured':
    case 'idle':
      return (over === 'max' ? peakSeries : shareSeries)(
        taskStretches(await history.tasks(job, vertex, span, metricsOf(signal)), signal, longestMs),
        grid,
      )
    case 'recordsPerSecond': {
      // Flink counts no input of a source.
      const source = facts.topology !== undefined && isSource(facts.topology, vertex)
      const records = source ? 'recordsOut' : 'recordsIn'
      const samples = await history.tasks(job, vertex, span, metricsOf(records))
      return sumSeries(taskStretches(samples, records, longestMs), grid)
    }
    case 'gc':
    case 'heap':
    case 'cpu': {
      const samples = await history.processes(facts.ref.cluster, processKey(process), span)
      return shareSeries(processStretches(samples, signal, longestMs), grid)
    }
    case 'checkpointMs':
      return checkpointSeries(await history.checkpoints(job, span), grid)
  }
}
