import type { Finding } from './finding.ts'
import type { Subject } from './subject.ts'

/** What several jobs may stand on at the same time. */
export const sharedKinds = ['cluster', 'node', 'store', 'broker', 'image'] as const
export type SharedKind = (typeof sharedKinds)[number]

/** One such thing; `name` is what it is known by: a host, a bucket, `bootstrap.servers`, an image. */
export interface SharedThing {
  readonly kind: SharedKind
  readonly name: string
}

/** The rule id of findings about a shared thing. */
export const PLATFORM_WIDE = 'platform-wide'

/** The same cause at the same time on many jobs that share a thing. */
export interface PlatformTrouble {
  /** About the thing; its key is the trouble's. */
  readonly finding: Finding
  readonly thing: SharedThing
  /** Rules whose findings are its consequences. */
  readonly causes: readonly string[]
  /** Jobs that have one of them, sorted. */
  readonly jobs: readonly string[]
  /** How many jobs share the thing and could have told. */
  readonly sharing: number
}

export function subjectOfThing({ kind, name }: SharedThing): Subject {
  return kind === 'cluster' ? { kind, cluster: name } : { kind: 'shared', what: kind, name }
}
