// Code that fails or hangs, jobs that cannot start.
import { cancelAfter } from './faults.mjs'
import { healthy, node, sick } from './words.mjs'

export default [
  {
    id: 'restart-loop-a',
    line: '2.2',
    title: 'User function throws on every attempt after 6 s',
    job: 'refund-check',
    nodes: [
      node('ref', 'gen', [], { p: 2, name: 'refunds', rate: 400 }),
      node('chk', 'keyed', ['ref'], { p: 2, name: 'Check refund', cost: 300 }),
      node('out', 'sink', ['chk'], { p: 1, name: 'decisions', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        100,
        { 'chk.fail': 1, 'chk.fail.ms': 6000, 'chk.fail.sub': 0 },
        {
          band: 'critical',
          root_cause: 'restart loop: user exception',
          vertex: 'chk',
          exception: 'java.lang.IllegalStateException: Order N has a negative amount',
          advice: 'fix the function or route bad records aside; restarting does not help',
        },
      ),
    ],
  },
  {
    id: 'job-failed-a',
    line: '2.2',
    title: 'Three attempts, then the job is FAILED for good',
    job: 'coupon-check',
    flinkConfiguration: {
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '3',
      'restart-strategy.fixed-delay.delay': '2 s',
    },
    nodes: [
      node('c', 'gen', [], { p: 1, name: 'codes', rate: 300 }),
      node('chk', 'map', ['c'], { p: 2, name: 'Check code', cost: 300 }),
      node('o', 'sink', ['chk'], { p: 1, name: 'answers', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        80,
        { 'chk.fail': 1, 'chk.fail.ms': 5000, 'chk.fail.kind': 'null' },
        {
          band: 'critical',
          root_cause: 'job failed: user exception, restart attempts exhausted',
          vertex: 'chk',
          exception: 'java.lang.NullPointerException',
          advice: 'fix the function, then start again from the last checkpoint',
        },
      ),
    ],
  },
  {
    id: 'stuck-a',
    line: '1.20',
    title: 'Subtask 0 of a map hangs in one record',
    job: 'image-tags',
    nodes: [
      node('img', 'gen', [], { p: 2, name: 'images', rate: 300 }),
      node('tag', 'map', ['img'], { p: 2, in: 'rebalance', name: 'Tag image', cost: 400 }),
      node('k', 'keyed', ['tag'], { p: 2, name: 'Tag counts', cost: 200 }),
      node('o', 'sink', ['k'], { p: 1, name: 'tags', cost: 100 }),
    ],
    flinkConfiguration: { 'execution.checkpointing.timeout': '30 s' },
    phases: [
      healthy(60),
      sick(
        115,
        { 'tag.park': 1, 'tag.park.sub': 0 },
        {
          band: 'critical',
          root_cause: 'operator stuck (thread parked in user code)',
          vertex: 'tag',
          subtask: 0,
          advice:
            'thread dump shows lab.Behaviour.onRecord parked; no records pass, checkpoints expire',
        },
        { deep: true },
      ),
    ],
  },
  {
    id: 'cancel-stuck-a',
    line: '2.2',
    title: 'Cancel while an operator ignores interrupts: the TaskManager kills itself after 30 s',
    job: 'pdf-render',
    restartAfter: true,
    nodes: [
      node('s', 'gen', [], { p: 1, name: 'files', rate: 200 }),
      node('m', 'map', ['s'], { p: 2, in: 'rebalance', name: 'Render page', cost: 400 }),
      node('o', 'sink', ['m'], { p: 1, name: 'result', cost: 100 }),
    ],
    phases: [
      healthy(40),
      sick(
        75,
        { 'm.park': 1, 'm.park.sub': 0 },
        {
          band: 'critical',
          root_cause: 'operator stuck and ignores cancellation (TaskManager ends itself)',
          vertex: 'm',
          subtask: 0,
          taskmanager_of: 'm/0',
          advice: 'user code swallows interrupts; look at the thread dump',
        },
        { enter: cancelAfter(15) },
      ),
    ],
  },
  {
    id: 'no-slots-a',
    line: '1.20',
    title: 'p=8 on 6 slots: never starts',
    job: 'fleet-replay',
    neverRuns: true,
    nodes: [
      node('f', 'gen', [], { p: 2, name: 'fleet', rate: 300 }),
      node('k', 'keyed', ['f'], { p: 8, name: 'Vehicle state', cost: 200 }),
      node('o', 'sink', ['k'], { p: 1, name: 'fleet-db', cost: 100 }),
    ],
    phases: [
      {
        name: 'sick',
        s: 110,
        truth: {
          band: 'critical',
          root_cause: 'not enough task slots',
          needed_slots: 8,
          available_slots: 6,
          advice: 'one more TaskManager (2 slots each) or parallelism at most 6',
        },
      },
    ],
  },
  {
    id: 'network-buffers-a',
    line: '2.2',
    title: 'Too little network memory: the job cannot start its tasks',
    job: 'wide-shuffle',
    memory: { network: 2 },
    neverRuns: true,
    restartAfter: true,
    nodes: [
      node('s', 'gen', [], { p: 6, name: 'wide-input', rate: 200 }),
      node('a', 'keyed', ['s'], { p: 6, name: 'First shuffle', cost: 100 }),
      node('b', 'keyed', ['a'], { p: 6, name: 'Second shuffle', cost: 100 }),
      node('o', 'sink', ['b'], { p: 6, in: 'rebalance', name: 'wide-output', cost: 100 }),
    ],
    phases: [
      {
        name: 'sick',
        s: 80,
        truth: {
          band: 'critical',
          root_cause: 'insufficient network buffers',
          advice: 'raise taskmanager.memory.network (2 MiB = 64 segments per TaskManager now)',
        },
      },
    ],
  },
]
