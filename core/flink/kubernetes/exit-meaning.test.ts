import { expect, test } from 'vitest'
import type { ExitMeaning } from '../../model/kubernetes.ts'
import { type Ended, exitMeaning } from './exit-meaning.ts'

const [jm, tm, other] = ['jobmanager', 'taskmanager', 'other'] as const

test.each<[number, string | undefined, Ended['component'], ExitMeaning]>([
  [0, 'Completed', jm, 'ended'],
  [0, 'Completed', tm, 'ended'],
  [1, 'Error', jm, 'start-up-failed'],
  [1, 'Error', tm, 'fatal-error'],
  [1, 'Error', other, 'unknown'],
  [2, 'Error', jm, 'fatal-error'],
  [2, 'Error', tm, 'unknown'],
  [3, 'Error', tm, 'java-out-of-memory'],
  [134, 'Error', tm, 'crashed'],
  [137, 'OOMKilled', tm, 'out-of-memory-kill'],
  [137, 'Error', tm, 'killed'],
  [137, undefined, jm, 'killed'],
  [137, 'ContainerStatusUnknown', tm, 'unknown'],
  [139, 'Error', tm, 'segmentation-fault'],
  [143, 'Error', tm, 'stopped'],
  [143, 'Error', other, 'stopped'],
  [163, 'Error', jm, 'application-failed'],
  [163, 'Error', tm, 'unknown'],
  [165, 'Error', jm, 'application-unknown'],
  [239, 'Error', jm, 'uncaught-exception'],
  [239, 'Error', tm, 'uncaught-exception'],
  [128, 'StartError', tm, 'never-started'],
  [127, 'ContainerCannotRun', tm, 'never-started'],
  // A child of the container was killed for memory, and the JVM with it under cgroup v2.
  [1, 'OOMKilled', tm, 'out-of-memory-kill'],
  [42, 'Error', tm, 'unknown'],
])('%i %s of a %s', (exitCode, reason, component, meaning) => {
  expect(exitMeaning({ exitCode, component, ...(reason !== undefined && { reason }) })).toBe(
    meaning,
  )
})

test('a signal that the runtime names counts where the code does not tell', () => {
  expect(exitMeaning({ exitCode: 255, signal: 9, component: tm })).toBe('killed')
})
