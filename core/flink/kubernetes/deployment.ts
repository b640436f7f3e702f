import { z } from 'zod'
import type { DeploymentEvent } from '../../model/kubernetes.ts'
import { Metadata, message, optionalText, present, short } from './object.ts'

/** A word of the operator that we do not know is UNKNOWN: a newer one must not cost us the rest. */
function wordOf<Word extends string>(...words: readonly Word[]) {
  return z.union([z.enum(words), z.string().transform((): 'UNKNOWN' => 'UNKNOWN')]).nullish()
}

/** Epoch ms, which the operator writes as a text in some places and as a number in others. */
const epochMs = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => {
    const at = Number(value)
    return Number.isSafeInteger(at) && at > 0 ? at : undefined
  })

const job = z
  .object({
    parallelism: z.number().int().nullish(),
    state: z.enum(['running', 'suspended']).nullish().catch(undefined),
    upgradeMode: z.enum(['stateless', 'savepoint', 'last-state']).nullish().catch(undefined),
  })
  .nullish()

/** FlinkDeploymentStatus and FlinkSessionJobStatus of `flink.apache.org/v1beta1` (operator 1.0–1.14). */
const status = z
  .object({
    lifecycleState: wordOf(
      'CREATED',
      'SUSPENDED',
      'UPGRADING',
      'DEPLOYED',
      'STABLE',
      'ROLLING_BACK',
      'ROLLED_BACK',
      'FAILED',
      'DELETING',
      'DELETED',
    ),
    jobManagerDeploymentStatus: wordOf(
      'READY',
      'DEPLOYED_NOT_READY',
      'DEPLOYING',
      'MISSING',
      'ERROR',
    ),
    jobStatus: z
      .object({
        jobId: optionalText,
        jobName: optionalText,
        state: optionalText,
        startTime: epochMs,
      })
      .nullish(),
    reconciliationStatus: z
      .object({
        state: wordOf('DEPLOYED', 'UPGRADING', 'ROLLING_BACK', 'ROLLED_BACK'),
        reconciliationTimestamp: epochMs,
        lastReconciledSpec: optionalText,
        lastStableSpec: optionalText,
      })
      .nullish(),
    error: optionalText,
    observedGeneration: z.number().int().nullish(),
  })
  .nullish()

/** An application cluster, or a session cluster when `spec.job` is absent. Its configuration is not read. */
export const FlinkDeployment = z.object({
  metadata: Metadata,
  spec: z.object({
    image: optionalText,
    flinkVersion: optionalText,
    mode: z.enum(['native', 'standalone']).nullish().catch(undefined),
    job,
  }),
  status,
})
export type FlinkDeployment = z.output<typeof FlinkDeployment>

export const FlinkSessionJob = z.object({
  metadata: Metadata,
  spec: z.object({ deploymentName: z.string().min(1), job }),
  status,
})
export type FlinkSessionJob = z.output<typeof FlinkSessionJob>

interface About {
  readonly cluster: string
  readonly gone: boolean
}

export function deploymentWord(
  deployment: FlinkDeployment,
  about: About,
): Omit<DeploymentEvent, 'at'> {
  const { spec } = deployment
  return {
    ...commonWord('FlinkDeployment', deployment, about),
    ...present({
      image: spec.image && short(spec.image),
      flinkVersion: spec.flinkVersion && short(spec.flinkVersion),
      // The operator's default.
      mode: spec.mode ?? 'native',
    }),
  }
}

export function sessionJobWord(job: FlinkSessionJob, about: About): Omit<DeploymentEvent, 'at'> {
  return commonWord('FlinkSessionJob', job, about)
}

function commonWord(
  kind: DeploymentEvent['kind'],
  {
    metadata,
    spec,
    status,
  }: Pick<FlinkDeployment, 'metadata' | 'status'> & {
    readonly spec: { readonly job?: z.output<typeof job> }
  },
  about: About,
): Omit<DeploymentEvent, 'at'> {
  const reconciliation = status?.reconciliationStatus
  return {
    type: 'deployment',
    cluster: about.cluster,
    namespace: metadata.namespace,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    state: about.gone ? 'gone' : 'present',
    ...present({
      lifecycle: status?.lifecycleState ?? undefined,
      jobManager: status?.jobManagerDeploymentStatus ?? undefined,
      flinkJob: status?.jobStatus ? flinkJobOf(status.jobStatus) : undefined,
      reconciliation: reconciliation?.state ?? undefined,
      reconciledAt: reconciliation?.reconciliationTimestamp,
      appliedIsStable: isStable(reconciliation),
      generation: metadata.generation,
      observedGeneration: status?.observedGeneration ?? undefined,
      wanted: spec.job ? (spec.job.state ?? 'running') : undefined,
      upgradeMode: spec.job?.upgradeMode ?? undefined,
      parallelism: spec.job?.parallelism ?? undefined,
      error: status?.error ? errorOf(status.error) : undefined,
    }),
  }
}

function flinkJobOf(told: {
  readonly jobId: string | undefined
  readonly jobName: string | undefined
  readonly state: string | undefined
  readonly startTime: number | undefined
}): NonNullable<DeploymentEvent['flinkJob']> {
  return present({
    id: told.jobId && short(told.jobId),
    name: told.jobName && short(told.jobName),
    state: told.state && short(told.state),
    startedAt: told.startTime,
  })
}

/** As ReconciliationStatus.isLastReconciledSpecStable: the two are texts, compared as they are. */
function isStable(
  told:
    | {
        readonly lastReconciledSpec: string | undefined
        readonly lastStableSpec: string | undefined
      }
    | null
    | undefined,
): boolean | undefined {
  // Nothing has been applied yet, so there is nothing to be stable.
  if (told?.lastReconciledSpec === undefined) return undefined
  return told.lastReconciledSpec === told.lastStableSpec
}

const OperatorError = z.object({ type: optionalText, message: optionalText })

/** `status.error` is an exception as JSON text (FlinkResourceException), in old operators a plain text. */
function errorOf(text: string): NonNullable<DeploymentEvent['error']> {
  const { type, message: sentence } = OperatorError.safeParse(jsonOf(text)).data ?? {}
  return {
    ...present({ type: type && short(type) }),
    message: message(sentence ?? text),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
