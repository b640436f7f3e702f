import type { FollowUp } from '../../core/model/follow-up.ts'
import { diagnose, EMPTY_MEMORY } from '../../diagnosis/engine/diagnose.ts'
import type { TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { rules } from '../../diagnosis/rules/index.ts'
import { factsAt, look, nothingSeen } from './facts.ts'
import { optionsOf, PEER_BEGIN, peerLooks, restarted } from './peer.ts'
import { randomOf } from './random.ts'
import { busyAt, optimumOf, type Scenario } from './scenarios.ts'
import { costOf, restart, type SimState, startOf, step } from './stream.ts'

/** Sizes that a tool would set now; empty where it would change nothing. */
interface Proposal {
  readonly sizes: Readonly<Record<string, number>>
  readonly intervals: Readonly<Record<string, { readonly low: number; readonly high: number }>>
  /** Causes it names. */
  readonly causes: readonly string[]
  /** What became of its earlier predictions. */
  readonly followUps: readonly FollowUp[]
}

const NOTHING: Proposal = { sizes: {}, intervals: {}, causes: [], followUps: [] }

/** A tool in closed loop: it looks every ten seconds, and what it proposes is done. */
interface Tool {
  readonly look: (state: SimState, second: number) => Proposal
  readonly applied: () => void
}

/** What one run of one tool came to. Times in seconds. */
export interface Run {
  readonly scenario: string
  readonly tool: string
  readonly seed: number
  /** Share of the time after the warm-up with less than ten seconds of backlog. */
  readonly slo: number
  /** Subtasks above the right size, against the right size, over time; and capacity below demand, likewise. */
  readonly over: number
  readonly under: number
  readonly steps: number
  /** Until the sizes were right for the first time after being wrong; null where they never were, or always. */
  readonly rightAfter: number | null
  /** Changes where none was right, and whether one was needed and never came. */
  readonly falseSteps: number
  readonly missed: boolean
  readonly causeNamed: boolean | null
  /** Proposals whose interval held the right size, of all. */
  readonly held: number
  readonly proposals: number
  /** Predictions of the busy share after a change, by what came of them. */
  readonly kept: number
  readonly broken: number
  readonly finalSizes: string
}

const LOOK_SECONDS = 10
const WARM_UP_SECONDS = 300
const LAG_SECONDS = 10
const NOISE = 0.05

export const TOOLS = ['weir', 'autoscaler defaults', 'autoscaler best'] as const

/** One scenario with one tool, from the seed alone. */
export function runScenario(
  scenario: Scenario,
  tool: string,
  seed: number,
  minutes = scenario.minutes,
): Run {
  const { vertices, troubles = {}, truth } = scenario
  const random = randomOf(seed)
  const noise = () => Math.exp(NOISE * random.normal())
  const state = startOf(vertices, (troubles.backlogSeconds ?? 0) * scenario.demand(0))
  const used = toolOf(tool, scenario)
  const sums: Sums = { ok: 0, counted: 0, over: 0, right: 0, under: 0, seconds: 0 }
  const notes: Notes = {
    steps: 0,
    falseSteps: 0,
    held: 0,
    proposals: 0,
    kept: 0,
    broken: 0,
    causeNamed: false,
  }
  const needed = truth.kind === 'size' && !isRight(scenario, state, 0)
  let rightAfter: number | null = null
  for (let second = 0; second < minutes * 60; second++) {
    if (troubles.restartEvery && second > 0 && second % troubles.restartEvery === 0)
      restart(state, vertices, second)
    const arriving = scenario.demand(second) * Math.max(0, 1 + NOISE * random.normal())
    step(state, vertices, second, () => arriving, noise, troubles)
    count(sums, scenario, state, optimumOf(scenario, second), second)
    if (second % LOOK_SECONDS !== 0) continue
    const proposal = used.look(state, second)
    note(notes, scenario, state, proposal, second)
    const changed = changesOf(state, proposal)
    if (changed.length === 0 || second < state.runningFrom) continue
    restart(state, vertices, second, Object.fromEntries(changed))
    used.applied()
    if (needed && isRight(scenario, state, second)) rightAfter ??= second
  }
  const { causeNamed, ...counted } = notes
  return {
    ...{ scenario: scenario.id, tool, seed, rightAfter, ...counted },
    slo: sums.counted === 0 ? 1 : sums.ok / sums.counted,
    over: sums.right === 0 ? 0 : sums.over / sums.right,
    under: sums.under / Math.max(1, sums.seconds),
    missed: needed && rightAfter === null,
    causeNamed: truth.kind === 'cause' ? causeNamed : null,
    finalSizes: [...state.parallelism].map(([id, size]) => `${id} ${size}`).join(', '),
  }
}

const changesOf = (state: SimState, { sizes }: Proposal) =>
  Object.entries(sizes).filter(([id, size]) => state.parallelism.get(id) !== size)

interface Notes {
  steps: number
  falseSteps: number
  held: number
  proposals: number
  kept: number
  broken: number
  causeNamed: boolean
}

/** What a proposal is worth, before it is carried out. */
function note(
  notes: Notes,
  scenario: Scenario,
  state: SimState,
  proposal: Proposal,
  second: number,
): void {
  const { truth } = scenario
  for (const { outcome } of proposal.followUps) {
    if (outcome === 'held') notes.kept++
    if (outcome === 'missed') notes.broken++
  }
  if (truth.kind === 'cause')
    notes.causeNamed ||= proposal.causes.some((rule) => truth.rules.includes(rule))
  const optimum = optimumOf(scenario, second)
  for (const [id, { low, high }] of Object.entries(proposal.intervals)) {
    const right = optimum[id] ?? 0
    notes.proposals++
    if (truth.kind === 'size' && right >= low && right <= high) notes.held++
  }
  if (changesOf(state, proposal).length === 0 || second < state.runningFrom) return
  notes.steps++
  if (truth.kind === 'cause' || isRight(scenario, state, second)) notes.falseSteps++
}

/** Vertices that a size is about: the others cost nothing at any size. */
function judged(scenario: Scenario, optimum: Readonly<Record<string, number>>): readonly string[] {
  return scenario.vertices.flatMap(({ id }) => ((optimum[id] ?? 1) > 1 ? [id] : []))
}

/** Every vertex that matters is at its right size, give or take one or a tenth, and keeps up. */
function isRight(scenario: Scenario, state: SimState, second: number): boolean {
  const optimum = optimumOf(scenario, second)
  return judged(scenario, optimum).every((id) => {
    const right = optimum[id] ?? 1
    const size = state.parallelism.get(id) ?? 1
    const isNear = Math.abs(size - right) <= Math.max(1, 0.1 * right)
    return isNear && busyAt(scenario, id, size, second) <= KEEPS_UP
  })
}

/** Busier than this, a size is not right however near it is. */
const KEEPS_UP = 0.95

interface Sums {
  ok: number
  counted: number
  over: number
  right: number
  under: number
  seconds: number
}

function count(
  sums: Sums,
  scenario: Scenario,
  state: SimState,
  optimum: Readonly<Record<string, number>>,
  second: number,
): void {
  const perSecond = scenario.demand(second)
  sums.seconds++
  if (second >= WARM_UP_SECONDS) {
    sums.counted++
    const lag = Math.max(0, ...state.lag.values())
    if (lag <= LAG_SECONDS * Math.max(perSecond, 1e-9)) sums.ok++
  }
  let short = 0
  for (const id of judged(scenario, optimum)) {
    const vertex = scenario.vertices.find((candidate) => candidate.id === id)
    const size = state.parallelism.get(id) ?? 1
    const right = optimum[id] ?? 1
    sums.over += Math.max(0, size - right)
    sums.right += right
    if (!vertex) continue
    // The right size carries its demand at 70 %; what this size can carry is in proportion to its capacity.
    const capacity = size / costOf(vertex, size - 1, size, second, {})
    const wanted = (right / costOf(vertex, right - 1, right, second, {})) * 0.7
    short = Math.max(short, 1 - capacity / wanted)
  }
  sums.under += Math.max(0, short)
}

function toolOf(tool: string, scenario: Scenario): Tool {
  return tool === 'weir' ? weir(scenario) : peer(tool, scenario)
}

/** The product itself: an agent's samples in, rules, folding and advice, what it says is done at once. */
function weir({ vertices, troubles = {}, hidden = {}, history }: Scenario): Tool {
  const seen = nothingSeen()
  let memory: TrackerMemory = EMPTY_MEMORY
  return {
    look: (state, second) => {
      look(seen, state, vertices, second, troubles, hidden)
      if (second < state.runningFrom) return NOTHING
      const diagnosis = diagnose(factsAt(seen, second), memory, rules, history)
      memory = diagnosis.memory
      const advice = diagnosis.advice.filter(({ kind }) => kind === 'parallelism')
      const named = advice.map(({ target, to, low, high }) => ({ id: target.name, to, low, high }))
      return {
        sizes: Object.fromEntries(named.map(({ id, to }) => [id, to])),
        intervals: Object.fromEntries(named.map(({ id, low, high }) => [id, { low, high }])),
        causes: diagnosis.findings
          .filter(({ state: open, cause }) => open === 'open' && cause)
          .map(({ rule }) => rule),
        followUps: diagnosis.followUps,
      }
    },
    applied: () => undefined,
  }
}

/** The autoscaler in compatibility mode: a re-implementation, proven by its oracles. */
function peer(tool: string, { vertices, troubles = {}, hidden = {} }: Scenario): Tool {
  const options = optionsOf(tool)
  let peerState = PEER_BEGIN
  return {
    look: (state, second) => {
      const { peer: next, decision } = peerLooks(
        peerState,
        state,
        vertices,
        second,
        options,
        troubles,
        hidden,
      )
      peerState = next
      const changes = decision && decision.blocked === undefined ? decision.changes : {}
      return {
        sizes: Object.fromEntries(Object.entries(changes).map(([id, { to }]) => [id, to])),
        ...{ intervals: {}, causes: [], followUps: [] },
      }
    },
    applied: () => {
      peerState = restarted(peerState)
    },
  }
}
