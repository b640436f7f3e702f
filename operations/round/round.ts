import type { OperationsJob } from '../../core/api/operations.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { messageOf } from '../../core/kit/errors.ts'
import type { OperationsEvents } from '../events.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import type { FactsSource } from '../facts/source.ts'
import { changeText, isOpen } from '../journal/application.ts'
import type { Journal } from '../journal/journal.ts'
import { type Decision, decide } from '../policy/decide.ts'
import type { JobPolicy } from '../policy/job-policy.ts'
import type { Refusal } from '../policy/refusal.ts'
import type { Limits } from '../policy/situation.ts'
import type { Changes } from './changes.ts'
import { createHolds } from './holds.ts'

export interface RoundDeps {
  readonly source: FactsSource
  readonly policyOf: (job: string) => JobPolicy
  readonly limits: Limits
  readonly dryRun: boolean
  readonly changes: Changes
  readonly journal: Journal
  /** What a person would type; asked where people do it. */
  readonly commandFor: (facts: JobFacts, decision: NonNullable<Decision['change']>) => string
  /** Shows a line to whoever started this. */
  readonly say: (line: string) => void
  readonly clock: Clock
  readonly events: OperationsEvents
}

export interface RoundReport {
  readonly at: number
  readonly jobs: readonly OperationsJob[]
  /** Why diagnosis could not be asked; undefined when it could. */
  readonly trouble?: string
}

/** Jobs without a cause are looked at so often: their advice is about savings, which can wait. */
const QUIET_EVERY_MS = 300_000

/** Makes the function that holds one round: goes on with what was begun, then decides about what is advised. */
export function createRound(deps: RoundDeps): (signal: AbortSignal) => Promise<RoundReport> {
  const { source, policyOf, clock, events, journal } = deps
  const holds = createHolds()
  const reports = new Map<string, OperationsJob>()
  const told = createTold(deps)

  const readFacts = async (job: string, signal: AbortSignal) => {
    try {
      return await source.facts(job, signal)
    } catch (error) {
      signal.throwIfAborted()
      events.failed({ what: 'job', job, error })
      return undefined
    }
  }

  const followUp = async (signal: AbortSignal) => {
    for (const application of journal.applications().filter(isOpen)) {
      const { job } = application
      const facts = await readFacts(job, signal)
      try {
        await deps.changes.goOn(application, facts, policyOf(job), signal)
      } catch (error) {
        signal.throwIfAborted()
        events.failed({ what: 'way', job, error })
      }
    }
  }

  const lookAt = async (job: string, signal: AbortSignal) => {
    const policy = policyOf(job)
    const facts = await readFacts(job, signal)
    if (!facts) {
      reports.set(job, errorReport(job, clock.now(), policy))
      return
    }
    const at = clock.now()
    const advisedSince = holds.note(job, facts.advice, at)
    const { limits } = deps
    const applications = journal.applications()
    const decision = decide(facts, { at, policy, limits, applications, advisedSince })
    const acted = await act(deps, { facts, policy, decision }, signal)
    const report = reportOf(facts, at, policy, acted)
    reports.set(job, report)
    told(report)
  }

  return async (signal) => {
    // Who only looks takes no step of what another process has begun.
    if (!deps.dryRun) await followUp(signal)
    let trouble: string | undefined
    try {
      const heads = await source.jobs(signal)
      const now = clock.now()
      const present = new Set(heads.map(({ job }) => job))
      for (const job of reports.keys()) if (!present.has(job)) reports.delete(job)
      for (const { job, hasCause } of heads) {
        if (policyOf(job).mode === 'off') continue
        const last = reports.get(job)
        const isDue =
          hasCause || !last || last.outcome !== 'quiet' || now - last.at >= QUIET_EVERY_MS
        if (isDue) await lookAt(job, signal)
      }
    } catch (error) {
      signal.throwIfAborted()
      trouble = messageOf(error)
      events.failed({ what: 'diagnosis', error })
    }
    const jobs = [...reports.values()]
    return { at: clock.now(), jobs, ...(trouble === undefined ? {} : { trouble }) }
  }
}

/** What became of a decision. */
interface Acted {
  readonly outcome: OperationsJob['outcome']
  readonly decision: Decision
  /** What was found out only on the way. */
  readonly refused?: Refusal
  readonly command?: string
}

interface Task {
  readonly facts: JobFacts
  readonly policy: JobPolicy
  readonly decision: Decision
}

async function act(
  { changes, dryRun, commandFor }: RoundDeps,
  { facts, policy, decision }: Task,
  signal: AbortSignal,
): Promise<Acted> {
  const { change, answers } = decision
  if (!change) {
    if (answers.length === 0) return { outcome: 'quiet', decision }
    const isUnderWay = answers.some(({ refused }) => refused?.code === 'under-way')
    return { outcome: isUnderWay ? 'under-way' : 'refused', decision }
  }
  const command = commandFor(facts, change)
  if (policy.mode === 'suggest') return { outcome: 'suggested', decision, command }
  if (policy.way === 'print') return { outcome: 'printed', decision, command }
  const answer = dryRun
    ? await changes.tryOut(facts, change, policy, signal)
    : await changes.begin(facts, change, policy, signal)
  if ('code' in answer) return { outcome: 'refused', decision, command, refused: answer }
  return dryRun ? { outcome: 'dry-run', decision, command } : { outcome: 'applied', decision }
}

function reportOf(
  { job, abstained, otherAdvice }: JobFacts,
  at: number,
  { mode, way }: JobPolicy,
  { outcome, decision, refused, command }: Acted,
): OperationsJob {
  return {
    ...{ job, at, mode, way, outcome },
    answers: decision.answers.map((answer) => ({
      ...{ vertex: answer.vertex, name: answer.name, from: answer.from, to: answer.to },
      refused: answer.refused ?? refused ?? null,
      note: answer.note ?? null,
    })),
    abstained: [...abstained],
    otherAdvice: [...otherAdvice],
    command: command ?? null,
    trouble: null,
  }
}

const errorReport = (job: string, at: number, { mode, way }: JobPolicy): OperationsJob => ({
  ...{ job, at, mode, way, outcome: 'error' },
  ...{ answers: [], abstained: [], otherAdvice: [], command: null },
  trouble: 'diagnosis did not tell about it; the log tells why',
})

/** Says things once, and again only when they have changed. */
function createTold({ events, say }: RoundDeps): (report: OperationsJob) => void {
  const last = new Map<string, string>()
  return ({ job, outcome, answers, command }) => {
    const refusals = answers.flatMap(({ name, from, to, refused }) =>
      refused ? [{ change: changeText([{ name, from, to }]), ...refused }] : [],
    )
    // Reasons that count seconds change all the time: the code is what makes them another.
    const word = JSON.stringify([
      outcome,
      command,
      refusals.map(({ change, code }) => [change, code]),
    ])
    if (last.get(job) === word) return
    last.set(job, word)
    for (const { code, reason, change } of refusals) events.refused({ code, job, change, reason })
    if (command === null || refusals.length > 0) return
    if (outcome === 'suggested') events.suggested({ job, command })
    if (outcome === 'printed' || outcome === 'dry-run') say(`${job}: ${command}`)
  }
}
