import type { JobFacts } from '../../core/model/facts.ts'
import type { LogPlace } from '../../core/model/logs.ts'
import { JOBMANAGER } from '../../core/model/samples.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { podExits } from '../signals/pods.ts'
import { at } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { mebibytes, seconds } from './words.ts'

/** A process that the kernel killed because its container asked for more memory than it may have. */
interface Kill {
  readonly taskmanager: string | undefined
  readonly name: string
  readonly at: number
  readonly how: string
  readonly limitBytes: number | undefined
  readonly line?: LogPlace
}

/** A kill is told for this long; then it is history. */
const TOLD_MS = 15 * 60_000

const kills: Need<readonly Kill[]> = {
  missing:
    'pods (agent.kubernetes), control groups (an agent beside the TaskManagers), or logs of the JobManager',
  read({ facts }) {
    const exits = podExits(facts, facts.at - TOLD_MS)
    const counted = countedKills(facts)
    const logged = loggedKills(facts)
    // Logs tell of kills where Kubernetes runs the workers; their silence proves nothing.
    if (exits === undefined && counted === undefined && logged.length === 0) return undefined
    const told = (exits ?? [])
      .filter(({ exit }) => exit.meaning === 'out-of-memory-kill')
      .map(({ pod, container, exit, at }): Kill => {
        const limits = pod.containers.find(({ name }) => name === container)?.limits
        return {
          ...{ taskmanager: pod.taskmanager, name: pod.name, at },
          how: `container ${container} ended with ${exit.exitCode}, ${exit.reason ?? 'no reason given'}`,
          limitBytes: limits?.memoryBytes,
        }
      })
    return [told, counted ?? [], logged].find(({ length }) => length > 0) ?? []
  },
}

export const oomKilled = defineRule({
  id: 'oom-killed',
  title: 'The kernel killed a process for its memory',
  category: 'memory',
  scope: 'job',
  stage: 'trial',
  needs: { required: { kills }, toldApartBy: {} },
  levels: {},
  impact: { crit: 4 },
  messages: {
    found:
      '{name} was killed {ago} ago because its container wanted more memory than its limit{limit}: {how}.',
    native:
      'It is memory beside the heap that grows: raise taskmanager.memory.jvm-overhead.fraction or .max, keep RocksDB inside managed memory, look at native libraries and threads.',
    notHeap: 'A larger heap makes it worse: it leaves less of the limit for the rest.',
  },
  explains: [
    { rule: 'taskmanager-lost', where: 'job' },
    { rule: 'heartbeat-timeout', where: 'job' },
    { rule: 'restart-loop', where: 'job' },
    { rule: 'jobmanager-failover', where: 'job' },
    { rule: 'crash-loop', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ kills: list }, _levels, asked, { facts }) {
    return list.map(({ taskmanager, name, at: moment, how, limitBytes, line }) => ({
      severity: 'crit' as const,
      message: 'found' as const,
      params: {
        name,
        how,
        ago: seconds(facts.at - moment),
        limit: limitBytes === undefined ? '' : ` of ${mebibytes(limitBytes)}`,
      },
      subject:
        taskmanager === undefined
          ? asked
          : {
              subject: {
                kind: 'taskmanager' as const,
                cluster: facts.ref.cluster,
                id: taskmanager,
              },
              name: taskmanager,
            },
      evidence: [
        { label: 'how we know', unit: 'text' as const, observed: how, ...at(line) },
        { label: 'at', unit: 'text' as const, observed: new Date(moment).toISOString() },
      ] as const,
      toldApart: [
        no('heap-oom', 'the JVM said nothing: it was the kernel that ended it'),
        no('taskmanager-lost', 'a pod that is evicted or drained is told to go, not killed'),
        unknown('rss-headroom', 'what grew beside the heap is not known'),
      ],
      suggestions: [
        { message: 'native' as const, risk: 'restart' as const },
        { message: 'notHeap' as const, risk: 'none' as const },
      ],
      sureness: 0.95,
    }))
  },
})

/** What the JobManager's log says of workers that Kubernetes ended (ActiveResourceManager, PodTerminationDetails). */
function loggedKills({ logs, at }: JobFacts): readonly Kill[] {
  return (logs?.lines ?? []).flatMap((line) => {
    const { signature, message } = line.line
    if (signature !== 'oomkilled' || at - line.at > TOLD_MS) return []
    const id = /Worker (\S{1,200}) is terminated/.exec(message)?.[1]
    const how = 'its container ended with 137, OOMKilled, as the JobManager logged'
    const about = { at: line.at, how, limitBytes: undefined, line }
    return [{ ...about, taskmanager: id, name: id ?? 'A worker' }]
  })
}

/** The kernel's own count of kills in a control group that lives on, as of a container with several processes. */
function countedKills(facts: JobFacts): readonly Kill[] | undefined {
  const counted = facts.processes.filter(
    ({ values, process }) => values.oomKills !== undefined && process !== JOBMANAGER,
  )
  if (counted.length === 0) return undefined
  const ids = [...new Set(counted.map(({ process }) => process))]
  return ids.flatMap((id) => {
    const own = counted.filter(({ process }) => process === id)
    const step = own.findLastIndex(
      ({ values }, index) =>
        index > 0 && (values.oomKills ?? 0) > (own[index - 1]?.values.oomKills ?? 0),
    )
    const at = own[step]?.at
    if (at === undefined || facts.at - at > TOLD_MS) return []
    return [
      {
        ...{ taskmanager: id, name: id, at },
        how: 'its control group counted a kill',
        limitBytes: own[step]?.values.memoryLimitBytes,
      },
    ]
  })
}
