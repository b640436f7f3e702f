import type { Advice } from '../../core/model/finding.ts'

/** Lines of a Flink configuration as a FlinkDeployment holds them; `config.yaml` has them flat. */
function flinkConfigurationPatch(values: Readonly<Record<string, string>>): Advice['patch'] {
  return {
    format: 'yaml',
    title: 'FlinkDeployment',
    text: ['spec:', ...configurationLines(values)].join('\n'),
  }
}

function configurationLines(values: Readonly<Record<string, string>>): readonly string[] {
  const lines = Object.entries(values).map(([key, value]) => `    ${key}: ${value}`)
  return lines.length === 0 ? [] : ['  flinkConfiguration:', ...lines]
}

const PROCESS = 'taskmanager.memory.process.size'

/**
 * Sizes of memory. On Kubernetes the operator writes the process size from the resource of the pod, which wins over
 * the configuration.
 */
export function memoryPatch(
  values: Readonly<Record<string, string>>,
  onKubernetes: boolean,
): Advice['patch'] {
  const { [PROCESS]: process, ...others } = values
  if (!onKubernetes || process === undefined) return flinkConfigurationPatch(values)
  return {
    format: 'yaml',
    title: 'FlinkDeployment',
    text: [
      'spec:',
      '  taskManager:',
      '    resource:',
      `      memory: "${process}"`,
      ...configurationLines(others),
    ].join('\n'),
  }
}

/** CPU of a TaskManager: Flink's pods get it from the deployment, other containers from whoever starts them. */
export function cpuPatch(cores: number, onKubernetes: boolean): Advice['patch'] {
  return onKubernetes
    ? {
        format: 'yaml',
        title: 'FlinkDeployment',
        text: ['spec:', '  taskManager:', '    resource:', `      cpu: ${cores}`].join('\n'),
      }
    : {
        format: 'yaml',
        title: 'the container of the TaskManagers',
        text: ['resources:', '  limits:', `    cpu: "${cores}"`].join('\n'),
      }
}

/** New parallelism of vertices by their ids (`pipeline.jobvertex-parallelism-overrides`, Flink ≥ 1.17). */
export function parallelismPatch(sizes: Readonly<Record<string, number>>): Advice['patch'] {
  const overrides = Object.entries(sizes).map(([vertex, size]) => `${vertex}:${size}`)
  return flinkConfigurationPatch({
    'pipeline.jobvertex-parallelism-overrides': `"${overrides.join(',')}"`,
  })
}
