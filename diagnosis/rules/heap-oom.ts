import { defineRule, grade } from '../engine/rule.ts'
import { vertexOfException } from '../signals/failures.ts'
import { nameOf } from '../signals/load.ts'
import { run } from './job-failed.ts'
import { at } from './logged.ts'
import { no } from './look-alikes.ts'
import { toldFailures } from './told-failures.ts'
import { plural } from './words.ts'

const HEAP = /OutOfMemoryError: (Java heap space|GC overhead limit exceeded|Requested array size)/

export const heapOom = defineRule({
  id: 'heap-oom',
  title: 'The heap has run out',
  category: 'memory',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, thrown: toldFailures(HEAP) }, toldApartBy: {} },
  levels: { thrown: { major: 1, crit: 2, help: 'OutOfMemoryErrors of the heap in 15 minutes.' } },
  impact: { major: 5, crit: 7 },
  messages: {
    found:
      '{vertex} ran out of heap {times}. After the first one nothing in that JVM can be trusted.',
    dump: 'Take a heap dump (-XX:+HeapDumpOnOutOfMemoryError) and look for what grows: a cache, a list, state kept on the heap.',
    heap: 'More heap, or fewer slots per TaskManager, only helps when what lives there has a bound.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'gc-pressure', where: 'job' },
    { rule: 'taskmanager-lost', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'no-slots', where: 'job' },
    { rule: 'heartbeat-timeout', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 3,

  evaluate({ run: newest, thrown }, levels, asked, { facts }) {
    const reached = grade(thrown.length, levels.thrown)
    const [first] = thrown
    if (!reached || !first) return []
    const vertex = vertexOfException(facts, first)
    const name = vertex === undefined ? asked.name : nameOf(facts.topology, vertex)
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: { vertex: name, times: plural(thrown.length, 'time') },
        ...(vertex !== undefined && {
          subject: {
            subject: { kind: 'vertex' as const, job: facts.job, run: newest.run, vertex },
            name,
          },
        }),
        evidence: [
          {
            label: 'OutOfMemoryErrors in 15 minutes',
            unit: 'count',
            observed: thrown.length,
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: `first one${first.task ? `, in ${first.task}` : ''}`,
            unit: 'text',
            observed: new Date(first.at).toISOString(),
            ...at(first.line),
          },
        ],
        toldApart: [
          no('gc-pressure', 'collections did not free enough: an allocation failed'),
          no('restart-loop', 'the task died of the memory of its JVM, not of a record'),
        ],
        suggestions: [
          { message: 'dump', risk: 'none' },
          { message: 'heap', risk: 'restart' },
        ],
        sureness: 1,
      },
    ]
  },
})
