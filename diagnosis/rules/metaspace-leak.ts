import { defineRule, grade } from '../engine/rule.ts'
import { run } from './job-failed.ts'
import { no, unknown } from './look-alikes.ts'
import { toldFailures } from './told-failures.ts'
import { toldFault } from './told-fault.ts'

const METASPACE = /OutOfMemoryError: (Metaspace|Compressed class space)/

export const metaspaceLeak = defineRule({
  id: 'metaspace-leak',
  title: 'Classes fill the metaspace',
  category: 'memory',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, thrown: toldFailures(METASPACE) }, toldApartBy: {} },
  levels: {
    thrown: { major: 1, crit: 2, help: 'OutOfMemoryErrors of the metaspace in 15 minutes.' },
  },
  impact: { major: 4, crit: 6 },
  messages: {
    found: '{vertex} has failed {times} for want of metaspace: {fault}',
    leak: 'When it comes after many restarts or submissions, something holds the classes of old ones: a thread, a JDBC driver, a shutdown hook. Put such libraries into lib, and stop what was started.',
    size: 'When it comes with the first run, raise taskmanager.memory.jvm-metaspace.size (256 MiB by default).',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'taskmanager-lost', where: 'job' },
    { rule: 'class-missing', where: 'job' },
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
          no('heap-oom', 'it is the memory of classes that ran out, not that of objects'),
          unknown('restart-loop', 'whether restarts filled it or one job is too large for it'),
        ],
        suggestions: [
          { message: 'leak', risk: 'restart' },
          { message: 'size', risk: 'restart' },
        ],
      },
    ]
  },
})
