import { createContext, Script } from 'node:vm'
import { WeirError } from '../../core/kit/errors.ts'

const script = new Script('run()')
/** One for all runs, as making one costs more than most runs do; none waits, so none meets another. */
const stage: { run: () => void } = { run: () => {} }
const context = createContext(stage)

/**
 * Runs something that must not wait, and ends it when it takes too long; a regular expression that explodes as well, which
 * nothing else in this thread could interrupt.
 * @throws WeirError `too-costly` when it was ended; whatever `run` throws
 */
export function runWithin<T>(maxMs: number, run: () => T): T {
  let result: { readonly value: T } | undefined
  stage.run = () => {
    result = { value: run() }
  }
  try {
    script.runInContext(context, { timeout: Math.max(1, Math.ceil(maxMs)) })
  } catch (error) {
    if (!isTimeout(error)) throw error
    throw new WeirError(
      `The question takes too long to ask: a piece of the log was looked at for ${maxMs} ms. Ask for plainer words.`,
      { code: 'too-costly' },
    )
  }
  if (!result) throw new Error('The run ended without a result.')
  return result.value
}

function isTimeout(error: unknown): boolean {
  // The error belongs to the context: it is no Error of this one.
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  )
}
