import type { ExitMeaning } from '../../core/model/kubernetes.ts'
import { defineRule, grade } from '../engine/rule.ts'
import { no, unknown } from './look-alikes.ts'
import { pods, waitingFor } from './pods.ts'
import { firstLine, plural } from './words.ts'

const MEANINGS: Partial<Record<ExitMeaning, string>> = {
  'start-up-failed': 'Flink’s entry point could not start: its configuration or its address',
  'fatal-error': 'a fatal error in the entry point',
  'uncaught-exception': 'an exception that nobody caught',
  'java-out-of-memory': 'a Java OutOfMemoryError',
  'out-of-memory-kill': 'a kill by the kernel for its memory',
  killed: 'a kill from outside',
  crashed: 'a crash of the JVM',
  'segmentation-fault': 'a crash in native code',
  'never-started': 'it could not be started at all',
}

export const crashLoop = defineRule({
  id: 'crash-loop',
  title: 'A container starts and dies, again and again',
  category: 'failures',
  scope: 'job',
  stage: 'trial',
  needs: { required: { pods }, toldApartBy: {} },
  levels: {
    restarts: {
      major: 1,
      crit: 3,
      help: 'Restarts of a container that Kubernetes lets wait longer and longer (CrashLoopBackOff).',
    },
  },
  impact: { major: 3, crit: 4 },
  messages: {
    found:
      '{container} of {pod} has been restarted {times} and waits for the next: it ended with code {code}, {meaning}.',
    log: 'Its last lines say why: the log of the container before this one (kubectl logs --previous). Sums of memory that do not fit and addresses that are not found are the usual ones.',
  },
  explains: [
    { rule: 'no-slots', where: 'job' },
    { rule: 'registration-failed', where: 'job' },
    { rule: 'taskmanager-lost', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ pods: list }, { restarts }) {
    const [worst] = [...waitingFor(list, /^CrashLoopBackOff$/)].sort(
      (a, b) => b.container.restarts - a.container.restarts,
    )
    if (!worst) return []
    const { pod, container, state } = worst
    const reached = grade(container.restarts, restarts)
    if (!reached) return []
    const { last } = container
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          container: container.name,
          pod: pod.name,
          times: plural(container.restarts, 'time'),
          code: last?.exitCode ?? 'unknown',
          meaning: last ? (MEANINGS[last.meaning] ?? last.meaning) : 'nobody saw why',
        },
        evidence: [
          {
            label: `restarts of ${container.name}`,
            unit: 'count',
            observed: container.restarts,
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: 'Kubernetes says',
            unit: 'text',
            observed: firstLine(last?.message ?? state.message ?? state.reason ?? ''),
          },
        ],
        toldApart: [
          no('image-pull', 'the image is there: it was started'),
          last === undefined
            ? unknown('oom-killed', 'how it ended is not known')
            : last.meaning === 'out-of-memory-kill'
              ? unknown('oom-killed', 'it was killed for its memory, which is another finding')
              : no('oom-killed', `it ended with code ${last.exitCode}`),
        ],
        suggestions: [{ message: 'log', risk: 'none' }],
        sureness: 0.95,
      },
    ]
  },
})
