/**
 * Argo Rollouts' rules for one measurement (argoproj/argo-rollouts: utils/evaluate/evaluate.go) and for a run of
 * them (analysis controller: limits are exceeded, not reached; more than four errors in a row are an error).
 */
export type Phase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error'

export interface Metric {
  readonly successCondition?: string
  readonly failureCondition?: string
  readonly count?: number
  readonly failureLimit?: number
  readonly inconclusiveLimit?: number
  readonly consecutiveErrorLimit?: number
}

/** The phase of one measurement. */
export function measure(result: unknown, metric: Metric): Phase {
  const { successCondition, failureCondition } = metric
  let [success, failure] = [false, false]
  try {
    if (successCondition) success = condition(successCondition, result)
    if (failureCondition) failure = condition(failureCondition, result)
  } catch {
    return 'Error'
  }
  if (!successCondition && !failureCondition) return 'Successful'
  if (!failureCondition) failure = !success
  if (!successCondition) success = !failure
  if (failure) return 'Failed'
  return success ? 'Successful' : 'Inconclusive'
}

/** How a run ends that sees these phases one after the other; undefined while it goes on. */
export function runOf(phases: readonly Phase[], metric: Metric): Phase | undefined {
  const limit = (given: number | undefined, otherwise: number) => given ?? otherwise
  let errors = 0
  for (const [index, phase] of phases.entries()) {
    const seen = (word: Phase) => phases.slice(0, index + 1).filter((one) => one === word).length
    errors = phase === 'Error' ? errors + 1 : 0
    if (seen('Failed') > limit(metric.failureLimit, 0)) return 'Failed'
    if (seen('Inconclusive') > limit(metric.inconclusiveLimit, 0)) return 'Inconclusive'
    if (errors > limit(metric.consecutiveErrorLimit, 4)) return 'Error'
    if (index + 1 - seen('Error') >= (metric.count ?? 1)) return 'Successful'
  }
  return undefined
}

/**
 * The part of expr-lang that the recipes use. As there, what does not fit is an error: an index beyond the end,
 * and a comparison by size of what are not two numbers.
 */
function condition(text: string, result: unknown): boolean {
  return text.split('||').some((any) => any.split('&&').every((all) => comparison(all, result)))
}

const COMPARISON =
  /^\s*(len\(result\)|result(?:\[\d+\])?)\s*(==|!=|>=|<=|>|<)\s*("[^"]*"|\d+(?:\.\d+)?)\s*$/

function comparison(text: string, result: unknown): boolean {
  const [, subject = '', operator = '', literal = ''] = COMPARISON.exec(text) ?? []
  if (subject === '')
    throw new SyntaxError(`"${text}" is not in the part of expr-lang that is known here.`)
  const left = subjectValue(subject, result)
  const right: unknown = JSON.parse(literal)
  if (operator === '==') return left === right
  if (operator === '!=') return left !== right
  if (typeof left !== 'number' || typeof right !== 'number') throw new TypeError('no two numbers')
  switch (operator) {
    case '>=':
      return left >= right
    case '<=':
      return left <= right
    case '>':
      return left > right
    default:
      return left < right
  }
}

function subjectValue(subject: string, result: unknown): unknown {
  if (subject === 'result') return result
  if (!Array.isArray(result)) throw new TypeError('no list')
  if (subject.startsWith('len')) return result.length
  const index = Number(/\d+/.exec(subject)?.[0])
  if (index >= result.length) throw new RangeError('index out of range')
  return result[index]
}
