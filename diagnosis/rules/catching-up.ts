import { type Asked, type Draft, defineRule, type Need } from '../engine/rule.ts'
import { readingsOf } from '../signals/readings.ts'
import { type Backlog, backlogOf, sourcesOf } from '../signals/sources.ts'
import { median } from '../signals/statistics.ts'
import type { JobView } from '../signals/view.ts'
import { isDraining } from './event-time.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { perSecond, seconds, times } from './words.ts'

/** How a source stands to what waits for it, and to the clock. */
interface Reading {
  readonly source: { readonly id: string; readonly name: string }
  readonly backlog: Backlog | undefined
  /** Event time against the clock, and how far it is behind it. */
  readonly speed: number | undefined
  readonly behindMs: number | undefined
}

const readings: Need<readonly Reading[]> = {
  missing: 'what waits before the sources, or their watermarks (Prometheus reporter)',
  read(view) {
    const list = sourcesOf(view.facts).flatMap(({ id, name }) => {
      const backlog = backlogOf(view.facts, id)
      const { speed, behindMs } = clockOf(view, id)
      return backlog || speed !== undefined
        ? [{ source: { id, name }, backlog, speed, behindMs }]
        : []
    })
    return list.length === 0 ? undefined : list
  },
}

export const catchingUp = defineRule({
  id: 'catching-up',
  title: 'Working off a backlog',
  category: 'flow',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { readings }, toldApartBy: {} },
  levels: {
    speed: {
      minor: 1.5,
      help: 'Event time against the clock, of sources whose backlog is not known: live data goes at 1.',
    },
  },
  impact: { info: 0 },
  messages: {
    found:
      '{source} works off a backlog: {from} → {to} records in {span}, reading {read}; at this pace it is done in {left}.',
    faster:
      '{source} reads old records: event time goes at {speed} the clock and is {behind} behind it.',
    wait: 'Wait for it before judging load or sizes: a job is busy and behind while it catches up, on purpose.',
  },
  explains: [
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ readings: list }, { speed: level }, _asked, view) {
    return list.flatMap((reading) => {
      const { backlog, speed, behindMs } = reading
      const subject = aboutVertex(view, reading.source)
      if (backlog)
        return isDraining(backlog) ? [draining(reading.source.name, backlog, subject)] : []
      // With a backlog that is known and small it reads live data, however its times jump.
      if (speed === undefined || speed < (level.minor ?? 1)) return []
      if (behindMs === undefined || behindMs < BEHIND_MS) return []
      return [faster(reading.source.name, { speed, behindMs, limit: level.minor ?? 1 }, subject)]
    })
  },
})

type Message = 'found' | 'faster' | 'wait'

function draining(
  source: string,
  { trend, basis, readPerSecond }: Backlog,
  subject: Asked,
): Draft<Message> {
  return {
    severity: 'info',
    message: 'found',
    params: {
      source,
      from: Math.round(trend.from),
      to: Math.round(trend.to),
      span: seconds(trend.spanMs),
      read: perSecond(readPerSecond),
      left: seconds((trend.to / -trend.perSecond) * 1000),
    },
    subject,
    evidence: [
      {
        label: `records before ${source}`,
        unit: 'text',
        observed: `${Math.round(trend.from)} → ${Math.round(trend.to)}`,
      },
    ],
    toldApart: [
      no('lag-growing', 'what waits gets less'),
      basis === 'lagRecords'
        ? no('under-provisioned', 'more is read than arrives')
        : unknown('under-provisioned', 'the source tells too few under backpressure'),
    ],
    suggestions: [{ message: 'wait', risk: 'none' }],
    sureness: basis === 'lagRecords' ? 1 : 0.8,
  }
}

function faster(
  source: string,
  { speed, behindMs, limit }: { readonly speed: number; readonly behindMs: number; limit: number },
  subject: Asked,
): Draft<Message> {
  return {
    severity: 'info',
    message: 'faster',
    params: { source, speed: times(speed), behind: seconds(behindMs) },
    subject,
    evidence: [
      {
        label: `event time ÷ clock, ${source}`,
        unit: 'count',
        observed: Number(speed.toPrecision(3)),
        limit,
        bad: 'above',
      },
    ],
    toldApart: [
      no('watermark-behind', 'the distance gets less'),
      unknown('lag-growing', 'what waits before the source is not known'),
    ],
    suggestions: [{ message: 'wait', risk: 'none' }],
    sureness: 0.7,
  }
}

/** Out-of-orderness bounds are of seconds: below this a source reads what is fresh. */
const BEHIND_MS = 30_000

function clockOf(view: JobView, vertex: string): Pick<Reading, 'speed' | 'behindMs'> {
  const load = view.loads.find((one) => one.vertex === vertex)
  const speed = median(load?.subtasks.flatMap(({ eventTimeSpeed }) => eventTimeSpeed ?? []) ?? [])
  const behind = readingsOf(view.facts, vertex, 'watermarkAt').flatMap((one) => {
    const newest = one.readings.at(-1)
    return newest && newest.value > 0 ? [newest.at - newest.value] : []
  })
  return { speed, behindMs: median(behind) }
}
