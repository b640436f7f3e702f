import type { Context } from 'hono'
import { WeirError } from '../../core/kit/errors.ts'
import { type JobRef, parseJobRef } from '../../core/model/job-ref.ts'
import { glob } from '../alerts/match.ts'

/** What a token lets its holder do; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** Which clusters and namespaces somebody may see; undefined is all. `*` is any number of characters. */
export interface CallerScope {
  readonly clusters?: readonly string[] | undefined
  readonly namespaces?: readonly string[] | undefined
}

/** Who asks. */
export interface Caller extends CallerScope {
  readonly name: string
  readonly role: Role
  /** What says so. */
  readonly by: 'token' | 'proxy'
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by the guard on every request that it lets in. */
    caller: Caller
  }
}

/** Whoever reaches a Weir without tokens, which listens on loopback only. */
export const anyone: Caller = { name: 'anyone', role: 'admin', by: 'token' }

export function callerOf(context: Context): Caller {
  const caller = context.get('caller')
  // Nobody is let in by a guard that was forgotten.
  if (!caller) throw new WeirError('A route was reached without the guard of tokens before it.')
  return caller
}

export function may(caller: Caller, role: Role): boolean {
  return roles.indexOf(caller.role) >= roles.indexOf(role)
}

/** `The token "ci"`, or `"ada@example.com"`. */
export const whoText = ({ name, by }: Caller): string =>
  by === 'token' ? `The token "${name}"` : `"${name}"`

export const isScoped = ({ clusters, namespaces }: CallerScope): boolean =>
  clusters !== undefined || namespaces !== undefined

export function sees(scope: CallerScope, { cluster, namespace }: JobRef): boolean {
  return covers(scope.clusters, cluster) && covers(scope.namespaces, namespace)
}

/** A job as it is named in paths and facts. What is no job is nobody’s business but of those who see all. */
export function seesJob(scope: CallerScope, job: string): boolean {
  const ref = parseJobRef(job)
  return ref === undefined ? !isScoped(scope) : sees(scope, ref)
}

/** Whether all jobs that a pattern can mean may be seen: its `*` counts as a character that only `*` covers. */
export function seesPattern(scope: CallerScope, pattern: string): boolean {
  const [cluster = '', namespace = ''] = pattern.split('/')
  return covers(scope.clusters, cluster) && covers(scope.namespaces, namespace)
}

function covers(patterns: readonly string[] | undefined, text: string): boolean {
  return patterns === undefined || patterns.some((pattern) => glob(pattern, text))
}

/** `clusters prod, test; namespaces shop` */
export function scopeText({ clusters, namespaces }: CallerScope): string {
  const parts = [
    ...(clusters ? [`clusters ${clusters.join(', ')}`] : []),
    ...(namespaces ? [`namespaces ${namespaces.join(', ')}`] : []),
  ]
  return parts.length === 0 ? 'everything' : parts.join('; ')
}
