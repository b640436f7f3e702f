// The fault lab: every scenario carries its own answer (`truth` of each phase).
import { LabError } from '../errors.mjs'
import calm from './calm.mjs'
import eventTime from './event-time.mjs'
import failures from './failures.mjs'
import kafka from './kafka.mjs'
import leaks from './leaks.mjs'
import live from './live.mjs'
import load from './load.mjs'
import platforms from './platforms.mjs'
import processes from './processes.mjs'
import state from './state.mjs'

const all = [...live, ...load, ...eventTime, ...state, ...failures, ...processes, ...kafka, ...platforms, ...leaks, ...calm]

/** Every scenario by its id. */
export const scenarios = Object.fromEntries(all.map((scenario) => [scenario.id, scenario]))

export function scenario(id) {
  if (Object.hasOwn(scenarios, id ?? '')) return scenarios[id]
  const given = id === undefined ? 'no scenario given' : `unknown scenario "${id}"`
  throw new LabError(`${given}: see \`npm run lab -- scenarios\``)
}
