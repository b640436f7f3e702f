import { z } from 'zod'
import { SourceError, WeirError } from '../../core/kit/errors.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import type { Application } from '../journal/application.ts'
import { type Refusal, refuse } from '../policy/refusal.ts'
import { autoscalerIn } from './autoscaler.ts'
import type { Deployments } from './deployments-client.ts'
import { OVERRIDES, overridesText, parseOverrides } from './overrides.ts'
import type { Way } from './way.ts'

/** FlinkDeployment of `flink.apache.org/v1beta1`, as far as a change of sizes looks at it. */
const Deployment = z.object({
  metadata: z.object({ resourceVersion: z.string(), generation: z.int().optional() }),
  spec: z.object({
    job: z
      .object({
        state: z.string().nullish(),
        upgradeMode: z.string().nullish(),
      })
      .nullish(),
    flinkConfiguration: z.record(z.string(), z.unknown()).nullish(),
  }),
  status: z
    .object({ lifecycleState: z.string().nullish(), observedGeneration: z.int().nullish() })
    .nullish(),
})
type Deployment = z.output<typeof Deployment>

/** Its operator has done what was asked of it last. */
const AT_REST: readonly string[] = ['DEPLOYED', 'STABLE']

/**
 * Through `pipeline.jobvertex-parallelism-overrides` of the FlinkDeployment that has the name of the job. Its operator
 * changes a job of the adaptive scheduler in place, and redeploys any other after its `upgradeMode`.
 */
export function flinkDeployment(deployments: Deployments): Way {
  const read = async (job: string, signal: AbortSignal): Promise<Deployment | undefined> => {
    const { namespace, name } = placeOf(job)
    const found = await deployments.get(namespace, name, signal)
    if (found === undefined) return undefined
    const parsed = Deployment.safeParse(found)
    if (parsed.success) return parsed.data
    throw new SourceError(
      `FlinkDeployment ${namespace}/${name} is in a shape Weir does not know: ${parsed.error.issues[0]?.path.join('.')}.`,
      { code: 'source-shape', cause: parsed.error },
    )
  }
  return {
    async prepare(facts, resized, _policy, signal) {
      const { namespace, name } = placeOf(facts.job)
      const found = await read(facts.job, signal)
      if (!found) {
        return refuse(
          'unreachable',
          `there is no FlinkDeployment ${name} in the namespace ${namespace}`,
        )
      }
      const refused = restRefusal(found)
      if (refused) return refused
      const before = overridesIn(found)
      const sizes = typeof before === 'string' ? parseOverrides(before) : {}
      if (before === undefined || sizes === undefined) {
        return refuse(
          'conflict',
          `${OVERRIDES} of FlinkDeployment ${name} is not written as "id:parallelism,…"; it would be lost`,
        )
      }
      const changed = Object.fromEntries(resized.map(({ vertex, to }) => [vertex, to]))
      return { way: 'deployment', before, after: overridesText({ ...sizes, ...changed }) }
    },

    async write({ job, written }, which, signal) {
      const { before, after } = valuesIn(written)
      const [wanted, expected] = which === 'after' ? [after, before] : [before, after]
      const found = await read(job, signal)
      if (!found) return { reason: 'the FlinkDeployment is gone' }
      if (overridesIn(found) !== expected) return { reason: CHANGED }
      const { resourceVersion } = found.metadata
      const { namespace, name } = placeOf(job)
      const patch = {
        metadata: { resourceVersion },
        // A null takes the key away (RFC 7386).
        spec: { flinkConfiguration: { [OVERRIDES]: wanted } },
      }
      const answer = await deployments.patch(namespace, name, patch, signal)
      return answer === 'conflict' ? { reason: CHANGED } : undefined
    },

    async standing({ job, written }, signal) {
      const found = await read(job, signal)
      if (!found) return 'gone'
      const { before, after } = valuesIn(written)
      const now = overridesIn(found)
      if (now === after) return 'after'
      return now === before ? 'before' : 'other'
    },
  }
}

const CHANGED = 'somebody changed the FlinkDeployment meanwhile'

function placeOf(job: string): { readonly namespace: string; readonly name: string } {
  const ref = parseJobRef(job)
  if (!ref) throw new WeirError(`"${job}" is no name of a job.`)
  return ref
}

function valuesIn(written: Application['written']) {
  if (written.way === 'deployment') return written
  throw new WeirError(`A change by way of ${written.way} was handed to the FlinkDeployments.`)
}

/** Null where there are none; undefined where they are written in a form that cannot be added to. */
function overridesIn({ spec: { flinkConfiguration } }: Deployment): string | null | undefined {
  // Since 1.13 the operator takes nested keys as well.
  const nested = flinkConfiguration?.pipeline
  if (
    typeof nested === 'object' &&
    nested !== null &&
    'jobvertex-parallelism-overrides' in nested
  ) {
    return undefined
  }
  const value = flinkConfiguration?.[OVERRIDES]
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : undefined
}

/** Why this deployment is not touched now. */
function restRefusal({ metadata, spec, status }: Deployment): Refusal | undefined {
  if (!spec.job) {
    return refuse('conflict', 'this FlinkDeployment is a session cluster: use the way "rest"')
  }
  if (spec.job.state === 'suspended') return refuse('not-running', 'its specification is suspended')
  if ((spec.job.upgradeMode ?? 'stateless') === 'stateless') {
    return refuse(
      'conflict',
      'its upgradeMode is stateless: where the operator redeploys it, the state would be lost',
    )
  }
  const autoscaler = autoscalerIn(spec.flinkConfiguration ?? {})
  if (autoscaler !== undefined) return refuse('conflict', autoscaler)
  const { lifecycleState, observedGeneration } = status ?? {}
  const behind =
    typeof observedGeneration === 'number' && observedGeneration < (metadata.generation ?? 0)
  if (behind || !AT_REST.includes(lifecycleState ?? '')) {
    return refuse(
      'conflict',
      `its operator is at work on it (${lifecycleState ?? 'nothing said yet'})`,
    )
  }
  return undefined
}
