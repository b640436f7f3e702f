import { isSink, upstreamOf } from '../../core/model/topology.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import { HELD_BACK } from '../signals/bottleneck.ts'
import { type CommitCycle, commitCyclesOf } from '../signals/bursts.ts'
import { loadOf } from '../signals/load.ts'
import type { JobView } from '../signals/view.ts'
import { no, unknown } from './look-alikes.ts'
import { gcOfHosts, vertexOf } from './needs.ts'
import { percent, plural, seconds } from './words.ts'

const cycles: Need<readonly CommitCycle[]> = {
  missing: 'checkpoints, and four samples of the busy time between two of them',
  read({ facts }, asked) {
    const vertex = vertexOf(asked)
    if (vertex === undefined || !facts.topology) return undefined
    // Nothing is committed where nothing leaves the job.
    return isSink(facts.topology, vertex) ? commitCyclesOf(facts, vertex) : []
  },
}

const LEAST_BURST_MS = 5_000
/** With more to do in between it is a sink that is too slow, not one that commits. */
const CALM_REST = 0.6
const CYCLES = 2

export const commitBurst = defineRule({
  id: 'commit-burst',
  title: 'The sink commits in bursts and takes nothing meanwhile',
  category: 'checkpoints',
  scope: 'vertex',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { cycles }, toldApartBy: { gc: gcOfHosts } },
  levels: {
    share: {
      minor: 0.1,
      major: 0.3,
      help: 'Time after each completed checkpoint in which the sink has no moment left ÷ time between two, in the newest two cycles, while what comes before it waits.',
    },
  },
  impact: { minor: 0.5, major: 2.2 },
  messages: {
    found:
      '{vertex} is fully busy for {burst} after each checkpoint and calm for the rest: a commit of everything since the last one, {share} of the time, in {cycles}.',
    smaller: 'A shorter execution.checkpointing.interval makes each commit smaller.',
    apart:
      'Give the commit a task of its own (no chaining of writer and committer), or more subtasks to the sink; fewer and larger files or transactions commit faster.',
  },
  explains: [
    { rule: 'slow-sink', where: 'upstream' },
    { rule: 'under-provisioned', where: 'upstream' },
    { rule: 'blocking-call', where: 'upstream' },
    { rule: 'stuck-task', where: 'upstream' },
    { rule: 'catching-up', where: 'job' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 6,

  evaluate({ cycles: all, gc }, { share: level }, { name, subject }, view) {
    const newest = all.slice(-CYCLES)
    const isBursty = ({ burstMs, restBusy }: CommitCycle) =>
      burstMs >= LEAST_BURST_MS && restBusy < CALM_REST
    if (newest.length < CYCLES || !newest.every(isBursty)) return []
    const [burstMs, cycleMs] = [mean(newest, 'burstMs'), mean(newest, 'cycleMs')]
    const reached = grade(burstMs / cycleMs, level)
    if (!reached || subject.kind !== 'vertex' || !isWaitedFor(view, subject.vertex)) return []
    const newestCheckpoint = view.facts.checkpoints.findLast(({ state }) => state === 'completed')
    const sync = newestCheckpoint?.tasks.find(({ vertex }) => vertex === subject.vertex)?.syncMs
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          burst: seconds(burstMs),
          share: percent(burstMs / cycleMs),
          cycles: plural(newest.length, 'cycle'),
        },
        evidence: [
          {
            label: 'fully busy after a checkpoint ÷ time between two',
            unit: 'ratio',
            observed: Number((burstMs / cycleMs).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'busy', vertex: subject.vertex },
          },
          { label: 'busy in the rest of it', unit: 'ratio', observed: mean(newest, 'restBusy') },
        ],
        toldApart: [
          no('slow-sink', `between the bursts it is busy ${percent(mean(newest, 'restBusy'))}`),
          sync === undefined
            ? unknown('checkpoint-sync', 'the synchronous phase is not known')
            : no('checkpoint-sync', `the synchronous phase takes ${seconds(sync)}`),
          gc === undefined
            ? unknown('gc-pressure', 'garbage collection time is not measured')
            : no('gc-pressure', `${percent(gc)} of the time in collections`),
        ],
        suggestions: [
          { message: 'smaller', risk: 'restart' },
          { message: 'apart', risk: 'restart' },
        ],
        sureness: Math.min(1, 0.5 + 0.15 * all.filter(isBursty).length),
      },
    ]
  },
})

/** In the window of loads, in which a burst may be over, something before the sink was held back. */
function isWaitedFor({ facts, loads }: JobView, vertex: string): boolean {
  const { topology } = facts
  return (
    topology !== undefined &&
    upstreamOf(topology, vertex).some(
      (id) => (loadOf(loads, id)?.maxBackpressured ?? 0) >= HELD_BACK,
    )
  )
}

const mean = (cycles: readonly CommitCycle[], of: 'burstMs' | 'cycleMs' | 'restBusy') =>
  cycles.reduce((sum, cycle) => sum + cycle[of], 0) / cycles.length
