import { JOBMANAGER, processKey } from '../../core/model/samples.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { no, unknown } from './look-alikes.ts'
import { seconds } from './words.ts'

/** A TaskManager whose reporter answers and that the JobManager does not list. */
interface Stranger {
  readonly id: string
  readonly sinceMs: number
}

const FRESH_MS = 30_000

const strangers: Need<readonly Stranger[]> = {
  missing: 'the TaskManagers that the JobManager lists (REST) and their own reporters',
  read({ facts }) {
    const scraped = facts.processes.filter(
      ({ via, process }) => via === 'flink-prometheus' && process !== JOBMANAGER,
    )
    const isAway = facts.clusters.at(-1)?.state === 'unreachable'
    if (facts.taskmanagers.length === 0 || scraped.length === 0 || isAway) return undefined
    const newest = new Map(facts.taskmanagers.map((one) => [processKey(one.id), one]))
    const told = new Map<string, (typeof scraped)[number][]>()
    for (const sample of scraped) {
      const id = processKey(sample.process)
      if (newest.get(id)?.state === 'registered') continue
      told.set(id, [...(told.get(id) ?? []), sample])
    }
    return [...told].flatMap(([id, own]) => {
      const isAnswering = ({ values }: (typeof own)[number]) => values.up !== 0
      const last = own.at(-1)
      const known = newest.get(id)
      if (!last || facts.at - last.at > FRESH_MS) return []
      const silent = own.findLastIndex((sample) => !isAnswering(sample))
      const first = own[silent + 1]
      if (!first) return []
      return [{ id: last.process, sinceMs: facts.at - Math.max(first.at, known?.at ?? 0) }]
    })
  },
}

export const registrationFailed = defineRule({
  id: 'registration-failed',
  title: 'A TaskManager runs and is not registered',
  category: 'failures',
  scope: 'job',
  stage: 'trial',
  needs: { required: { strangers }, toldApartBy: {} },
  levels: {
    running: {
      minor: 60,
      major: 180,
      help: 'Seconds that it has answered its reporter without being listed; it tries again every ten seconds (cluster.registration.error-delay).',
    },
  },
  impact: { minor: 0.5, major: 2 },
  messages: {
    found:
      '{taskmanager} has been running for {running}, but the JobManager does not list it: its slots cannot be used.',
    way: 'Look at its log for "Could not resolve ResourceManager address": the name of the JobManager, network policies, ports, TLS, rights on the HA config map.',
  },
  explains: [{ rule: 'no-slots', where: 'job' }],
  opensAfter: 2,
  resolvesAfter: 1,

  evaluate({ strangers: list }, { running }, _asked, { facts }) {
    return list.flatMap(({ id, sinceMs }) => {
      const reached = grade(sinceMs / 1000, running)
      if (!reached) return []
      return [
        {
          severity: reached.severity,
          message: 'found' as const,
          params: { taskmanager: id, running: seconds(sinceMs) },
          subject: {
            subject: { kind: 'taskmanager' as const, cluster: facts.ref.cluster, id },
            name: id,
          },
          evidence: [
            {
              label: 'seconds it has run without being listed',
              unit: 'count' as const,
              observed: Math.round(sinceMs / 1000),
              limit: reached.limit,
              bad: 'above' as const,
            },
          ] as const,
          toldApart: [
            no('taskmanager-lost', 'its reporter answers'),
            unknown('unschedulable', 'needs the pods (Kubernetes)'),
          ],
          suggestions: [{ message: 'way' as const, risk: 'none' as const }],
          sureness: 0.7,
        },
      ]
    })
  },
})
