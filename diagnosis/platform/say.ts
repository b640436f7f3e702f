import type { Evidence, Finding, Severity, ToldApart } from '../../core/model/finding.ts'
import {
  PLATFORM_WIDE,
  type SharedKind,
  type SharedThing,
  subjectOfThing,
} from '../../core/model/platform.ts'
import { rank } from '../engine/track.ts'
import { plural, seconds } from '../rules/words.ts'
import { type Gathering, LEAST_JOBS, LEAST_SHARE, type Rival } from './gather.ts'

interface Said {
  readonly key: string
  readonly thing: SharedThing
  readonly gatherings: readonly Gathering[]
  readonly jobs: readonly string[]
  readonly sharing: number
  readonly since: number
  readonly at: number
}

/** What a person calls it, and what to do about it. */
const words: Readonly<Record<SharedKind, { readonly is: string; readonly advice: string }>> = {
  cluster: {
    is: 'the cluster',
    advice: 'Look at its JobManager, its slots, and what all its jobs reach over the same network.',
  },
  node: {
    is: 'the node',
    advice:
      'Look at the machine: its memory, disks, network and other tenants; drain it if it is sick.',
  },
  store: {
    is: 'the checkpoint storage',
    advice:
      'Look at the storage: is it reachable, slow, throttling or full, and are the credentials still good.',
  },
  broker: {
    is: 'the brokers',
    advice:
      'Look at the brokers and at the way to them: are they up, is their name resolved, are certificates and passwords still good.',
  },
  image: {
    is: 'the image',
    advice:
      'Look at what the image holds and whether its registry gives it out; go back to the last one that worked.',
  },
}

/** The finding about a shared thing. Its consequences cost the jobs their points; it costs none itself. */
export function aboutThing({ key, thing, gatherings, jobs, sharing, since, at }: Said): Finding {
  const hits = gatherings.flatMap((one) => one.hits)
  const causes = [...new Set(gatherings.map(({ rule }) => rule))].sort().join(', ')
  const begun = hits.map(({ finding }) => finding.since)
  const within = seconds(Math.max(...begun) - Math.min(...begun))
  const { is, advice } = words[thing.kind]
  const worst = hits.reduce<Severity>(
    (severity, { finding }) =>
      rank(finding.severity) < rank(severity) ? finding.severity : severity,
    'info',
  )
  const toldApart = gatherings.flatMap((one) => one.rivals.map((rival) => against(one, rival)))
  const unknown = toldApart.filter(({ answer }) => answer === 'unknown').length
  const parts = [
    { name: 'jobs', factor: round2(Math.min(1, 0.7 + 0.05 * jobs.length)) },
    { name: 'told apart', factor: round2(0.85 ** Math.min(3, unknown)) },
  ]
  return {
    ...{ key, rule: PLATFORM_WIDE, title: 'Trouble of the platform', stage: 'stable' },
    category: hits[0]?.finding.category ?? 'failures',
    subject: { subject: subjectOfThing(thing), name: thing.name },
    ...{ severity: worst, state: 'open', cause: true, since, seenAt: at, points: 0 },
    confidence: { value: round2(parts.reduce((all, { factor }) => all * factor, 1)), parts },
    message: {
      id: 'shared',
      params: { kind: thing.kind, name: thing.name, jobs: jobs.length, sharing, causes },
      text: `${jobs.length} of ${plural(sharing, 'job')} that share ${is} ${thing.name} have ${causes}, begun within ${within}: the trouble is there, not in the jobs.`,
    },
    evidence: evidenceOf(jobs.length, sharing, within),
    toldApart,
    suggestions: [{ text: advice, risk: 'none' }],
  }
}

function evidenceOf(jobs: number, sharing: number, within: string): readonly Evidence[] {
  return [
    {
      ...{ label: 'jobs with the same cause', unit: 'count', observed: jobs },
      ...{ limit: LEAST_JOBS, bad: 'above' },
    },
    {
      label: 'share of those that use it and could tell',
      ...{ unit: 'ratio', observed: round2(jobs / sharing), limit: LEAST_SHARE, bad: 'above' },
    },
    { label: 'begun within', unit: 'text', observed: within },
  ]
}

/** Why this thing and not another that these jobs share as well. */
function against({ hits, sharing }: Gathering, rival: Rival): ToldApart {
  const name = `${words[rival.thing.kind].is} ${rival.thing.name}`
  const rule = `${PLATFORM_WIDE} ${rival.thing.kind}`
  if (rival.hits < hits.length) {
    const because = `only ${rival.hits} of the ${hits.length} share ${name}`
    return { rule, answer: 'no', because }
  }
  if (rival.hits / rival.sharing < hits.length / sharing) {
    const because = `of ${rival.sharing} that share ${name} only ${rival.hits} have it`
    return { rule, answer: 'no', because }
  }
  return { rule, answer: 'unknown', because: `all of them share ${name} as well` }
}

const round2 = (value: number) => Math.round(value * 100) / 100
