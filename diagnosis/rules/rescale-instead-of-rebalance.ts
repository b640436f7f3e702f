import { buffersOf, connectionsOf, DEFAULT_NETWORK } from '../../core/flink/memory/network.ts'
import type { Edge, Topology } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { loadOf } from '../signals/load.ts'
import { regionsOf } from '../signals/regions.ts'
import { median } from '../signals/statistics.ts'
import { run } from './job-failed.ts'
import { no } from './look-alikes.ts'
import { mebibytes, plural } from './words.ts'

/** An edge that could be a rescale, and what that would change. */
interface Candidate {
  readonly from: string
  readonly senders: number
  readonly receivers: number
  readonly savedBytes: number
  /** Records of the busiest sender ÷ of the one in the middle. */
  readonly uneven: number
  readonly edge: Edge
}

const candidates: Need<readonly Candidate[]> = {
  missing: 'the job graph with its edges, and the records that every subtask before it sends',
  read({ facts: { topology }, loads }, { subject }) {
    if (!topology || topology.inferred || subject.kind !== 'vertex') return undefined
    const edges = topology.edges.filter(
      ({ to, strategy }) => to === subject.vertex && strategy === 'REBALANCE',
    )
    const found: Candidate[] = []
    for (const edge of edges) {
      const [sender, receiver] = [loadOf(loads, edge.from), loadOf(loads, edge.to)]
      const sent = sender?.subtasks.flatMap((subtask) => subtask.recordsOutPerSecond ?? []) ?? []
      const middle = median(sent)
      if (!sender || !receiver || sent.length < sender.parallelism) return undefined
      if (middle === undefined || middle <= 0) continue
      const [senders, receivers] = [sender.parallelism, receiver.parallelism]
      found.push({
        ...{ from: sender.name, senders, receivers },
        savedBytes: savedBytes(senders, receivers),
        uneven: Math.max(...sent) / middle,
        edge,
      })
    }
    return found
  },
}

/** With other ratios some receivers would get more than others. */
const divides = (a: number, b: number) => a > 1 && b > 1 && (a % b === 0 || b % a === 0)
/** Senders this far apart need the rebalance that evens them out. */
const EVEN = 1.2

export const rescaleInsteadOfRebalance = defineRule({
  id: 'rescale-instead-of-rebalance',
  title: 'A rebalance costs buffers that a rescale would not',
  category: 'efficiency',
  scope: 'vertex',
  stage: 'trial',
  applies: ({ run: newest }) => newest?.bounded !== true,
  needs: { required: { run, candidates }, toldApartBy: {} },
  levels: {
    savedBytes: {
      minor: 64 * 2 ** 20,
      help: 'Network memory of the whole job that a rescale would not need: two buffers for each connection and end.',
    },
  },
  impact: { info: 0 },
  messages: {
    found:
      '{from} ({senders}) sends to {vertex} ({receivers}) by rebalance, over {connections}; a rescale needs {fewer} and {saved} less network memory.',
    change:
      'Use rescale() where the program says rebalance(): the sizes divide each other and {from} sends evenly, so nobody gets more. Both sizes have to go on dividing each other.',
    regions:
      'Then {after} parts of the job restart by themselves instead of {before}: a failure stops only its own.',
  },
  explains: [],
  opensAfter: 6,
  resolvesAfter: 3,

  evaluate({ run: { state }, candidates: edges }, { savedBytes: level }, { name }, { facts }) {
    if (state !== 'RUNNING') return []
    const best = edges
      .filter(({ senders, receivers, uneven }) => divides(senders, receivers) && uneven < EVEN)
      .sort((a, b) => b.savedBytes - a.savedBytes)[0]
    const reached = best && grade(best.savedBytes, level)
    if (!best || !reached) return []
    const { from, senders, receivers, edge } = best
    const before = facts.topology ? regionsOf(facts.topology) : 0
    const after = facts.topology ? regionsOf(rescaled(facts.topology, edge)) : 0
    return [
      {
        severity: 'info',
        message: 'found',
        params: {
          ...{ from, vertex: name, senders, receivers, before, after },
          connections: plural(connectionsOf(senders, receivers, 'REBALANCE'), 'connection'),
          fewer: connectionsOf(senders, receivers, 'RESCALE'),
          saved: mebibytes(best.savedBytes),
        },
        evidence: [
          {
            label: 'network memory that a rescale saves',
            unit: 'bytes',
            observed: best.savedBytes,
            limit: reached.limit,
            bad: 'above',
          },
          {
            label: `records of the busiest sender ÷ of the one in the middle, ${from}`,
            unit: 'count',
            observed: Number(best.uneven.toPrecision(3)),
            limit: EVEN,
            bad: 'below',
          },
        ],
        toldApart: [no('source-skew', `${from} sends evenly: the rebalance evens nothing out`)],
        suggestions: [
          { message: 'change', risk: 'restart' },
          ...(after > before ? [{ message: 'regions', risk: 'none' } as const] : []),
        ],
        sureness: 0.7,
      },
    ]
  },
})

/** At both ends of the edge, for all subtasks. */
function savedBytes(senders: number, receivers: number): number {
  const ends = [
    [senders, receivers],
    [receivers, senders],
  ] as const
  const buffers = (strategy: Edge['strategy']) =>
    ends.reduce((sum, [own, other]) => sum + own * buffersOf(own, other, strategy), 0)
  return (buffers('REBALANCE') - buffers('RESCALE')) * DEFAULT_NETWORK.segmentBytes
}

function rescaled(topology: Topology, edge: Edge): Topology {
  return {
    ...topology,
    edges: topology.edges.map((one) => (one === edge ? { ...one, strategy: 'RESCALE' } : one)),
  }
}
