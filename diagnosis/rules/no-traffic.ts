import { defineRule, type Need } from '../engine/rule.ts'
import { HELD_BACK, SATURATED } from '../signals/bottleneck.ts'
import { loadOf } from '../signals/load.ts'
import { readingsOf, stoodMs } from '../signals/readings.ts'
import { sourcesOf } from '../signals/sources.ts'
import { run } from './job-failed.ts'
import { no, unknown } from './look-alikes.ts'
import { seconds } from './words.ts'

/** How long all sources have sent nothing, and by what is known of why. */
interface Silence {
  readonly ms: number
  /** Nothing holds them back, and they do not work. */
  readonly isIdle: boolean
  readonly answers: boolean | undefined
}

const silence: Need<Silence> = {
  missing: 'records sent by the sources',
  read(view) {
    const sources = sourcesOf(view.facts)
    const sent = sources.flatMap(({ id }) => readingsOf(view.facts, id, 'recordsOut'))
    if (sources.length === 0 || sent.length === 0) return undefined
    const connections = sources.flatMap(({ id }) =>
      readingsOf(view.facts, id, 'brokerConnections').flatMap((one) => one.readings.at(-1) ?? []),
    )
    return {
      ms: Math.min(...sent.map(({ readings }) => stoodMs(readings))),
      isIdle: sources.every(({ id }) => {
        const load = loadOf(view.loads, id)
        return (load?.maxBackpressured ?? 0) < HELD_BACK && (load?.maxBusy ?? 0) < SATURATED
      }),
      answers: connections.length === 0 ? undefined : connections.some(({ value }) => value > 0),
    }
  },
}

/** The samples that are looked at reach five minutes back; nothing in nearly all of them is no pause. */
export const SILENT_MS = 240_000

export const noTraffic = defineRule({
  id: 'no-traffic',
  title: 'Nothing arrives',
  category: 'efficiency',
  scope: 'job',
  stage: 'stable',
  applies: ({ run: newest }) => newest?.bounded !== true,
  needs: { required: { run, silence }, toldApartBy: {} },
  levels: {},
  impact: { info: 0 },
  messages: {
    found: '{job} runs and its sources have sent no record for {silent}.',
    suspend:
      'A job that is no longer needed can be suspended with a savepoint; one that waits for rare events is well.',
    look: 'Where records should arrive, look at the producer and at what the source is subscribed to.',
  },
  explains: [],
  opensAfter: 2,
  resolvesAfter: 1,

  evaluate({ run: { state }, silence: { ms, isIdle, answers } }, _levels, { name }) {
    if (state !== 'RUNNING' || !isIdle || ms < SILENT_MS) return []
    return [
      {
        severity: 'info',
        message: 'found',
        params: { job: name, silent: seconds(ms) },
        evidence: [
          {
            label: 'seconds without a record of any source',
            unit: 'count',
            observed: Math.round(ms / 1000),
            limit: SILENT_MS / 1000,
            bad: 'above',
          },
        ],
        toldApart: [
          no('stuck-task', 'the sources are idle, neither busy nor held back'),
          answers === undefined
            ? unknown('broker-unreachable', 'whether brokers answer is not known')
            : no('broker-unreachable', 'the consumers are connected to brokers'),
        ],
        suggestions: [
          { message: 'suspend', risk: 'restart' },
          { message: 'look', risk: 'none' },
        ],
        sureness: 0.9,
      },
    ]
  },
})
