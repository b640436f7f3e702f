import type { RunEvent } from '../../core/model/events.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { faultKind, firstFault } from '../signals/failures.ts'
import { failuresOf, firstLoggedFault } from '../signals/logged.ts'
import type { JobView } from '../signals/view.ts'
import { at, faultEvidence, logged, wordsOf } from './logged.ts'
import { firstLine } from './words.ts'

export const run: Need<RunEvent> = {
  missing: 'the state of the job (REST)',
  read: (view) => view.run,
}

export const jobFailed = defineRule({
  id: 'job-failed',
  title: 'The job has failed',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run }, toldApartBy: { logged } },
  levels: {},
  impact: { crit: 10 },
  messages: {
    found: '{job} is FAILED and will not restart. First fault: {fault}',
    unexplained:
      '{job} is FAILED and will not restart; its exception history is empty, and {logs}.',
    restore: 'Fix the first fault, then restart from the newest checkpoint: {checkpoint}',
    strategy: 'An exponential-delay restart strategy survives a fault that passes by itself.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'taskmanager-lost', where: 'job' },
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ run: { state, endedAt, since }, logged: logs }, _levels, { name }, view) {
    if (state !== 'FAILED') return []
    const failures = failuresOf(view.facts)
    const told =
      firstFault(failures, view.facts) ??
      failures.find((e) => faultKind(e) !== 'echo') ??
      failures[0]
    const failedAt = endedAt ?? since
    const fault = told
      ? { words: `${told.root}: ${firstLine(told.message)}`, task: told.task, line: told.line }
      : loggedFault(view, failedAt)
    const restorable = view.facts.checkpoints.filter((c) => c.state === 'completed').at(-1)
    return [
      {
        severity: 'crit',
        message: fault ? 'found' : 'unexplained',
        params: {
          job: name,
          fault: fault?.words ?? '',
          logs: logs === undefined ? 'no logs are followed' : 'its logs name no fault',
          checkpoint: restorable?.externalPath ?? 'none is known',
        },
        evidence: [
          { label: 'state of the job', unit: 'text', observed: 'FAILED' },
          { label: 'failed at', unit: 'text', observed: new Date(failedAt).toISOString() },
          ...(fault
            ? [
                {
                  label: `first fault${fault.task ? `, in ${fault.task}` : ''}`,
                  unit: 'text' as const,
                  observed: fault.words,
                  ...at(fault.line),
                },
              ]
            : []),
          ...(told ? faultEvidence(view, failedAt) : []),
        ],
        suggestions: [
          { message: 'restore', risk: 'state' },
          { message: 'strategy', risk: 'restart' },
        ],
        sureness: 1,
      },
    ]
  },
})

/** What the logs name where the history is silent: of a job whose JobManager went with it, say. */
function loggedFault({ facts }: JobView, failedAt: number) {
  const fault = firstLoggedFault(facts, failedAt)
  return fault && { words: wordsOf(fault.told), task: undefined, line: fault.told }
}
