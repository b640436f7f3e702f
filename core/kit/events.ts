import { Counter, type Registry } from 'prom-client'
import { type Clock, systemClock } from './clock.ts'
import { WeirError } from './errors.ts'
import type { Facts, Log, LogLevel } from './log.ts'

/** What a happening is written with. The registry is made by the command and handed down. */
export interface EventKit {
  readonly log: Log
  readonly registry: Registry
  readonly clock?: Clock
}

export interface EventSpec<Label extends string> {
  /** Prometheus name, ending in `_total`. */
  readonly metric: string
  readonly help: string
  /** Label names. Their values must come from a closed set: never a job's text. */
  readonly labels?: readonly Label[]
  /** Label values that are known beforehand; their counters start at 0, so that rates work at once. */
  readonly known?: readonly Readonly<Record<Label, string>>[]
  readonly level: LogLevel
  /** The constant sentence of the log line. */
  readonly sentence: string
  /** For happenings that come in floods: one line per combination of labels in this time. */
  readonly logEveryMs?: number
}

/** Tells one happening: `count` (default 1) moves the counter, everything is written as facts. */
export type Event<Label extends string> = (
  facts: Readonly<Record<Label, string>> & Facts & { readonly count?: number },
) => void

/**
 * Makes the one function for a kind of happening; it writes the log line and moves the counter together.
 * Two parts in one process may make the same event: they share the counter.
 *
 *     const samplesDropped = event(kit, {
 *       metric: 'weir_samples_dropped_total', help: 'Samples that were not kept.', labels: ['reason'],
 *       level: 'warn', sentence: 'Samples were dropped.',
 *     })
 *     samplesDropped({ count: 3, reason: 'too-old', agent })
 */
export function event<Label extends string = never>(
  kit: EventKit,
  spec: EventSpec<Label>,
): Event<Label> {
  const labels = spec.labels ?? []
  const counter = counterOf(kit.registry, spec.metric, spec.help, labels)
  for (const values of spec.known ?? []) counter.inc(values, 0)
  const gate = lineGate(spec.logEveryMs, kit.clock ?? systemClock)

  return (facts) => {
    const values = Object.fromEntries(labels.map((label) => [label, facts[label]]))
    counter.inc(values, facts.count ?? 1)
    const skipped = gate(JSON.stringify(values))
    if (skipped === undefined) return
    kit.log[spec.level](spec.sentence, skipped === 0 ? facts : { ...facts, skippedLines: skipped })
  }
}

function counterOf(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
): Counter {
  const known = registry.getSingleMetric(name)
  if (known === undefined) return new Counter({ name, help, labelNames, registers: [registry] })
  if (known instanceof Counter) return known
  throw new WeirError(`The metric ${name} is already registered and is no counter.`)
}

/** Asked before each line: `undefined` means no line now, else how many were left out since the last. */
function lineGate(everyMs: number | undefined, clock: Clock): (key: string) => number | undefined {
  if (everyMs === undefined) return () => 0
  const lines = new Map<string, { at: number; skipped: number }>()
  return (key) => {
    const now = clock.now()
    const last = lines.get(key)
    if (last && now - last.at < everyMs && now >= last.at) {
      last.skipped++
      return undefined
    }
    lines.set(key, { at: now, skipped: 0 })
    return last?.skipped ?? 0
  }
}
