import { defineRule, grade, type Need } from '../engine/rule.ts'
import { type ThreadGrowth, threadsOf } from '../signals/threads.ts'
import { no, unknown } from './look-alikes.ts'
import { seconds } from './words.ts'

const threads: Need<ThreadGrowth> = {
  missing:
    'the number of live threads of the TaskManager, for forty seconds (Prometheus reporter, or REST)',
  read: ({ facts }, { subject }) =>
    subject.kind === 'taskmanager' ? threadsOf(facts, subject.id) : undefined,
}

/** Fewer are a pool that was not full yet. */
export const GREW = 50

export const threadLeak = defineRule({
  id: 'thread-leak',
  title: 'Threads are started and never end',
  category: 'memory',
  scope: 'taskmanager',
  stage: 'stable',
  needs: { required: { threads }, toldApartBy: {} },
  levels: {
    perMinute: {
      minor: 40,
      major: 150,
      help: 'Threads that a TaskManager has more each minute, steadily over up to 90 s and by at least 50.',
    },
  },
  impact: { minor: 0.5, major: 2.2 },
  messages: {
    found:
      '{taskmanager} has {from} → {to} threads in {span}, {perMinute} more each minute: something starts them and never ends them.',
    dump: 'Take a thread dump of {taskmanager} (the page of the TaskManager has one): the name of most of them tells who starts them.',
    close:
      'Make clients and executors once in open(), not per record, and end them in close(). The limit of threads of the container or user ends the process (unable to create native thread).',
  },
  explains: [
    { rule: 'taskmanager-lost', where: 'host' },
    { rule: 'gc-pressure', where: 'host' },
  ],
  opensAfter: 1,
  resolvesAfter: 3,

  evaluate({ threads: { from, to, spanMs, isSteady } }, { perMinute: level }, { name }, { facts }) {
    if (!isSteady || to - from < GREW) return []
    const perMinute = ((to - from) * 60_000) / spanMs
    const reached = grade(perMinute, level)
    if (!reached) return []
    const restarted = facts.exceptions.some(({ at }) => facts.at - at <= spanMs)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          taskmanager: name,
          from,
          to,
          span: seconds(spanMs),
          perMinute: Math.round(perMinute),
        },
        evidence: [
          {
            label: `threads more each minute, ${name}`,
            unit: 'count',
            observed: Math.round(perMinute),
            limit: reached.limit,
            bad: 'above',
          },
          { label: 'threads now', unit: 'count', observed: to },
        ],
        toldApart: [
          restarted
            ? unknown('restart-loop', 'tasks failed meanwhile: threads of old attempts may linger')
            : no('restart-loop', 'no task failed meanwhile: they are not those of old attempts'),
          no('heap-leak', 'threads are counted, not bytes'),
        ],
        suggestions: [
          { message: 'dump', risk: 'none' },
          { message: 'close', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.6 + spanMs / 300_000),
      },
    ]
  },
})
