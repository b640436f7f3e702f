import type { ExceptionEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { LogPlace } from '../../core/model/logs.ts'
import { processKey } from '../../core/model/samples.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { faultKind } from '../signals/failures.ts'
import { failuresOf, loggedLine } from '../signals/logged.ts'
import { run } from './job-failed.ts'
import { at, faultEvidence, lineEvidence } from './logged.ts'
import { unknown } from './look-alikes.ts'
import { firstLine } from './words.ts'

/** A loss is told for this long after it happened; then the job runs elsewhere and it is history. */
const TOLD_MS = 2 * 60_000

/** A TaskManager that held tasks of this job and went away, and how we know. */
interface Loss {
  readonly id: string
  readonly at: number
  readonly because: string
  readonly line?: LogPlace
}

/** The JobManager's words on how the process of a worker ended (ActiveResourceManager). */
const ENDS = ['worker-terminated', 'oomkilled']

const losses: Need<readonly Loss[]> = {
  missing: 'the TaskManagers of the cluster (REST), or logs',
  read: ({ facts }) => {
    if (
      facts.taskmanagers.length + failuresOf(facts).length === 0 &&
      !facts.topology &&
      !facts.logs
    )
      return undefined
    return [...deregistered(facts), ...disconnected(facts), ...unreachable(facts)].filter(
      (loss) => facts.at - loss.at <= TOLD_MS,
    )
  },
}

export const taskmanagerLost = defineRule({
  id: 'taskmanager-lost',
  title: 'A TaskManager is gone',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, losses }, toldApartBy: {} },
  levels: {},
  impact: { major: 3 },
  messages: {
    found: '{taskmanager} held tasks of this job and is gone. {because}',
    look: 'Look at how its process ended: exit code, OOMKilled, eviction, node. Its last log lines outlive it only where a log service keeps them.',
    spare:
      'A spare TaskManager (slotmanager.redundant-taskmanager-num) shortens the next recovery.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ run: newest, losses: lost }, _levels, _asked, view) {
    if (newest.state === 'CANCELED' || newest.state === 'FINISHED') return []
    const byId = new Map<string, Loss>()
    for (const loss of lost) byId.set(processKey(loss.id), byId.get(processKey(loss.id)) ?? loss)
    return [...byId.values()].map((loss) => ({
      severity: 'major' as const,
      message: 'found' as const,
      params: { taskmanager: loss.id, because: loss.because },
      subject: {
        subject: { kind: 'taskmanager' as const, cluster: view.facts.ref.cluster, id: loss.id },
        name: loss.id,
      },
      evidence: [
        { label: 'seen at', unit: 'text' as const, observed: new Date(loss.at).toISOString() },
        { label: 'how we know', unit: 'text' as const, observed: loss.because, ...at(loss.line) },
        ...lineEvidence(
          'how it ended',
          loggedLine(view.facts, ENDS, { since: loss.at - TOLD_MS, words: [loss.id] }),
        ),
        ...faultEvidence(view, loss.at),
      ] as const,
      toldApart: [
        unknown('oom-killed', 'needs the pod’s exit reason (Kubernetes)'),
        unknown(
          'heartbeat-timeout',
          'needs the process itself: a frozen one also disconnects in the end',
        ),
      ],
      suggestions: [
        { message: 'look' as const, risk: 'none' as const },
        { message: 'spare' as const, risk: 'restart' as const },
      ],
      sureness: 0.95,
    }))
  },
})

/** The JobManager no longer lists a TaskManager that this job had tasks on. */
function deregistered(facts: JobFacts): readonly Loss[] {
  const used = hostsEverUsed(facts)
  const newest = new Map(facts.taskmanagers.map((event) => [event.id, event]))
  return [...newest.values()].flatMap(({ id, state, at }) =>
    state === 'gone' && used.has(processKey(id))
      ? [{ id, at, because: 'The JobManager no longer lists it.' }]
      : [],
  )
}

/** A task failed because the connection to its TaskManager broke: seen before the heartbeat gives up. */
function disconnected(facts: JobFacts): readonly Loss[] {
  return failuresOf(facts).flatMap((exception) => {
    if (faultKind(exception) !== 'lost') return []
    const id = namedTaskManager(exception, facts)
    return id === undefined
      ? []
      : [
          {
            ...{ id, at: exception.at, because: firstLine(exception.message) },
            ...(exception.line && { line: exception.line }),
          },
        ]
  })
}

/** The JobManager's log says that it is gone: `TaskManager with id tm-1 is no longer reachable.` (ResourceManager). */
function unreachable(facts: JobFacts): readonly Loss[] {
  const used = hostsEverUsed(facts)
  return (facts.logs?.lines ?? []).flatMap((told) => {
    if (told.line.signature !== 'tm-unreachable') return []
    const id = /TaskManager with id (\S{1,200}) is no longer reachable/.exec(told.line.message)?.[1]
    if (id === undefined || !used.has(processKey(id))) return []
    return [{ id, at: told.at, because: firstLine(told.line.message), line: told }]
  })
}

/**
 * The TaskManager that a connection error is about. The exception's own `taskManagerId` is the one
 * that complained, so the message comes first; a host and port is looked up in nothing we have.
 */
function namedTaskManager(exception: ExceptionEvent, facts: JobFacts): string | undefined {
  const known = [...new Set([...facts.taskmanagers.map((t) => t.id), ...hosts(facts)])]
  const text = `${exception.message}\n${exception.stack.slice(0, 4000)}`
  const named = known.filter((id) => text.includes(id)).sort((a, b) => b.length - a.length)[0]
  return named ?? exception.taskmanager
}

function hostsEverUsed(facts: JobFacts): ReadonlySet<string> {
  return new Set(hosts(facts).map(processKey))
}

function hosts(facts: JobFacts): readonly string[] {
  return facts.placements.flatMap((p) => p.tasks.flatMap((task) => task.taskmanager ?? []))
}
