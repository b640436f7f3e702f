import { defineRule } from '../engine/rule.ts'
import { config } from './config.ts'
import { run } from './job-failed.ts'
import { no } from './look-alikes.ts'
import { plural } from './words.ts'

/** Options that Flink 2.0 removed, and what took their place; each read in the release notes of 2.0 or its code. */
const REMOVED_IN_2: Readonly<Record<string, string>> = {
  'taskmanager.network.memory.buffers-per-channel': 'a constant (2)',
  'taskmanager.network.memory.floating-buffers-per-gate': 'a constant (8)',
  'taskmanager.network.memory.max-buffers-per-channel': 'a constant (10)',
  'taskmanager.network.memory.max-overdraft-buffers-per-gate': 'nothing',
  'cluster.evenly-spread-out-slots': 'taskmanager.load-balance.mode: SLOTS',
}

export const removedOption = defineRule({
  id: 'removed-option',
  title: 'An option that this Flink does not know any more',
  category: 'config',
  scope: 'job',
  stage: 'stable',
  needs: { required: { run, config }, toldApartBy: {} },
  levels: {},
  impact: { minor: 0.3 },
  messages: {
    found:
      '{key} is set to {value}, but Flink {version} ignores it{more}. In its place: {instead}.',
    clean:
      'Take it out of the configuration, and set what took its place where there is something.',
  },
  explains: [],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ run: { flinkVersion }, config: values }) {
    const major = Number(/^(\d+)\./.exec(flinkVersion)?.[1])
    if (!Number.isInteger(major)) return { unknown: 'the version of Flink (REST)' }
    if (major < 2) return []
    const set = Object.keys(REMOVED_IN_2).filter((key) => values[key] !== undefined)
    const [key] = set
    if (key === undefined) return []
    return [
      {
        severity: 'minor',
        message: 'found',
        params: {
          key,
          value: values[key] ?? '',
          version: flinkVersion,
          instead: REMOVED_IN_2[key] ?? 'nothing',
          more: set.length === 1 ? '' : ` and ${plural(set.length - 1, 'other option')}`,
        },
        evidence: [
          { label: key, unit: 'text', observed: values[key] ?? '' },
          ...set.slice(1).map((other) => ({
            label: other,
            unit: 'text' as const,
            observed: values[other] ?? '',
          })),
        ],
        toldApart: [no('fragile-tolerances', 'it does nothing at all')],
        suggestions: [{ message: 'clean', risk: 'restart' }],
        sureness: 1,
      },
    ]
  },
})
