import { exitMeaning } from '../../core/flink/kubernetes/exit-meaning.ts'
import type { PodEvent } from '../../core/model/kubernetes.ts'
import type { ProcessSample } from '../../core/model/samples.ts'
import type { Situation } from './case-file.ts'
import { parseDurationMs, parseSeries } from './series.ts'

/** Pods as Kubernetes would tell them. */
export function podsOf({ pods = [] }: Situation, begin: number): PodEvent[] {
  return pods.map((pod) => {
    const at = begin + parseDurationMs(pod.at)
    const { component = 'taskmanager', phase = 'Running', waiting, restarts = 0, last } = pod
    return {
      type: 'pod',
      ...{
        at,
        cluster: 'lab',
        namespace: 'flink',
        name: pod.name,
        uid: pod.name,
        component,
        phase,
      },
      ...(pod.taskmanager === undefined ? {} : { taskmanager: pod.taskmanager }),
      ready: phase === 'Running' && waiting === undefined,
      conditions:
        pod.unschedulable === undefined
          ? []
          : [
              {
                ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', since: at },
                message: pod.unschedulable,
              },
            ],
      containers: [
        {
          ...{
            name: 'flink-main-container',
            part: 'app',
            image: pod.image ?? 'shop/flink:7',
            restarts,
          },
          ...{ requests: {}, limits: { memoryBytes: 2 ** 31 } },
          state: waiting
            ? { kind: 'waiting' as const, reason: waiting.reason, message: waiting.message ?? '' }
            : { kind: 'running' as const },
          ...(last && {
            last: {
              ...{ exitCode: last.code, reason: last.reason, finishedAt: at },
              meaning: exitMeaning({ exitCode: last.code, reason: last.reason, component }),
            },
          }),
        },
      ],
      createdAt: at,
    } satisfies PodEvent
  })
}

/** The kernel's enforcement periods, 100 ms each, under a limit of two cores. */
const PERIOD_MS = 100

/** What an agent beside a TaskManager would read from its control group. */
export function cgroupsOf(situation: Situation, stepMs: number, begin: number): ProcessSample[] {
  return Object.entries(situation.processes ?? {}).flatMap(([process, { throttled, kills }]) => {
    const shares = parseSeries(throttled ?? '_')
    const counts = parseSeries(kills ?? '_')
    let throttledPeriods = 0
    return Array.from({ length: Math.max(shares.length, counts.length) }, (_, index) => {
      throttledPeriods += ((shares[index] ?? 0) * stepMs) / PERIOD_MS
      const oomKills = counts[index]
      return {
        ...{ cluster: 'lab', process, via: 'cgroup' as const, at: begin + index * stepMs },
        values: {
          ...(throttled !== undefined && {
            ...{ throttledPeriods, cpuPeriods: (index * stepMs) / PERIOD_MS },
            ...{ cgroupCpuMs: index * stepMs, cpuQuotaCores: 2 },
          }),
          ...(oomKills === undefined ? {} : { oomKills }),
        },
      }
    })
  })
}
