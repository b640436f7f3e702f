import type { Vertex } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { no } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { percent } from './words.ts'

/** Vertices behind a keyed edge, whose state is split into as many key groups as their max parallelism. */
const keyed: Need<readonly Vertex[]> = {
  missing: 'the job graph (REST)',
  read: ({ facts: { topology } }) =>
    topology === undefined || topology.inferred
      ? undefined
      : topology.vertices.filter(
          ({ id, maxParallelism }) =>
            maxParallelism > 0 &&
            topology.edges.some(({ to, strategy }) => to === id && strategy === 'HASH'),
        ),
}

/** The next step up is mostly a doubling. */
const ROOM = 2

export const maxParallelismTrap = defineRule({
  id: 'max-parallelism-trap',
  title: 'Max parallelism does not fit the parallelism',
  category: 'config',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { keyed }, toldApartBy: {} },
  levels: {
    uneven: {
      minor: 1.2,
      help: 'Key groups of the fullest subtask ÷ an even share: max parallelism that the parallelism does not divide gives some a group more.',
    },
  },
  impact: { info: 0, minor: 0.5 },
  messages: {
    uneven:
      '{vertex} shares {groups} key groups among {subtasks} subtasks: the fullest has {more} more keys than an even share.',
    narrow:
      '{vertex} runs at {subtasks} of at most {groups} subtasks: it cannot be doubled without losing its keyed state.',
    divide:
      'A parallelism that divides {groups} is even. Max parallelism itself (pipeline.max-parallelism) cannot be changed under a savepoint.',
    early:
      'Set pipeline.max-parallelism before there is state to lose: ten times the parallelism, with many divisors (720, 840).',
  },
  explains: [],
  opensAfter: 1,
  resolvesAfter: 1,

  evaluate({ keyed: vertices }, { uneven }, _asked, view) {
    return vertices.flatMap((vertex) => {
      const { name, parallelism, maxParallelism: groups } = vertex
      const share = Math.ceil(groups / parallelism) / (groups / parallelism)
      const reached = grade(share, uneven)
      const isNarrow = parallelism * ROOM > groups
      if (!reached && !isNarrow) return []
      return [
        {
          severity: reached ? reached.severity : ('info' as const),
          message: reached ? ('uneven' as const) : ('narrow' as const),
          params: { vertex: name, groups, subtasks: parallelism, more: percent(share - 1) },
          subject: aboutVertex(view, vertex),
          evidence: [
            {
              label: `key groups of the fullest subtask ÷ even share, ${name}`,
              unit: 'count' as const,
              observed: Number(share.toPrecision(3)),
              limit: uneven.minor ?? 1,
              bad: 'above' as const,
            },
          ] as const,
          toldApart: [no('data-skew', 'it is the number of groups, not what is in them')],
          suggestions: [
            ...(reached ? [{ message: 'divide' as const, risk: 'restart' as const }] : []),
            { message: 'early' as const, risk: 'state' as const },
          ],
          sureness: 1,
        },
      ]
    })
  },
})
