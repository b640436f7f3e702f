import { Registry } from 'prom-client'
import { manualClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { Finding, Severity } from '../../core/model/finding.ts'
import { createBoard } from '../rounds/board.ts'
import { exampleDiagnosis, exampleFacts } from '../rounds/diagnoses.fixture.ts'
import { clusterState, type Evaluated, summarize } from '../rounds/evaluated.ts'
import { roundEvents } from '../rounds/happenings.ts'
import { createLookout } from '../rounds/lookout.ts'
import type { AlertRules } from './alert.ts'
import { type OpenBook, openBook } from './book.ts'
import { alertsConfig } from './config.ts'
import { type Decision, decide, type Plan, type Standing } from './decide.ts'
import { forMsOf } from './for.ts'
import { teamOf } from './match.ts'
import type { Notice } from './notice.ts'
import type { Silence } from './routing.ts'
import { createWatch, type Watch } from './watch.ts'

/** A Friday morning, half past nine in London. */
export const T0 = Date.UTC(2026, 10, 20, 9, 30)

/** `rule@subject`, with what matters to alerts; everything else is the least that a finding has. */
export function finding(rule: string, over: Partial<Finding> & { at?: number } = {}): Finding {
  const { at = 0, ...rest } = over
  const category = rule.startsWith('job-') || rule.endsWith('-loop') ? 'failures' : 'flow'
  return {
    ...{ key: `${rule}@job`, rule, title: `Title of ${rule}`, category, stage: 'stable' },
    subject: { subject: { kind: 'cluster', cluster: 'lab' }, name: 'Sink' },
    ...{ severity: 'major', state: 'open', cause: true, since: T0 + at * 1000, seenAt: T0 },
    points: 1,
    confidence: { value: 1, parts: [] },
    message: { id: 'm', params: {}, text: `Text of ${rule}.` },
    ...{ evidence: [], toldApart: [], suggestions: [{ text: 'Do this.', risk: 'none' }] },
    ...rest,
  }
}

export const severe = (severity: Severity): Partial<Finding> => ({ severity })

/** A symptom that the finding of another rule explains. */
export const folded = (rule: string, by: string, over: Partial<Finding> & { at?: number } = {}) =>
  finding(rule, { cause: false, explainedBy: `${by}@job`, points: 0, ...over })

export function evaluated(
  job: string,
  at: number,
  findings: readonly Finding[],
  score: number | null = 5,
  config: Readonly<Record<string, string>> = {},
): Evaluated {
  return {
    diagnosis: exampleDiagnosis(job, at, score, { findings }),
    facts: summarize(exampleFacts(job, at, { config })),
  }
}

/**
 * What a round says of a job: its open findings; `nothing`: it knows nothing, and the tracker keeps what was
 * open; `given up`: it has known nothing for so long that the tracker keeps it no longer.
 */
export type Said = readonly Finding[] | 'nothing' | 'given up'

/** Rounds of findings in, messages out: the whole of alerting without store and network. */
export interface Story {
  /** Seconds since T0. What is not named is as it was. `config`: what the jobs that are named run with. */
  round(
    second: number,
    jobs?: Readonly<Record<string, Said>>,
    config?: Readonly<Record<string, string>>,
  ): Notice[]
  /** The job is not heard of any more. */
  lose(job: string): void
  silence(silence: Partial<Silence>): void
  /** A new process that knows what the outbox kept, with another configuration if one is given. */
  restart(given?: object): void
  standings(): readonly Standing[]
  decisions(): readonly Decision[]
}

export function story(given: object, recordings: readonly string[] = []): Story {
  let { plan, rules } = configured(given)
  const board = createBoard()
  const clock = manualClock(T0)
  const events = roundEvents({ log: silentLog, registry: new Registry(), clock })
  const lookout = createLookout(board, { events })
  const latest = board.latest()
  const silences: Silence[] = []
  const decisions: Decision[] = []
  let watch: Watch = createWatch(rules)
  let book: OpenBook = openBook({ groups: [], fired: [] })
  let standings: readonly Standing[] = []

  return {
    round(second, jobs = {}, config = {}) {
      const at = T0 + second * 1000
      for (const [job, said] of Object.entries(jobs)) {
        const kept = said === 'nothing' ? (board.spoken().get(job)?.diagnosis.findings ?? []) : []
        const isKnown = typeof said !== 'string'
        const own = evaluated(job, at, isKnown ? said : kept, isKnown ? 5 : null, config)
        board.put(own, clusterState(exampleFacts(job, at)))
      }
      void lookout.look(at)
      watch.look(latest, at)
      const world = {
        ...{ at, alerts: watch.alerts(), folded: new Set(watch.folded().keys()), silences },
        about: watch.about,
        isRecording: (cluster: string) => recordings.includes(cluster),
      }
      const decided = decide(plan, world, book)
      book.apply(decided.decisions, at)
      decisions.push(...decided.decisions)
      standings = decided.standings
      return decided.decisions.flatMap(({ notices }) => notices)
    },
    lose: (job) => board.keepOnly(new Set([...latest.keys()].filter((one) => one !== job))),
    silence: (one) =>
      void silences.push({
        ...{ id: 's1', match: {}, startsAt: T0, endsAt: T0 + 3_600_000, by: 'ann', comment: '' },
        ...one,
      }),
    restart(again) {
      if (again) ({ plan, rules } = configured(again))
      const groups = [...book.groups.values()]
      const fired = [...book.firedAt].flatMap(([route, times]) =>
        times.map((at) => ({ route, at })),
      )
      // What went through the store comes back as JSON.
      book = openBook(JSON.parse(JSON.stringify({ groups, fired })))
      watch = createWatch(rules)
    },
    standings: () => standings,
    decisions: () => decisions,
  }
}

function configured(given: object): { plan: Plan; rules: AlertRules } {
  const config = alertsConfig.parse(given)
  const { routes, platformWide } = config
  return {
    plan: { routes, wideIntervalMs: platformWide.intervalMs },
    rules: {
      forMs: (one) => forMsOf(config.forMs, one),
      teamOf: (job) => teamOf(config.teams, job),
    },
  }
}

/** `oncall firing new: job-failed orders`, one line per message. */
export function lines(notices: readonly Notice[]): string[] {
  return notices.map(({ target, status, reason, alerts, wide, firing, resolved }) => {
    const told = alerts.map(
      ({ cause, name, severity, ended }) =>
        `${ended === null ? '' : `${ended === 'healthy' ? '-' : '?'}`}${cause} ${name} ${severity}`,
    )
    const what = wide
      ? `${wide.cause} on ${wide.jobs} jobs of ${wide.kind} ${wide.name} (${firing}/${resolved})`
      : told.join(', ')
    return `${target} ${status} ${reason}: ${what}`
  })
}
