import { z } from 'zod'
import { isSecret, redactText } from '../../kit/redact.ts'

/** `GET /jobmanager/config` (ClusterConfigHandler): the effective configuration of the cluster. */
export const ConfigList = z.array(z.object({ key: z.string(), value: z.string() }))

/**
 * `GET /jobs/:jobid/config` (JobConfigHandler): `user-config` holds the parameters that a job made global
 * (`ExecutionConfig.setGlobalJobParameters`), as strings; it is empty where it made none.
 */
export const JobConfig = z.object({
  'execution-config': z
    .object({ 'user-config': z.record(z.string(), z.unknown()).nullish() })
    .nullish(),
})

/** Option of Flink under which such parameters may also stand in a configuration (PipelineOptions). */
const PARAMETERS = 'pipeline.global-job-parameters.'
/** Whole programs are handed over this way; what brokers, sizes and modes are is shorter. */
const MOST_PARAMETERS = 200
const LONGEST_VALUE = 1_000

/** The parameters of a job as options, with secrets masked. */
export function jobParameters(config: z.output<typeof JobConfig>): Record<string, string> {
  const given = Object.entries(config['execution-config']?.['user-config'] ?? {})
  return Object.fromEntries(
    given.slice(0, MOST_PARAMETERS).flatMap(([key, value]) => {
      if (typeof value !== 'string') return []
      const told = isSecret(key, value) ? '******' : redactText(value.slice(0, LONGEST_VALUE))
      return [[`${PARAMETERS}${key}`, told]]
    }),
  )
}

/** As a map, with secrets masked: Flink masks some itself (`******`), the rest goes by our own list. */
export function configValues(list: z.output<typeof ConfigList>): Record<string, string> {
  return Object.fromEntries(
    list.map(({ key, value }) => [key, isSecret(key, value) ? '******' : value]),
  )
}
