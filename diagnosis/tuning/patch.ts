import type { Advice } from '../../core/model/finding.ts'

/** Lines of a Flink configuration as a FlinkDeployment holds them; `config.yaml` has them flat. */
export function flinkConfigurationPatch(
  values: Readonly<Record<string, string>>,
  removed: readonly string[] = [],
): Advice['patch'] {
  return {
    format: 'yaml',
    title: 'FlinkDeployment',
    text: [
      'spec:',
      '  flinkConfiguration:',
      ...Object.entries(values).map(([key, value]) => `    ${key}: ${value}`),
      ...removed.map((key) => `    # remove ${key}: it would contradict this`),
    ].join('\n'),
  }
}

/** New parallelism of vertices by their ids (`pipeline.jobvertex-parallelism-overrides`, Flink ≥ 1.17). */
export function parallelismPatch(sizes: Readonly<Record<string, number>>): Advice['patch'] {
  const overrides = Object.entries(sizes).map(([vertex, size]) => `${vertex}:${size}`)
  return flinkConfigurationPatch({
    'pipeline.jobvertex-parallelism-overrides': `"${overrides.join(',')}"`,
  })
}
