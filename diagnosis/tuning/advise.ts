import type { Abstention, Advice, Finding } from '../../core/model/finding.ts'
import { ancestorsOf } from '../../core/model/topology.ts'
import type { JobView } from '../signals/view.ts'
import { adviseCpu } from './cpu.ts'
import { DEFAULT_POLICY, NO_HISTORY, type TuningHistory, type TuningPolicy } from './history.ts'
import { adviseMemory } from './memory/advise.ts'
import {
  adviseParallelism,
  adviseSource,
  type ParallelismPlan,
  planParallelism,
} from './parallelism.ts'
import { adviseShrink } from './shrink.ts'
import { vetoes } from './vetoes.ts'

/** What is proposed, and what is not with its reason. */
export interface Advised {
  readonly advice: readonly Advice[]
  readonly abstained: readonly Abstention[]
}

/**
 * Advice or an abstention for every open cause. Memory before parallelism: collections look like work. What a cause
 * takes away from others stands in vetoes.ts; two advices on one vertex are settled for the larger size.
 */
export function adviseOn(
  view: JobView,
  findings: readonly Finding[],
  history: TuningHistory = NO_HISTORY,
  policy: TuningPolicy = DEFAULT_POLICY,
): Advised {
  // A finding that is only held open was measured in an earlier window: no numbers of now belong to it.
  const causes = findings.filter(
    ({ state, cause, seenAt }) => state === 'open' && cause && seenAt === view.facts.at,
  )
  if (causes.length === 0) return { advice: [], abstained: [] }
  let planned: ParallelismPlan | undefined
  const plan = () => {
    planned ??= planParallelism(view, history, policy, fixedBy(causes))
    return planned
  }
  const round = { view, plan, causes, findings, history }
  const answers = causes.flatMap((finding) => answersTo(round, finding))
  return {
    advice: settled(answers.flatMap((answer) => (isAbstention(answer) ? [] : [answer]))),
    abstained: answers.filter(isAbstention),
  }
}

const isAbstention = (answer: Advice | Abstention): answer is Abstention => 'reason' in answer

/** Vertices that pass on no more than they do now, whatever their size. */
function fixedBy(causes: readonly Finding[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    causes.flatMap(({ rule, subject: { subject } }) => {
      const veto = vetoes[rule]
      return subject.kind === 'vertex' && veto?.own !== undefined && veto.others === 'upstream'
        ? [[subject.vertex, veto.own]]
        : []
    }),
  )
}

/** Causes that are a matter of size where the partitions of the source are known. */
const ABOUT_SOURCES: readonly string[] = ['source-limited', 'lag-growing']

interface Round {
  readonly view: JobView
  /** Made when the first cause asks for it: most rounds of most jobs never do. */
  readonly plan: () => ParallelismPlan
  readonly causes: readonly Finding[]
  readonly findings: readonly Finding[]
  readonly history: TuningHistory
}

function answersTo(round: Round, finding: Finding): readonly (Advice | Abstention)[] {
  const { view, plan, causes, history } = round
  const target = finding.subject
  const source = ABOUT_SOURCES.includes(finding.rule) ? adviseSource(plan(), finding) : undefined
  if (source) return 'reason' in source ? [source] : source
  const own = vetoes[finding.rule]?.own
  if (own !== undefined) return [{ target, reason: own }]
  if (finding.rule === 'heap-oom') return listOf(adviseHeapAfter(round, finding))
  if (finding.rule === 'cpu-throttled') return [adviseCpu(view, finding)]
  const reason = takenBy(view, finding, causes)
  if (reason !== undefined) return [{ target, reason }]
  if (finding.rule === 'over-provisioned') {
    const given = adviseShrink(plan(), finding, history)
    return 'reason' in given ? [given] : given
  }
  if (finding.category !== 'flow') return listOf(adviseMemory(view, finding, history))
  const given = adviseParallelism(plan(), finding)
  return given === undefined ? [] : 'reason' in given ? [given] : given
}

const listOf = <T>(one: T | undefined): readonly T[] => (one === undefined ? [] : [one])

/** Why another open cause leaves no advice to this one. */
function takenBy(
  view: JobView,
  { subject: { subject } }: Finding,
  causes: readonly Finding[],
): string | undefined {
  const overall = causes.find(({ rule }) => vetoes[rule]?.others === 'job')
  if (overall) {
    return `not while ${overall.title.toLowerCase()}: what was measured is not its usual work`
  }
  const { topology } = view.facts
  if (subject.kind !== 'vertex' || !topology) return undefined
  const below = causes.find(
    ({ rule, subject: other }) =>
      vetoes[rule]?.others === 'upstream' &&
      other.subject.kind === 'vertex' &&
      ancestorsOf(topology, other.subject.vertex).includes(subject.vertex),
  )
  return below && `what more it passed on would wait at ${below.subject.name}, which comes first`
}

/** One size per vertex: the advice of its own finding, or of a larger step. */
function settled(advice: readonly Advice[]): readonly Advice[] {
  const keyOf = ({ kind, target }: Advice) => `${kind}@${JSON.stringify(target.subject)}`
  return advice.filter((one) => {
    const rivals = advice.filter((other) => keyOf(other) === keyOf(one))
    const largest = Math.max(...rivals.map(({ to }) => to))
    return one === rivals.find(({ to }) => to === largest)
  })
}

/** What died of its heap cannot be measured any more; the collections before it, folded under it, can. */
function adviseHeapAfter(
  { view, findings, history }: Round,
  outOfMemory: Finding,
): Advice | Abstention | undefined {
  const collections = findings.find(
    ({ rule, state, explainedBy }) =>
      rule === 'gc-pressure' && state === 'open' && explainedBy === outOfMemory.key,
  )
  if (collections) return adviseMemory(view, collections, history)
  return {
    target: outOfMemory.subject,
    reason: 'how much of the heap stayed alive is not measured: a heap dump comes first',
  }
}
