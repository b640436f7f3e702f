import { configValues, jobParameters } from '../../core/flink/rest/config.ts'
import { isBounded, topologyOf } from '../../core/flink/rest/job-detail.ts'
import type { JobOverview } from '../../core/flink/rest/jobs.ts'
import { SourceError } from '../../core/kit/errors.ts'
import type { Topology } from '../../core/model/topology.ts'
import { type ClusterState, events } from './cluster.ts'
import type { RunReader } from './flink-rest.ts'

export interface GraphReader extends RunReader {
  topologyOf(run: string): Topology | undefined
}

/**
 * The job graph, once per change of the run's state (a rescale changes it), and once per run the cluster's
 * configuration with the job's own parameters.
 */
export function graphReader(state: ClusterState): GraphReader {
  const graphs = new Map<string, { readonly word: string; readonly topology: Topology }>()
  const configured = new Set<string>()

  /** Nothing where they are not told: an old Flink, a proxy that hides them. */
  const parametersOf = async (run: JobOverview, signal: AbortSignal) => {
    try {
      return jobParameters((await state.rest.jobConfig(run.jid, signal)).value)
    } catch (error) {
      if (error instanceof SourceError && error.code !== 'source-unreachable') return {}
      throw error
    }
  }

  const configOf = async (run: JobOverview, job: string, signal: AbortSignal) => {
    if (configured.has(run.jid)) return []
    try {
      const { value, at } = await state.rest.jobManagerConfig(signal)
      const values = { ...configValues(value), ...(await parametersOf(run, signal)) }
      configured.add(run.jid)
      return events({ type: 'config', at, job, run: run.jid, values })
    } catch (error) {
      if (error instanceof SourceError && error.code !== 'source-unreachable') return []
      throw error
    }
  }

  return {
    topologyOf: (run) => graphs.get(run)?.topology,
    async read(run, job, signal) {
      const known = graphs.get(run.jid)
      const word = `${run.state} ${run['last-modification']}`
      if (known?.word === word) return configOf(run, job, signal)
      const { value, at } = await state.rest.job(run.jid, signal)
      if (isBounded(value)) state.bounded.add(run.jid)
      // While a rescaling job is being laid out its plan may be empty.
      if (value.vertices.length === 0) return []
      const topology = topologyOf(value)
      graphs.set(run.jid, { word, topology })
      const told = JSON.stringify(known?.topology) === JSON.stringify(topology)
      return [
        ...(told ? [] : events({ type: 'topology', at, job, run: run.jid, topology })),
        ...(await configOf(run, job, signal)),
      ]
    },
    keepOnly(runs) {
      for (const run of graphs.keys()) if (!runs.has(run)) graphs.delete(run)
      for (const run of configured) if (!runs.has(run)) configured.delete(run)
    },
  }
}
