import type {
  Category,
  Evidence,
  Severity,
  Suggestion,
  ToldApart,
} from '../../core/model/finding.ts'
import type { Subject } from '../../core/model/subject.ts'
import type { JobView } from '../signals/view.ts'

/** What a rule is asked about: one vertex or TaskManager of the job, or the job itself. */
export interface Asked {
  readonly subject: Subject
  readonly name: string
}

/**
 * Something a rule wants to know of a subject. `missing` is the sentence a person reads when it
 * cannot be known; undefined from `read` means exactly that, never zero.
 */
export interface Need<T> {
  readonly missing: string
  read(view: JobView, asked: Asked): T | undefined
}

type Needs = Readonly<Record<string, Need<unknown>>>
type Known<N> = N extends Need<infer T> ? T : never

/** What evaluate receives: required needs are there, look-alike needs may be undefined. */
export type Inputs<R extends Needs, A extends Needs> = {
  readonly [K in keyof R]: Known<R[K]>
} & { readonly [K in keyof A]: Known<A[K]> | undefined }

/** Limits from mildest to worst; a value at or above one reaches its severity. */
export interface Level {
  readonly minor?: number
  readonly major?: number
  readonly crit?: number
  readonly help: string
}
export type Levels = Readonly<Record<string, Level>>

/** What a rule found, before the engine gives it an identity and a place in time. */
export interface Draft<M extends string = string> {
  readonly severity: Severity
  readonly message: M
  readonly params: Readonly<Record<string, string | number>>
  readonly evidence: readonly [Evidence, ...Evidence[]]
  readonly toldApart?: readonly ToldApart[]
  readonly suggestions?: readonly (Omit<Suggestion, 'text'> & { readonly message: M })[]
  /** A better subject than the one asked about: the vertex that throws, not the whole job. */
  readonly subject?: Asked
  /** How sure the measurement itself is, 0–1: number of samples, margin to the limit. */
  readonly sureness: number
}

/** `[]` is healthy. `unknown` names what would have told. */
export type Answer<M extends string = string> = readonly Draft<M>[] | { readonly unknown: string }

/** A finding of `rule` is a consequence of this rule's finding when it stands in this relation. */
export interface Explains {
  readonly rule: string
  /** `job`: anywhere in the job; `upstream`: at or above the vertex; `host`: on the same TaskManager. */
  readonly where: 'job' | 'upstream' | 'host'
}

export interface RuleSpec<
  R extends Needs = Needs,
  A extends Needs = Needs,
  L extends Levels = Levels,
  M extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
> {
  readonly id: string
  readonly title: string
  readonly category: Category
  readonly scope: 'job' | 'vertex' | 'taskmanager'
  readonly stage: 'stable' | 'trial'
  /** False: the rule says nothing about this job (no checkpoint rules for bounded jobs). */
  readonly applies?: (view: JobView) => boolean
  readonly needs: { readonly required: R; readonly toldApartBy: A }
  readonly levels: L
  /** Points of ten at each severity. */
  readonly impact: Readonly<Partial<Record<Severity, number>>>
  /** English texts with `{places}`. */
  readonly messages: M
  readonly explains: readonly Explains[]
  /** Rounds in a row it must be found before it opens; 1 for events, 2 for flow. */
  readonly opensAfter: number
  readonly resolvesAfter: number
  evaluate(
    inputs: Inputs<R, A>,
    levels: L,
    asked: Asked,
    view: JobView,
  ): Answer<Extract<keyof M, string>>
}

/** A rule whose needs have been closed over: what the engine runs. */
export interface Rule extends Omit<RuleSpec, 'evaluate' | 'needs'> {
  /** Sentences of required needs that cannot be met come back as `unknown`. */
  ask(view: JobView, asked: Asked, levels: Levels): Answer
  readonly needs: { readonly required: readonly string[]; readonly toldApartBy: readonly string[] }
}

/** Checks a rule's shape at compile time and closes it over its needs. */
export function defineRule<
  const R extends Needs,
  const A extends Needs,
  const L extends Levels,
  const M extends Readonly<Record<string, string>>,
>(spec: RuleSpec<R, A, L, M>): Rule {
  const { evaluate, needs, ...rest } = spec
  return {
    ...rest,
    needs: { required: Object.keys(needs.required), toldApartBy: Object.keys(needs.toldApartBy) },
    ask(view, asked, levels) {
      const inputs: Record<string, unknown> = {}
      for (const [name, need] of Object.entries(needs.required)) {
        const value = need.read(view, asked)
        if (value === undefined) return { unknown: need.missing }
        inputs[name] = value
      }
      for (const [name, need] of Object.entries(needs.toldApartBy))
        inputs[name] = need.read(view, asked)
      // The two loops above filled exactly the keys that Inputs<R, A> names.
      return evaluate(inputs as Inputs<R, A>, levels as L, asked, view)
    },
  }
}

/** The worst severity whose limit is reached, and that limit. */
export function grade(
  value: number,
  level: Level,
): { readonly severity: Severity; readonly limit: number } | undefined {
  for (const severity of ['crit', 'major', 'minor'] as const) {
    const limit = level[severity]
    if (limit !== undefined && value >= limit) return { severity, limit }
  }
  return undefined
}
