import type { ExceptionEvent, RunEvent } from '../../core/model/events.ts'
import type { Need } from '../engine/rule.ts'
import { type Failure, failuresOf } from '../signals/logged.ts'

/** How far back failures of one kind are counted together. */
const WINDOW_MS = 15 * 60_000
/** A job that has run this long since its last failure has got over it. */
const CALM_MS = 90_000

/**
 * Failures that the job's exception history or its logs tell in Flink's own words, oldest first; none once the job
 * has run calmly since the last of them.
 */
export function toldFailures(pattern: RegExp): Need<readonly Failure[]> {
  return {
    missing: 'the exception history (REST), or logs',
    read({ facts, run }) {
      if (run === undefined) return undefined
      const told = failuresOf(facts).filter(
        (exception) => facts.at - exception.at <= WINDOW_MS && pattern.test(wordsOf(exception)),
      )
      const last = told.at(-1)
      return last === undefined || isOver(run, last.at, facts.at) ? [] : told
    },
  }
}

/** Names and messages of the whole chain of causes stand in the stack. */
function wordsOf({ name, root, message, stack }: ExceptionEvent): string {
  return `${name}\n${root}\n${message}\n${stack.slice(0, 20_000)}`
}

function isOver(newest: RunEvent, lastAt: number, at: number): boolean {
  return newest.state === 'RUNNING' && at - lastAt > CALM_MS
}
