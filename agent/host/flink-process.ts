/** A JVM of Flink, as its command line tells. */
export interface FlinkProcess {
  readonly pid: number
  readonly role: 'taskmanager' | 'jobmanager'
  /** `taskmanager.resource-id`, where the command line has it: it is what metrics and REST call it. */
  readonly resourceId: string | undefined
  /** `kubernetes.cluster-id`, where the command line has it. */
  readonly clusterId: string | undefined
}

/** Main classes that a Flink JVM is started with, 1.17–2.x (flink-dist, bin/*.sh and the Kubernetes entry points). */
const TASKMANAGERS = [
  'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
  'org.apache.flink.kubernetes.taskmanager.KubernetesTaskExecutorRunner',
  'org.apache.flink.yarn.YarnTaskExecutorRunner',
]
const JOBMANAGERS = [
  'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint',
  'org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint',
  'org.apache.flink.kubernetes.entrypoint.KubernetesSessionClusterEntrypoint',
  'org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint',
  'org.apache.flink.yarn.entrypoint.YarnSessionClusterEntrypoint',
  'org.apache.flink.yarn.entrypoint.YarnApplicationClusterEntryPoint',
  'org.apache.flink.yarn.entrypoint.YarnJobClusterEntrypoint',
]

/** Reads `/proc/PID/cmdline` (words ended by NUL). Undefined when it is not a JVM of Flink. */
export function flinkProcessOf(pid: number, cmdline: string): FlinkProcess | undefined {
  const words = cmdline.split('\0')
  const isTaskManager = words.some((word) => TASKMANAGERS.includes(word))
  if (!isTaskManager && !words.some((word) => JOBMANAGERS.includes(word))) return undefined
  return {
    pid,
    role: isTaskManager ? 'taskmanager' : 'jobmanager',
    resourceId: optionOf(words, 'taskmanager.resource-id'),
    clusterId: optionOf(words, 'kubernetes.cluster-id'),
  }
}

/** `-Dname=value` or `-D name=value`; the last one holds, as for Flink. */
function optionOf(words: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (const word of words) {
    const option = word.startsWith('-D') ? word.slice(2) : word
    if (option.startsWith(`${name}=`)) found = option.slice(name.length + 1)
  }
  return found === '' ? undefined : found
}
