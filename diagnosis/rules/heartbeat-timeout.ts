import type { ExceptionEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { processKey } from '../../core/model/samples.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { faultKind } from '../signals/failures.ts'
import { type Failure, failuresOf } from '../signals/logged.ts'
import { run } from './job-failed.ts'
import { at } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { durationOf, firstLine, seconds } from './words.ts'

/** A timeout is told for this long; then the job runs elsewhere and it is history. */
const TOLD_MS = 2 * 60_000

/** Flink's words of both lines: `Heartbeat of TaskManager with id x timed out`, 2.x with `The` before it. */
const TIMED_OUT = /heartbeat of TaskManager with id (.+?)(?:\([^)]*\))? timed out/i

interface Timeout {
  readonly id: string
  readonly exception: Failure
  /** Its process did not answer our scrapes either, or did; undefined where nobody scrapes it. */
  readonly answers: boolean | undefined
}

const timeouts: Need<readonly Timeout[]> = {
  missing: 'the exception history (REST), or logs',
  read: ({ facts, run: newest }) =>
    newest === undefined
      ? undefined
      : failuresOf(facts).flatMap((exception) => {
          const id = TIMED_OUT.exec(`${exception.message}\n${exception.stack.slice(0, 4000)}`)?.[1]
          if (id === undefined || facts.at - exception.at > TOLD_MS) return []
          return wasCut(facts, exception) ? [] : [{ id, exception, answers: answersOf(facts, id) }]
        }),
}

export const heartbeatTimeout = defineRule({
  id: 'heartbeat-timeout',
  title: 'A TaskManager stopped answering',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, timeouts }, toldApartBy: {} },
  levels: {},
  impact: { major: 3 },
  messages: {
    found:
      '{taskmanager} sent no heartbeat for heartbeat.timeout{set}, though no connection to it broke: it was frozen, paused or cut off.',
    pause:
      'Look at what stopped it: a full collection (its GC log), throttled CPU, a frozen node or container, swapping, a partition of the network.',
    timeout: 'A longer heartbeat.timeout only hides it, unless the pauses are known and meant.',
  },
  explains: [
    { rule: 'taskmanager-lost', where: 'host' },
    { rule: 'restart-loop', where: 'job' },
    { rule: 'no-slots', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ run: newest, timeouts: list }, _levels, _asked, { facts }) {
    if (newest.state === 'CANCELED' || newest.state === 'FINISHED') return []
    const byId = new Map(list.map((one) => [processKey(one.id), one]))
    const set = durationOf(facts.config?.['heartbeat.timeout'])
    return [...byId.values()].map(({ id, exception, answers }) => ({
      severity: 'major' as const,
      message: 'found' as const,
      params: { taskmanager: id, set: set === undefined ? '' : ` (${seconds(set)})` },
      subject: {
        subject: { kind: 'taskmanager' as const, cluster: facts.ref.cluster, id },
        name: id,
      },
      evidence: [
        {
          ...{ label: 'Flink says', unit: 'text' as const },
          ...{ observed: firstLine(exception.message), ...at(exception.line) },
        },
        { label: 'at', unit: 'text' as const, observed: new Date(exception.at).toISOString() },
        {
          label: 'its reporter',
          unit: 'text' as const,
          observed:
            answers === undefined ? 'is not scraped' : answers ? 'answers' : 'does not answer',
        },
      ] as const,
      toldApart: [
        no('taskmanager-lost', 'its connections did not break, as they do when a process ends'),
        unknown('gc-pressure', 'a pause that stops everything is not measured while it lasts'),
        unknown('cpu-throttled', 'needs the control group of the TaskManager'),
      ],
      suggestions: [
        { message: 'pause' as const, risk: 'none' as const },
        { message: 'timeout' as const, risk: 'restart' as const },
      ],
      sureness: answers === false ? 0.95 : 0.85,
    }))
  },
})

/** A process that ends breaks its connections at once; its heartbeats then time out all the same. */
function wasCut(facts: JobFacts, timeout: ExceptionEvent): boolean {
  return failuresOf(facts).some(
    (one) =>
      faultKind(one) === 'lost' &&
      !TIMED_OUT.test(`${one.message}\n${one.stack.slice(0, 4000)}`) &&
      one.at < timeout.at &&
      timeout.at - one.at < TOLD_MS,
  )
}

function answersOf(facts: JobFacts, id: string): boolean | undefined {
  const last = facts.processes.findLast(
    ({ process, values }) => processKey(process) === processKey(id) && values.up !== undefined,
  )
  return last === undefined ? undefined : last.values.up === 1
}
