import { defineRule, grade, type Need } from '../engine/rule.ts'
import { HELD_BACK, SATURATED } from '../signals/bottleneck.ts'
import { loadOf, type VertexLoad } from '../signals/load.ts'
import { type Backlog, backlogOf, sourcesOf } from '../signals/sources.ts'
import { GC_FROM, no, unknown } from './look-alikes.ts'
import { aboutVertex, flow, gcOfHosts } from './needs.ts'
import { percent, perSecond, plural } from './words.ts'

/** A source that is busy all the time itself, while nothing below holds it back. */
interface Saturated {
  readonly source: { readonly id: string; readonly name: string }
  readonly load: VertexLoad
  readonly backlog: Backlog | undefined
  readonly gc: number | undefined
}

/** Nearly all of its subtasks: a few that are full are skew. */
const MOST = 0.75

const saturated: Need<readonly Saturated[]> = {
  missing: flow.missing,
  read(view) {
    const sources = sourcesOf(view.facts)
    const loads = sources.map(({ id }) => loadOf(view.loads, id))
    if (sources.length === 0 || loads.some((load) => load?.busy === undefined)) return undefined
    return sources.flatMap((source) => {
      const load = loadOf(view.loads, source.id)
      const full = load?.subtasks.filter(({ busy }) => busy >= SATURATED).length ?? 0
      if (!load || full < MOST * load.parallelism) return []
      if ((load.maxBackpressured ?? 0) >= HELD_BACK) return []
      const gc = gcOfHosts.read(view, aboutVertex(view, source))
      return [{ source, load, backlog: backlogOf(view.facts, source.id), gc }]
    })
  },
}

export const sourceLimited = defineRule({
  id: 'source-limited',
  title: 'The source itself is the bottleneck',
  category: 'flow',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { saturated }, toldApartBy: {} },
  levels: {
    share: {
      minor: 0.05,
      major: 0.2,
      crit: 0.6,
      help: 'Growth of the lag ÷ what arrives, while all subtasks of the source are busy and nothing holds them back.',
    },
  },
  impact: { minor: 1, major: 2.8, crit: 3.5 },
  messages: {
    found:
      '{source} reads {read} with {subtasks}, all of them busy, and nothing below holds it back: {share} of what arrives stays behind.',
    more: 'Raise the parallelism of {source}, up to the number of its partitions.',
    lighter:
      'Move what is heavy (parsing, decompression, filters) out of the source into a vertex of its own, which may be wider than the partitions.',
  },
  explains: [
    { rule: 'lag-growing', where: 'upstream' },
    { rule: 'watermark-behind', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ saturated: list }, { share: level }, _asked, view) {
    // A generator that makes as much as it can is busy all the time, too: only a lag tells.
    if (list.length > 0 && list.every(({ backlog }) => backlog === undefined))
      return { unknown: 'what waits before the source: a busy source may read all that arrives' }
    return list.flatMap(({ source, load, backlog, gc }) => {
      if (!backlog?.trend.isSteady || (gc ?? 0) >= GC_FROM) return []
      const { perSecond: grows } = backlog.trend
      const share = grows / (grows + backlog.readPerSecond)
      const reached = grade(share, level)
      if (!reached) return []
      return [
        {
          severity: reached.severity,
          message: 'found' as const,
          params: {
            source: source.name,
            read: perSecond(backlog.readPerSecond),
            subtasks: plural(load.parallelism, 'subtask'),
            share: percent(share),
          },
          subject: aboutVertex(view, source),
          evidence: [
            {
              label: `busy share of ${source.name}`,
              unit: 'ratio' as const,
              observed: load.busy ?? 0,
              limit: SATURATED,
              bad: 'above' as const,
              series: { signal: 'busy' as const, vertex: source.id },
            },
            {
              label: 'share of what arrives that stays behind',
              unit: 'ratio' as const,
              observed: Number(share.toPrecision(3)),
              limit: reached.limit,
              bad: 'above' as const,
            },
          ] as const,
          toldApart: [
            no(
              'under-provisioned',
              `held back ${percent(load.maxBackpressured ?? 0)} of the time: nothing below is the bottleneck`,
            ),
            no('source-skew', 'nearly all of its subtasks are busy'),
            gc === undefined
              ? unknown('gc-pressure', 'garbage collection time is not measured')
              : no('gc-pressure', `${percent(gc)} of the time in collections`),
          ],
          suggestions: [
            { message: 'more' as const, risk: 'restart' as const },
            { message: 'lighter' as const, risk: 'restart' as const },
          ],
          sureness: backlog.basis === 'lagRecords' ? 0.95 : 0.75,
        },
      ]
    })
  },
})
