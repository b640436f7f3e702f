import { disambiguate, formatJobRef, NO_NAMESPACE } from '../../core/model/job-ref.ts'

/** Which job a Flink job id belongs to; the sources of one cluster share it, so that they agree. */
export interface JobNames {
  /** Tells the live runs of the cluster; ended ones keep the name they had. */
  update(
    runs: readonly { readonly run: string; readonly name: string; readonly live: boolean }[],
  ): void
  /** The formatted JobRef; `name` is what is known where the run was never told. */
  jobOf(run: string, name: string): string
}

/** A name is one path segment and a row in a table: what is longer than any file name is cut. */
const NAME_LIMIT = 255

export function createJobNames(cluster: string, namespace: string = NO_NAMESPACE): JobNames {
  const named = new Map<string, string>()
  const refOf = (name: string) =>
    formatJobRef({ cluster, namespace, name: name.slice(0, NAME_LIMIT) || 'unnamed' })
  return {
    update(runs) {
      const live = runs.filter((run) => run.live)
      for (const { run, name, live: isLive } of runs) {
        if (named.has(run)) continue
        const rivals = live.filter((other) => other.name === name && other.run !== run)
        named.set(
          run,
          refOf(
            isLive && rivals.length > 0 ? disambiguate(name.slice(0, NAME_LIMIT - 9), run) : name,
          ),
        )
      }
    },
    jobOf: (run, name) => named.get(run) ?? refOf(name),
  }
}
