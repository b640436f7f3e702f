import { defineRule, grade } from '../engine/rule.ts'
import { failuresOf } from '../signals/logged.ts'
import { run } from './job-failed.ts'
import { no, unknown } from './look-alikes.ts'
import { toldFailures } from './told-failures.ts'
import { toldFault } from './told-fault.ts'

const MISSING =
  /^(?:Caused by: )?(?:java\.lang\.)?(?:ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError|UnsupportedClassVersionError|BootstrapMethodError|VerifyError)\b/m

export const classMissing = defineRule({
  id: 'class-missing',
  title: 'A class or method is not there',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, thrown: toldFailures(MISSING) }, toldApartBy: {} },
  levels: {
    thrown: { major: 1, crit: 2, help: 'Failures for want of a class or method in 15 minutes.' },
  },
  impact: { major: 4, crit: 6 },
  messages: {
    found: '{vertex} has failed {times} because a class or method is not there: {fault}',
    jar: 'Look at which JAR should bring it: one that was not packed, of another version, or once in the job and once in lib.',
    versions:
      'Connectors are built for one line of Flink; one for another line fails just like this.',
  },
  explains: [
    { rule: 'restart-loop', where: 'job' },
    { rule: 'job-failed', where: 'job' },
    { rule: 'poison-record', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 3,

  evaluate({ thrown }, levels, { name }, view) {
    const reached = grade(thrown.length, levels.thrown)
    const [first, ...rest] = thrown
    // When tasks are torn down their class loader closes before all threads have ended: an echo of another fault.
    const isFirst = failuresOf(view.facts).every(({ at }) => first !== undefined && at >= first.at)
    if (!reached || !first || (!isFirst && thrown.length < 2)) return []
    return [
      {
        ...toldFault(view, name, [first, ...rest], reached),
        message: 'found',
        toldApart: [
          no('restart-loop', 'no record is to blame: the code to read it with is not there'),
          isFirst
            ? no('taskmanager-lost', 'it is the first failure, not one of tasks being torn down')
            : unknown('taskmanager-lost', 'another failure came before it'),
        ],
        suggestions: [
          { message: 'jar', risk: 'restart' },
          { message: 'versions', risk: 'none' },
        ],
      },
    ]
  },
})
