import type { TrackRecord } from './follow-up.ts'
import type { LogPlace } from './logs.ts'
import type { Subject } from './subject.ts'

/** From worst to mildest. */
export const severities = ['crit', 'major', 'minor', 'info'] as const
export type Severity = (typeof severities)[number]

export type Category =
  | 'flow'
  | 'memory'
  | 'checkpoints'
  | 'failures'
  | 'event-time'
  | 'efficiency'
  | 'config'

/** The vertices, TaskManagers … a finding names, with the name a person knows it by. */
export interface NamedSubject {
  readonly subject: Subject
  readonly name: string
}

/** What was measured, against which limit; `series` lets the page draw it. */
export interface Evidence {
  readonly label: string
  readonly unit: 'ratio' | 'perSecond' | 'ms' | 'bytes' | 'count' | 'text'
  readonly observed: number | string
  readonly limit?: number
  /** `above`: bad when observed is above the limit. */
  readonly bad?: 'above' | 'below'
  readonly series?: SeriesRef
  /** The line of a log that says so. */
  readonly line?: LogPlace
}

/** A series that the API can answer (`/series`): a signal of one subject. */
export interface SeriesRef {
  readonly signal:
    | 'busy'
    | 'backpressured'
    | 'idle'
    | 'recordsPerSecond'
    | 'gc'
    | 'heap'
    | 'cpu'
    | 'checkpointMs'
  readonly vertex?: string
  readonly process?: string
  /** Of a share over subtasks: their mean, or the largest of them (default mean). */
  readonly over?: 'mean' | 'max'
}

/** A look-alike and whether it was ruled out. Unknown names what would have told. */
export interface ToldApart {
  readonly rule: string
  readonly answer: 'no' | 'unknown'
  readonly because: string
}

export interface Suggestion {
  readonly text: string
  readonly risk: 'none' | 'restart' | 'state'
}

/** Confidence and what it was made of; the parts multiply to the value. */
export interface Confidence {
  readonly value: number
  readonly parts: readonly { readonly name: string; readonly factor: number }[]
}

/** A trouble followed through time. `key` is `rule@subject`, never a number. */
export interface Finding {
  readonly key: string
  readonly rule: string
  readonly title: string
  readonly category: Category
  readonly stage: 'stable' | 'trial'
  readonly subject: NamedSubject
  readonly severity: Severity
  readonly state: 'open' | 'resolved'
  /** False: folded under `explainedBy`, costs no points. */
  readonly cause: boolean
  readonly explainedBy?: string
  readonly since: number
  readonly seenAt: number
  readonly resolvedAt?: number
  readonly points: number
  readonly confidence: Confidence
  readonly message: {
    readonly id: string
    readonly params: Readonly<Record<string, string | number>>
    readonly text: string
  }
  readonly evidence: readonly Evidence[]
  readonly toldApart: readonly ToldApart[]
  readonly suggestions: readonly Suggestion[]
}

export type VerdictWord = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** One line of the staff: a finding and the points it took, after its family's cap. */
export interface ScorePart {
  readonly key: string
  readonly rule: string
  readonly points: number
}

/** `value` is null when coverage is too low or the facts are stale: then the verdict is unknown. */
export interface Score {
  readonly value: number | null
  readonly verdict: VerdictWord
  readonly coverage: number
  readonly parts: readonly ScorePart[]
  /** What a ceiling took beyond the parts, so that 10 − Σ parts − ceiling = value exactly. */
  readonly ceiling: { readonly rule: string; readonly points: number } | null
  readonly missing: readonly string[]
  readonly weights: string
}

/** What a change is about: a size in subtasks, the pool of a process in bytes, or the CPU of one in cores. */
export type AdviceKind =
  | 'parallelism'
  | 'heap'
  | 'managed'
  | 'network'
  | 'metaspace'
  | 'overhead'
  | 'direct'
  | 'cpu'

/** A change proposed, with what it rests on. `low … high` is the interval of `to`. */
export interface Advice {
  readonly kind: AdviceKind
  readonly target: NamedSubject
  readonly cause: string
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
  readonly unit: 'subtasks' | 'bytes' | 'cores'
  readonly confidence: number
  readonly basis: string
  readonly effect: string
  readonly cost: string
  readonly falsifiedBy: string
  readonly warnings: readonly string[]
  readonly patch: { readonly format: 'yaml'; readonly title: string; readonly text: string }
  /** The same change said in other places, such as the text of a query. */
  readonly alternatives?: readonly Alternative[]
  /** The effect in numbers, to be compared with what happens after the change. */
  readonly expected?: ExpectedEffect
  /** How often advice for this job kept its promise; absent before any was judged. */
  readonly record?: TrackRecord
}

/** Another way to say a change: lines to paste, and where. */
export interface Alternative {
  readonly format: 'yaml' | 'sql'
  readonly title: string
  readonly text: string
}

/** Before and after a change; what is not known is absent. */
export interface ExpectedEffect {
  /** Busy share of the target; `low … high` is the interval of `to`. */
  readonly busy?: FromTo & { readonly low: number; readonly high: number }
  /** What it was sized for, records a second at the target. */
  readonly demandPerSecond?: number
  readonly slots?: FromTo
  readonly taskManagers?: FromTo
  readonly cores?: FromTo
  /** Memory of one process. */
  readonly processBytes?: FromTo
  readonly restartMs?: number
  /** How long after the restart its backlog is worked off. */
  readonly catchUpMs?: number
}

export interface FromTo {
  readonly from: number
  readonly to: number
}

export interface Abstention {
  readonly target: NamedSubject
  readonly reason: string
}
