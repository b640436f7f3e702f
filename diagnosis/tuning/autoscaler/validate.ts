import { excludedPeriodProblem } from './excluded-periods.ts'
import { autoscalerOptions, type Release } from './options.ts'

/** What the autoscaler refuses in its own configuration (AutoscalerValidator); undefined while it is off or all is well. */
export function autoscalerProblem(
  config: Readonly<Record<string, string | undefined>>,
  release: Release,
): string | undefined {
  if (config['job.autoscaler.enabled'] !== 'true') return undefined
  const o = autoscalerOptions(config)
  const main = release === 'main'
  const ranges: readonly (readonly [string, number, number, number, boolean?])[] = [
    ['scale-down.max-factor', o.scaleDownMaxFactor, 0, Number.POSITIVE_INFINITY],
    ['scale-up.max-factor', o.scaleUpMaxFactor, 0, Number.POSITIVE_INFINITY],
    ['utilization.target', o.utilizationTarget, 0, 1],
    [
      'target.utilization.boundary',
      given(config, 'target.utilization.boundary', 0.3),
      0,
      Number.POSITIVE_INFINITY,
    ],
    [
      'utilization.max',
      given(config, 'utilization.max', o.utilizationTarget),
      o.utilizationTarget,
      1,
    ],
    [
      'utilization.min',
      given(config, 'utilization.min', o.utilizationTarget),
      0,
      o.utilizationTarget,
    ],
    ['memory.gc-pressure.threshold', o.gcPressureThreshold, 0, 1, main],
    ['memory.heap-usage.threshold', o.heapUsageThreshold, 0, 1, main],
    [
      'observed-scalability.coefficient-min',
      o.scalabilityCoefficientMin,
      0.01,
      1,
      !main || o.observedScalability,
    ],
    ['scaling.effectiveness.threshold', o.effectivenessThreshold, 0, 1, main && o.blockIneffective],
    ['memory.tuning.overhead', o.memoryOverhead, 0, 1, main && o.memoryTuning],
  ]
  const outside = ranges.find(
    ([, value, min, max, looked = true]) => looked && (value < min || value > max),
  )
  if (outside) {
    const [name, value, min, max] = outside
    return `job.autoscaler.${name} is ${value}; it has to lie between ${min} and ${max}`
  }
  return o.excludedPeriods.flatMap((period) => excludedPeriodProblem(period) ?? [])[0]
}

function given(
  config: Readonly<Record<string, string | undefined>>,
  name: string,
  fallback: number,
): number {
  const text = config[`job.autoscaler.${name}`]
  return text === undefined ? fallback : Number(text)
}
