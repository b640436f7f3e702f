import { NO_NAMESPACE, parseJobRef } from '../../core/model/job-ref.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import type { Resize } from '../journal/application.ts'
import { OVERRIDES, overridesText } from './overrides.ts'

/** What a person would type to do the same: at the FlinkDeployment where there may be one, else at the JobManager. */
export function commandFor(
  { job, run, vertices }: Pick<JobFacts, 'job' | 'run' | 'vertices'>,
  resized: readonly Pick<Resize, 'vertex' | 'to'>[],
  jobManager: string | undefined,
): string {
  const { namespace = NO_NAMESPACE, name = '' } = parseJobRef(job) ?? {}
  const sizes = Object.fromEntries(resized.map(({ vertex, to }) => [vertex, to]))
  if (namespace !== NO_NAMESPACE) {
    const patch = { spec: { flinkConfiguration: { [OVERRIDES]: overridesText(sizes) } } }
    return `kubectl -n ${quoted(namespace)} patch flinkdeployment ${quoted(name)} --type merge -p ${quoted(JSON.stringify(patch))}`
  }
  const body = Object.fromEntries(
    vertices.map(({ id, parallelism }) => [
      id,
      { parallelism: { lowerBound: 1, upperBound: sizes[id] ?? parallelism } },
    ]),
  )
  const url = `${jobManager ?? 'http://JOBMANAGER:8081'}/jobs/${run}/resource-requirements`
  return `curl -X PUT ${quoted(url)} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`
}

/** As one word of a shell, whatever stands in it. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
