import type { ExceptionEvent, RunEvent } from '../../core/model/events.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { faultKind, firstFault, vertexOfException } from '../signals/failures.ts'
import { nameOf } from '../signals/load.ts'
import { type Failure, failuresOf } from '../signals/logged.ts'
import { run } from './job-failed.ts'
import { at } from './logged.ts'
import { no } from './look-alikes.ts'
import { firstLine, plural, seconds } from './words.ts'

const WINDOW_MS = 15 * 60_000
/** A loop that has stood still this long, with the job RUNNING, is over. */
const CALM_MS = 90_000

export const restartLoop = defineRule({
  id: 'restart-loop',
  title: 'The job restarts again and again',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, faults: ownFaults() }, toldApartBy: {} },
  levels: {
    faults: { major: 2, crit: 3, help: 'Failures of the job’s own tasks in 15 minutes.' },
  },
  impact: { major: 4, crit: 6 },
  messages: {
    found:
      '{vertex} has failed {times} in {span}, and the job restarts each time. First fault: {fault}',
    fix: 'Fix the first fault; restarts repeat it, because the input that caused it is read again.',
    delay: 'Until then an exponential-delay restart strategy spares the systems around the job.',
  },
  explains: [
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'gc-pressure', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 3,

  evaluate({ run: newest, faults }, { faults: level }, asked, view) {
    const reached = grade(faults.length, level)
    const last = faults.at(-1)
    const first = firstFault(failuresOf(view.facts), view.facts) ?? faults[0]
    if (!reached || !last || !first) return []
    if (isOver(newest, last, view.facts.at)) return []
    const vertex = vertexOfException(view.facts, first)
    const name = vertex === undefined ? asked.name : nameOf(view.facts.topology, vertex)
    const spanMs = last.at - (faults[0]?.at ?? last.at)
    const fault = `${first.root}: ${firstLine(first.message)}`
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          times: plural(faults.length, 'time'),
          span: seconds(spanMs),
          fault,
        },
        ...(vertex === undefined
          ? {}
          : {
              subject: {
                subject: { kind: 'vertex' as const, job: view.facts.job, run: newest.run, vertex },
                name,
              },
            }),
        evidence: [
          {
            label: 'failures in 15 minutes',
            unit: 'count',
            observed: faults.length,
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: `first fault${first.task ? `, in ${first.task}` : ''}`,
            unit: 'text',
            observed: fault,
            ...at(first.line),
          },
        ],
        toldApart: [
          no('taskmanager-lost', 'the failures were thrown by the job’s own tasks'),
          no('no-slots', 'the failures are not about missing slots'),
        ],
        suggestions: [
          { message: 'fix', risk: 'none' },
          { message: 'delay', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.7 + 0.1 * faults.length),
      },
    ]
  },
})

/** Waiting for slots or for a lost TaskManager restarts every two seconds as well: only own failures count. */
function ownFaults(): Need<readonly Failure[]> {
  return {
    missing: 'the exception history (REST), or logs',
    read: ({ facts }) =>
      failuresOf(facts).filter((e) => faultKind(e) === 'task' && facts.at - e.at <= WINDOW_MS),
  }
}

function isOver(newest: RunEvent, last: ExceptionEvent, at: number): boolean {
  return newest.state === 'RUNNING' && at - last.at > CALM_MS
}
