import { signal } from '@preact/signals'
import type { Me } from '../../../core/api/alerts.ts'
import { getJson } from '../api/fetch.ts'

/** Whose page this is; undefined until it is known, and then nothing can be changed. */
export const me = signal<Me | undefined>(undefined)

const roles: readonly Me['role'][] = ['viewer', 'operator', 'admin']

/** Whether buttons that need a role are shown; the API refuses in any case. */
export function may(role: Me['role']): boolean {
  return me.value !== undefined && roles.indexOf(me.value.role) >= roles.indexOf(role)
}

let isAsked = false

/** Asks once; after a failure the next page asks again. */
export function readMe(): void {
  if (isAsked) return
  isAsked = true
  getJson<Me>('/api/v1/me').then(
    (own) => {
      me.value = own
    },
    () => {
      isAsked = false
    },
  )
}
