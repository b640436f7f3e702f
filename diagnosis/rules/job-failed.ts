import type { RunEvent } from '../../core/model/events.ts'
import { defineRule, type Need } from '../engine/rule.ts'
import { faultKind, firstFault } from '../signals/failures.ts'
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
  needs: { required: { run }, toldApartBy: {} },
  levels: {},
  impact: { crit: 10 },
  messages: {
    found: '{job} is FAILED and will not restart. First fault: {fault}',
    unexplained: '{job} is FAILED and will not restart; its exception history is empty.',
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

  evaluate({ run: { state, endedAt, since } }, _levels, { name }, view) {
    if (state !== 'FAILED') return []
    const { exceptions, checkpoints } = view.facts
    const fault =
      firstFault(view.facts) ?? exceptions.find((e) => faultKind(e) !== 'echo') ?? exceptions[0]
    const restorable = checkpoints.filter((c) => c.state === 'completed').at(-1)
    return [
      {
        severity: 'crit',
        message: fault ? 'found' : 'unexplained',
        params: {
          job: name,
          fault: fault ? `${fault.root}: ${firstLine(fault.message)}` : '',
          checkpoint: restorable?.externalPath ?? 'none is known',
        },
        evidence: [
          { label: 'state of the job', unit: 'text', observed: 'FAILED' },
          { label: 'failed at', unit: 'text', observed: new Date(endedAt ?? since).toISOString() },
          ...(fault
            ? [
                {
                  label: `first fault${fault.task ? `, in ${fault.task}` : ''}`,
                  unit: 'text' as const,
                  observed: `${fault.root}: ${firstLine(fault.message)}`,
                },
              ]
            : []),
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
