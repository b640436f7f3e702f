import type { Need } from '../engine/rule.ts'

/** The cluster's configuration as Flink reports it; what a job sets in its own code is not in it. */
export const config: Need<Readonly<Record<string, string>>> = {
  missing: 'the configuration of the cluster (REST)',
  read: ({ facts }) => facts.config,
}
