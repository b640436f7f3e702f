import { defineRule } from '../engine/rule.ts'
import { config } from './config.ts'
import { unknown } from './look-alikes.ts'
import { durationOf, plural, seconds } from './words.ts'

/** A setting under which a passing fault ends the job or its checkpoints, and why. */
interface Fragile {
  readonly key: string
  readonly value: string
  readonly because: string
}

/** Collections and the scheduler of a busy host stop a JVM for seconds. */
const SHORT_HEARTBEAT_MS = 10_000
/** A broker or a store that restarts is away longer than a few tries with a second between them. */
const FEW_ATTEMPTS = 3

export const fragileTolerances = defineRule({
  id: 'fragile-tolerances',
  title: 'A fault that would pass by itself is not let pass',
  category: 'config',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { config }, toldApartBy: {} },
  levels: {},
  impact: { minor: 0.5 },
  messages: {
    found: '{key} is {value}: {because}{more}.',
    restart: 'restart-strategy.type: exponential-delay tries on, and does not hammer what is away.',
    times:
      'Give heartbeats 50 s (the default) and checkpoints a timeout well above what they take.',
  },
  explains: [],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ config: values }) {
    const fragile = fragileIn(values)
    const [first] = fragile
    if (!first) return []
    const others = fragile.length - 1
    return [
      {
        severity: 'minor',
        message: 'found',
        params: { ...first, more: others === 0 ? '' : `, and ${plural(others, 'setting')} more` },
        evidence: [
          { label: first.key, unit: 'text', observed: first.value },
          ...fragile.slice(1).map(({ key, value, because }) => ({
            label: key,
            unit: 'text' as const,
            observed: `${value}: ${because}`,
          })),
        ],
        toldApart: [
          unknown('job-failed', 'what the job sets in its own code is not in the configuration'),
        ],
        suggestions: [
          { message: 'restart', risk: 'restart' },
          { message: 'times', risk: 'restart' },
        ],
        sureness: 0.9,
      },
    ]
  },
})

/** Flink's own names of no strategy at all, and of one with a number of tries. */
const NO_RESTART = /^(none|off|disable)$/i
const FIXED_DELAY = /^fixed-?delay$/i

function fragileIn(values: Readonly<Record<string, string>>): readonly Fragile[] {
  const list: Fragile[] = []
  const strategy = values['restart-strategy.type'] ?? values['restart-strategy'] ?? ''
  if (NO_RESTART.test(strategy)) {
    const because = 'the first failure of any task ends the job'
    list.push({ key: 'restart-strategy.type', value: strategy, because })
  }
  const key = 'restart-strategy.fixed-delay.attempts'
  const attempts = values[key]
  if (FIXED_DELAY.test(strategy) && attempts !== undefined && Number(attempts) <= FEW_ATTEMPTS) {
    const because = 'a store or broker that is away for a minute ends the job'
    list.push({ key, value: attempts, because })
  }
  const heartbeat = values['heartbeat.timeout']
  const heartbeatMs = durationOf(heartbeat)
  if (heartbeat !== undefined && heartbeatMs !== undefined && heartbeatMs < SHORT_HEARTBEAT_MS) {
    const because = 'a pause of the JVM passes for its loss'
    list.push({ key: 'heartbeat.timeout', value: heartbeat, because })
  }
  const timeout = values['execution.checkpointing.timeout']
  const [timeoutMs, intervalMs] = [
    durationOf(timeout),
    durationOf(values['execution.checkpointing.interval']),
  ]
  if (timeout !== undefined && timeoutMs !== undefined && timeoutMs < (intervalMs ?? 0)) {
    const because = `checkpoints are given up after ${seconds(timeoutMs)} though the next is due later`
    list.push({ key: 'execution.checkpointing.timeout', value: timeout, because })
  }
  return list
}
