/** What the writer needs of the store, by the names of its journey: rows of samples, and events. */
export { writeEvents } from './events.ts'
export { writeSeries } from './generic.ts'
export { writeLogs } from './logs.ts'
export { writeSamples } from './samples.ts'
