import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../core/model/events.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import type { TaskSample } from '../../core/model/samples.ts'
import { type EpisodeMemory, followEpisodes, NO_EPISODES } from './episodes.ts'

const job = 'lab/-/orders'
const BEGIN = 1_000_000
const STEP = 10_000

/**
 * Two vertices, a sample every ten seconds. A digit is the share of a step in tenths; `waits` is the
 * backpressure of the source, `works` the busy share of the map after it; a blank is a missing sample.
 */
function factsOf({ waits, works }: { readonly waits: string; readonly works: string }): JobFacts {
  const tasks = [
    ...samples('source', waits, 'backpressuredMs'),
    ...samples('map', works, 'busyMs'),
  ].sort((a, b) => a.at - b.at)
  const at = BEGIN + waits.length * STEP
  return {
    job,
    ref: { cluster: 'lab', namespace: '-', name: 'orders' },
    at,
    topology: {
      vertices: [
        { id: 'source', name: 'Source: feed', parallelism: 1, maxParallelism: 128 },
        { id: 'map', name: 'Map', parallelism: 1, maxParallelism: 128 },
      ],
      edges: [{ from: 'source', to: 'map', strategy: 'HASH' }],
    },
    runs: [runOf('run-1', at)],
    tasks,
    ...{ config: undefined, processes: [], samples: [], placements: [], checkpoints: [] },
    ...{ exceptions: [], taskmanagers: [], clusters: [], pods: [] },
    logs: undefined,
  }
}

function runOf(run: string, at: number): RunEvent {
  const times = { at, since: BEGIN, startedAt: BEGIN }
  return {
    type: 'run',
    job,
    run,
    state: 'RUNNING',
    bounded: false,
    flinkVersion: '2.2.1',
    ...times,
  }
}

function samples(
  vertex: string,
  digits: string,
  metric: 'backpressuredMs' | 'busyMs',
): readonly TaskSample[] {
  // A minute of idle life before, so that the first step is not the warm-up.
  const counters = { busyMs: 0, idleMs: 60_000, backpressuredMs: 0 }
  return ['0', ...digits].flatMap((digit, index) => {
    if (index > 0) {
      const ms = Number(digit) * 1_000
      counters[metric] += ms
      counters.idleMs += STEP - ms
    }
    if (digit === ' ') return []
    const place = { job, run: 'run-1', vertex, subtask: 0, attempt: 0, via: 'flink-rest' as const }
    return [{ ...place, at: BEGIN + index * STEP, values: { ...counters } }]
  })
}

/** One line per episode: role, name, steps from begin to end (or `…`), worst and mean, severity. */
function told(facts: JobFacts, memory: EpisodeMemory = NO_EPISODES): readonly string[] {
  return followEpisodes(facts, memory).episodes.map((e) => {
    const step = (at: number) => (at - BEGIN) / STEP
    const end = e.endAt === undefined ? `${step(e.seenAt)}…` : String(step(e.endAt))
    return `${e.role} ${e.name} ${step(e.startAt)}-${end} worst ${e.worst.toFixed(2)} mean ${e.mean.toFixed(2)} ${e.severity}`
  })
}

describe('episodes of backpressure', () => {
  test.each([
    {
      name: 'none where nobody waits',
      waits: '0000000',
      works: '5599555',
      episodes: [],
    },
    {
      name: 'the vertex that waits is the victim, the saturated one behind it the root',
      waits: '0066660000',
      works: '3399993333',
      episodes: [
        'root Map 2-6 worst 0.60 mean 0.60 high',
        'victim Source: feed 2-6 worst 0.60 mean 0.60 high',
      ],
    },
    {
      name: 'a vertex that is not saturated is no root: the wait has another reason',
      waits: '0033330000',
      works: '3344443333',
      episodes: ['victim Source: feed 2-6 worst 0.30 mean 0.30 low'],
    },
    {
      name: 'two calm samples do not end it, three do',
      waits: '0620000620026000',
      works: '0000000000000000',
      episodes: [
        'victim Source: feed 1-3 worst 0.60 mean 0.40 low',
        'victim Source: feed 7-13 worst 0.60 mean 0.40 low',
      ],
    },
    {
      name: 'a single sample is a burst that the buffers took',
      waits: '0000900000',
      works: '0000000000',
      episodes: [],
    },
    {
      name: 'it lasts while the newest sample still shows it',
      waits: '00077777',
      works: '99999999',
      episodes: [
        'root Map 3-8… worst 0.70 mean 0.70 high',
        'victim Source: feed 3-8… worst 0.70 mean 0.70 high',
      ],
    },
    {
      name: 'a step across two missing samples is one step',
      waits: '06  660000',
      works: '0000000000',
      episodes: ['victim Source: feed 1-6 worst 0.60 mean 0.36 low'],
    },
  ])('$name', ({ waits, works, episodes }) => {
    expect(told(factsOf({ waits, works }))).toEqual(episodes)
  })

  test('are counted once, however rounds and their windows overlap', () => {
    const waits = '0066660000666600777700'
    const works = '3399993333999933999933'
    const whole = followEpisodes(factsOf({ waits, works }), NO_EPISODES).memory
    let memory = NO_EPISODES
    for (let length = 3; length <= waits.length; length++) {
      const cut = { waits: waits.slice(0, length), works: works.slice(0, length) }
      memory = followEpisodes(factsOf(cut), memory).memory
      memory = followEpisodes(factsOf(cut), memory).memory
    }
    expect(memory).toEqual(whole)
    expect(memory.totals.map(({ role, episodes, ms }) => [role, episodes, ms])).toEqual([
      ['root', 2, 12 * STEP],
      ['victim', 2, 12 * STEP],
    ])
  })

  test('end where the samples end: what came after is not known', () => {
    const waiting = factsOf({ waits: '006666', works: '339999' })
    const { memory } = followEpisodes(waiting, NO_EPISODES)
    const silent = { ...waiting, at: waiting.at + 61_000 }
    expect(told(silent, memory)).toEqual([
      'root Map 2-6 worst 0.60 mean 0.60 high',
      'victim Source: feed 2-6 worst 0.60 mean 0.60 high',
    ])
    expect(followEpisodes(silent, memory).memory.open).toEqual([])
  })

  test('of one run do not go on in the next', () => {
    const waiting = factsOf({ waits: '006666', works: '000000' })
    const { memory } = followEpisodes(waiting, NO_EPISODES)
    const next = { ...waiting, runs: [runOf('run-2', waiting.at)], tasks: [] }
    expect(told(next, memory)).toEqual(['victim Source: feed 2-6 worst 0.60 mean 0.60 high'])
  })

  test('their memory is plain JSON', () => {
    const { memory } = followEpisodes(factsOf({ waits: '006666', works: '339999' }), NO_EPISODES)
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory)
  })
})
