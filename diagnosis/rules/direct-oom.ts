import { defineRule, grade } from '../engine/rule.ts'
import { run } from './job-failed.ts'
import { no, unknown } from './look-alikes.ts'
import { toldFailures } from './told-failures.ts'
import { toldFault } from './told-fault.ts'

/** Until JDK 16, and since. */
const DIRECT =
  /OutOfMemoryError: (Direct buffer memory|Cannot reserve \d+ bytes of direct buffer memory)/

export const directOom = defineRule({
  id: 'direct-oom',
  title: 'Direct memory has run out',
  category: 'memory',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, thrown: toldFailures(DIRECT) }, toldApartBy: {} },
  levels: {
    thrown: { major: 1, crit: 2, help: 'OutOfMemoryErrors of direct memory in 15 minutes.' },
  },
  impact: { major: 4, crit: 6 },
  messages: {
    found: '{vertex} has failed {times} for want of direct memory: {fault}',
    offHeap:
      'Raise taskmanager.memory.task.off-heap.size (0 by default) for what the job or its connectors allocate, taskmanager.memory.framework.off-heap.size for Flink itself. More heap does not help.',
    leak: 'When it comes after hours, look for buffers that are not given back: clients that are opened per record, native libraries.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'taskmanager-lost', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 3,

  evaluate({ thrown }, levels, { name }, view) {
    const reached = grade(thrown.length, levels.thrown)
    const [first, ...rest] = thrown
    if (!reached || !first) return []
    return [
      {
        ...toldFault(view, name, [first, ...rest], reached),
        message: 'found',
        toldApart: [
          no('heap-oom', 'it is memory beside the heap that ran out'),
          unknown('network-buffers-insufficient', 'buffers of the network are direct memory, too'),
        ],
        suggestions: [
          { message: 'offHeap', risk: 'restart' },
          { message: 'leak', risk: 'none' },
        ],
      },
    ]
  },
})
