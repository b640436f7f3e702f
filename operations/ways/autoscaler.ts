const PREFIXES = ['job.autoscaler.', 'kubernetes.operator.job.autoscaler.'] as const

/**
 * Why nothing may be changed where Flink's own autoscaler changes sizes; undefined where it does not. With
 * `scaling.enabled: false` it only advises (AutoScalerOptions).
 */
export function autoscalerIn(config: Readonly<Record<string, unknown>>): string | undefined {
  const value = (key: string) =>
    PREFIXES.map((prefix) => config[prefix + key]).find((one) => one !== undefined)
  const isOn = String(value('enabled') ?? 'false').toLowerCase() === 'true'
  const scales = String(value('scaling.enabled') ?? 'true').toLowerCase() === 'true'
  if (!isOn || !scales) return undefined
  return 'Flink’s autoscaler changes the sizes of this job; switch it off (job.autoscaler.enabled), or leave it to that'
}
