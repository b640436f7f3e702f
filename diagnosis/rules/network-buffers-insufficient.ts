import { defineRule, grade } from '../engine/rule.ts'
import { run } from './job-failed.ts'
import { at } from './logged.ts'
import { no } from './look-alikes.ts'
import { toldFailures } from './told-failures.ts'
import { firstLine, plural } from './words.ts'

export const networkBuffersInsufficient = defineRule({
  id: 'network-buffers-insufficient',
  title: 'Too little network memory to start',
  category: 'memory',
  scope: 'job',
  stage: 'stable',
  needs: {
    required: { run, refused: toldFailures(/Insufficient number of network buffers/) },
    toldApartBy: {},
  },
  levels: { refused: { crit: 1, help: 'Tasks that found no network buffers to start with.' } },
  impact: { crit: 9 },
  messages: {
    found: 'Tasks of {job} cannot start for want of network buffers. {fault}',
    memory:
      'Raise taskmanager.memory.network.min and .max (or .fraction): an exchange between all subtasks needs two buffers per channel, so it grows with the square of the parallelism.',
    shape: 'Or lower the parallelism, or put fewer slots on a TaskManager.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'no-slots', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ refused }, levels, { name }) {
    const reached = grade(refused.length, levels.refused)
    const [first] = refused
    if (!reached || !first) return []
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: { job: name, fault: firstLine(first.message, 240) },
        evidence: [
          {
            label: 'tasks refused in 15 minutes',
            unit: 'count',
            observed: refused.length,
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: 'first word',
            unit: 'text',
            observed: firstLine(first.message),
            ...at(first.line),
          },
        ],
        toldApart: [
          no(
            'restart-loop',
            `all ${plural(refused.length, 'failure')} came before a record was read`,
          ),
          no('no-slots', 'the tasks had slots: they were refused memory in them'),
        ],
        suggestions: [
          { message: 'memory', risk: 'restart' },
          { message: 'shape', risk: 'restart' },
        ],
        sureness: 1,
      },
    ]
  },
})
