import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import { type NoRequirements, requirementsClient } from '../../core/flink/client/requirements.ts'
import type { WritingTransport } from '../../core/flink/client/transport.ts'
import { configValues } from '../../core/flink/rest/config.ts'
import {
  type Requirements,
  sameRequirements,
  withSizes,
} from '../../core/flink/rest/requirements.ts'
import { WeirError } from '../../core/kit/errors.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { moreSlots } from '../facts/job-facts.ts'
import type { Application, Resize } from '../journal/application.ts'
import { type Refusal, refuse } from '../policy/refusal.ts'
import { counted } from '../words.ts'
import { autoscalerIn } from './autoscaler.ts'
import type { Way } from './way.ts'

/**
 * Through `PUT /jobs/:id/resource-requirements` of the adaptive scheduler (since 1.18): the job goes on from its newest
 * checkpoint with other sizes, in place.
 * @param clusters how to reach the JobManager of a cluster, by its name
 */
export function adaptiveScheduler(clusters: ReadonlyMap<string, WritingTransport>): Way {
  const clientOf = (job: string) => {
    const transport = clusters.get(clusterOf(job))
    // What was written through a JobManager that is configured no more cannot be followed up.
    if (!transport) throw new WeirError(notConfigured(clusterOf(job)))
    return requirementsClient(transport)
  }
  return {
    async prepare(facts, resized, { growsOnDemand }, signal) {
      const cluster = clusterOf(facts.job)
      const transport = clusters.get(cluster)
      if (!transport) return refuse('unreachable', notConfigured(cluster))
      const flink = flinkRest(transport)
      const config = configValues((await flink.jobManagerConfig(signal)).value)
      const other = configRefusal(config, cluster)
      if (other) return other
      const answer = await requirementsClient(transport).read(facts.run, signal)
      if (answer.kind !== 'known') return refuse('scheduler', reasonOf(answer, cluster))
      const before = answer.requirements
      const asked = askedRefusal(before, resized, cluster)
      if (asked) return asked
      const sizes = Object.fromEntries(resized.map(({ vertex, to }) => [vertex, to]))
      const missing = moreSlots(facts.vertices, sizes)
      if (missing > 0 && !growsOnDemand) {
        const { value: overview } = await flink.overview(signal)
        const few = slotRefusal(missing, overview['slots-available'])
        if (few) return few
      }
      return { way: 'rest', before, after: withSizes(before, sizes) }
    },

    async write({ job, run, written }, which, signal) {
      const sizes = sizesIn(written)[which]
      const answer = await clientOf(job).write(run, sizes, signal)
      if (answer.kind === 'taken') return undefined
      if (answer.kind === 'refused') return { reason: `Flink refused it: ${answer.reason}` }
      return { reason: reasonOf(answer, clusterOf(job)) }
    },

    async standing({ job, run, written }, signal) {
      const answer = await clientOf(job).read(run, signal)
      if (answer.kind !== 'known') return 'gone'
      const { before, after } = sizesIn(written)
      if (sameRequirements(answer.requirements, after)) return 'after'
      return sameRequirements(answer.requirements, before) ? 'before' : 'other'
    },
  }
}

/** Others that decide about sizes in this cluster. */
function configRefusal(
  config: Readonly<Record<string, string>>,
  cluster: string,
): Refusal | undefined {
  const autoscaler = autoscalerIn(config)
  if (autoscaler !== undefined) return refuse('conflict', autoscaler)
  if (config['scheduler-mode']?.toLowerCase() !== 'reactive') return undefined
  return refuse(
    'scheduler',
    `${cluster} is in reactive mode: its job takes whatever slots there are`,
  )
}

/** What was asked for and does not run, or runs and was not asked for, is somebody else's change under way. */
function askedRefusal(
  requirements: Requirements,
  resized: readonly Resize[],
  cluster: string,
): Refusal | undefined {
  for (const { vertex, name, from } of resized) {
    const asked = requirements[vertex]?.parallelism.upperBound
    if (asked === undefined) return refuse('moved', `${cluster} knows no vertex ${name}`)
    if (asked !== from) {
      return refuse(
        'moved',
        `${name} runs with ${counted(from, 'subtask')}, but ${asked} were asked for: slots may be missing, or somebody else is changing it`,
      )
    }
  }
  return undefined
}

function slotRefusal(missing: number, free: number): Refusal | undefined {
  if (free >= missing) return undefined
  return refuse(
    'slots',
    `it needs ${counted(missing, 'more slot')}, ${free} ${free === 1 ? 'is' : 'are'} free; add TaskManagers, or set growsOnDemand where they come by themselves`,
  )
}

function sizesIn(written: Application['written']) {
  if (written.way === 'rest') return written
  throw new WeirError(`A change by way of ${written.way} was handed to the adaptive scheduler.`)
}

const clusterOf = (job: string): string => parseJobRef(job)?.cluster ?? ''

const notConfigured = (cluster: string) =>
  `the JobManager of ${cluster} is not configured: name it in operations.clusters`

function reasonOf({ kind }: NoRequirements, cluster: string): string {
  const otherwise = 'or use the way "deployment" or "print"'
  if (kind === 'gone') return `${cluster} does not know the job (any more)`
  if (kind === 'too-old') {
    return `Flink of ${cluster} is older than 1.18 and cannot change sizes while a job runs; ${otherwise.slice(3)}`
  }
  return `the scheduler of ${cluster} is not the adaptive one, which alone changes sizes while a job runs: set jobmanager.scheduler: adaptive there, ${otherwise}`
}
