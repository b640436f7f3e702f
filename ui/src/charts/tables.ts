import { signal } from '@preact/signals'

/** Whether charts are shown as tables of the same numbers. */
export const tables = signal(false)
