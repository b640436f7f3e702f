import type { Vertex } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { loggedLine } from '../signals/logged.ts'
import { grownSince, type Reading, readingsOf, stoodMs } from '../signals/readings.ts'
import { sourcesOf } from '../signals/sources.ts'
import type { JobView } from '../signals/view.ts'
import { run } from './job-failed.ts'
import { lineEvidence } from './logged.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { plural, seconds } from './words.ts'

/** How a Kafka source stands to its brokers. */
interface Contact {
  readonly source: Vertex
  /** For how long no subtask has sent a record. */
  readonly silentMs: number
  /** For how long no subtask has had a connection to any broker; 0 while one has. */
  readonly disconnectedMs: number
  /** Offset commits in the silence: what was taken, and what was not. */
  readonly taken: number | undefined
  readonly refused: number
}

/** What Kafka's clients write then. */
const COMPLAINTS = ['k-auth', 'k-node', 'k-metadata', 'k-desc', 'k-expire', 'k-commit']

const contacts: Need<readonly Contact[]> = {
  missing: 'connections and offset commits of Kafka sources (Prometheus reporter)',
  read(view) {
    const known = sourcesOf(view.facts).flatMap((source) => contactOf(view, source))
    // Sources of other kinds have no brokers: only a reporter tells which these are.
    const isReported = view.facts.tasks.some(({ values }) => values.sourceIdleMs !== undefined)
    return known.length > 0 || isReported ? known : undefined
  },
}

export const brokerUnreachable = defineRule({
  id: 'broker-unreachable',
  title: 'Kafka does not answer',
  category: 'failures',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, contacts }, toldApartBy: {} },
  levels: {
    silent: {
      major: 5,
      crit: 40,
      help: 'Seconds without a record while no broker is connected, or offset commits are refused and none is taken.',
    },
  },
  impact: { major: 4, crit: 6 },
  messages: {
    disconnected:
      '{source} has had no connection to any broker for {cut} and reads nothing, while the job looks healthy.',
    refused:
      '{source} has read nothing for {silent}, and {refused} could not be made meanwhile: its brokers do not answer.',
    brokers:
      'Look at the brokers, and at the way to them: are they up, is their name resolved, does the network let through, are certificates and passwords still good.',
    positions: 'Nothing is lost: the source goes on from its own position when they answer again.',
  },
  explains: [
    { rule: 'no-traffic', where: 'job' },
    { rule: 'restart-loop', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ run: { state }, contacts: list }, { silent: level }, _asked, view) {
    if (state !== 'RUNNING') return []
    return list.flatMap(({ source, silentMs, disconnectedMs, taken, refused }) => {
      const isCut = disconnectedMs > 0
      if (!isCut && (refused === 0 || taken !== 0)) return []
      const reached = grade((isCut ? Math.min(disconnectedMs, silentMs) : silentMs) / 1000, level)
      if (!reached) return []
      return [
        {
          severity: reached.severity,
          message: isCut ? ('disconnected' as const) : ('refused' as const),
          params: {
            source: source.name,
            cut: seconds(disconnectedMs),
            silent: seconds(silentMs),
            refused: plural(refused, 'offset commit'),
          },
          subject: aboutVertex(view, source),
          evidence: [
            {
              label: `seconds without a record, ${source.name}`,
              unit: 'count' as const,
              observed: Math.round(silentMs / 1000),
              limit: reached.limit,
              bad: 'above' as const,
            },
            {
              label: 'connections to brokers',
              unit: 'text' as const,
              observed: isCut ? `none for ${seconds(disconnectedMs)}` : 'some',
            },
            {
              label: 'offset commits since',
              unit: 'text' as const,
              observed: `${taken ?? 'an unknown number'} taken, ${refused} refused`,
            },
            ...lineEvidence(
              'in the logs',
              loggedLine(view.facts, COMPLAINTS, { since: view.facts.at - silentMs }),
            ),
          ] as const,
          toldApart: [
            no(
              'no-traffic',
              isCut
                ? 'an idle consumer keeps its connections'
                : 'an idle consumer commits at each checkpoint all the same',
            ),
            no('stuck-task', 'the source is idle, neither busy nor held back'),
            unknown('broker-throttled', 'what the brokers say is not asked'),
          ],
          suggestions: [
            { message: 'brokers' as const, risk: 'none' as const },
            { message: 'positions' as const, risk: 'none' as const },
          ],
          sureness: isCut ? 0.95 : 0.8,
        },
      ]
    })
  },
})

function contactOf({ facts }: JobView, source: Vertex): readonly Contact[] {
  const connections = readingsOf(facts, source.id, 'brokerConnections')
  const commits = readingsOf(facts, source.id, 'commitsSucceeded')
  if (connections.length === 0 && commits.length === 0) return []
  const sent = readingsOf(facts, source.id, 'recordsOut')
  const silentMs = Math.min(...sent.map(({ readings }) => stoodMs(readings)))
  if (!Number.isFinite(silentMs)) return []
  const grown = (series: readonly { readonly readings: readonly Reading[] }[]) =>
    series.reduce((sum, { readings }) => sum + grownSince(readings, facts.at - silentMs), 0)
  return [
    {
      source,
      silentMs,
      disconnectedMs:
        connections.length === 0
          ? 0
          : Math.min(...connections.map(({ readings }) => zeroMs(readings))),
      taken: commits.length === 0 ? undefined : grown(commits),
      refused: grown(readingsOf(facts, source.id, 'commitsFailed')),
    },
  ]
}

/** A consumer that starts has no connection yet. */
const START_UP_MS = 30_000

/** For how long the newest readings have been zero; from the beginning only once a start would be over. */
function zeroMs(readings: readonly [Reading, ...Reading[]]): number {
  const newest = readings.at(-1) ?? readings[0]
  const ms = newest.value === 0 ? Math.max(1, stoodMs(readings)) : 0
  return readings.some(({ value }) => value > 0) || ms >= START_UP_MS ? ms : 0
}
