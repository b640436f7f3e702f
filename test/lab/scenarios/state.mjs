// Checkpoints and state.
import { breakCheckpointDir } from './faults.mjs'
import { healthy, node, sick } from './words.mjs'

export default [
  {
    id: 'checkpoint-sync-a',
    line: '1.20',
    title: 'Sync phase of one subtask takes 6 s',
    job: 'ledger-balance',
    nodes: [
      node('pay', 'gen', [], { p: 2, name: 'payments', rate: 300 }),
      node('book', 'map', ['pay'], { p: 3, in: 'rebalance', name: 'Book payment', cost: 500 }),
      node('bal', 'keyed', ['book'], { p: 2, name: 'Balance', cost: 300 }),
      node('out', 'sink', ['bal'], { p: 1, name: 'ledger', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        110,
        { 'book.snap': 6000, 'book.snap.sub': 1 },
        {
          root_cause: 'slow checkpoint, synchronous phase',
          vertex: 'book',
          subtask: 1,
          advice:
            'snapshotState of "Book payment" subtask 1 blocks for 6 s: move the work out of the ' +
            'synchronous phase',
        },
      ),
    ],
  },
  {
    id: 'checkpoint-expiry-a',
    line: '2.2',
    title: 'Snapshot slower than the timeout',
    job: 'risk-exposure',
    flinkConfiguration: { 'execution.checkpointing.timeout': '6 s' },
    nodes: [
      node('tr', 'gen', [], { p: 2, name: 'trades', rate: 300 }),
      node('pos', 'keyed', ['tr'], { p: 2, name: 'Positions', cost: 400 }),
      node('exp', 'map', ['pos'], { p: 2, name: 'Exposure', cost: 200 }),
      node('out', 'sink', ['exp'], { p: 1, name: 'risk-db', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        110,
        { 'pos.snap': 9000, 'pos.snap.sub': 0 },
        {
          band: 'critical',
          root_cause: 'checkpoint expiry: one subtask never acknowledges in time',
          vertex: 'pos',
          subtask: 0,
          advice:
            'find what blocks subtask 0 in the synchronous phase; a longer timeout only hides it',
        },
      ),
    ],
  },
  {
    id: 'checkpoint-dir-a',
    line: '2.2',
    title: 'Checkpoint directory not writable',
    job: 'usage-rollup',
    nodes: [
      node('u', 'gen', [], { p: 1, name: 'usage', rate: 300 }),
      node('k', 'keyed', ['u'], { p: 2, name: 'Rollup', cost: 300 }),
      node('o', 'sink', ['k'], { p: 1, name: 'rollup-db', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        100,
        undefined,
        {
          band: 'critical',
          root_cause: 'checkpoint storage failure',
          advice: 'restore the checkpoint storage; every checkpoint since the phase began failed',
        },
        { enter: breakCheckpointDir() },
      ),
    ],
  },
  {
    id: 'state-growth-a',
    line: '2.2',
    title: 'Every record adds 2 KB of state (RocksDB)',
    job: 'event-dedup',
    flinkConfiguration: { 'state.backend.type': 'rocksdb' },
    nodes: [
      node('e', 'gen', [], { p: 2, name: 'events', rate: 400, keys: 200 }),
      node('d', 'keyed', ['e'], { p: 2, name: 'Deduplicate events', cost: 200 }),
      node('o', 'sink', ['d'], { p: 1, name: 'clean-events', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        130,
        { 'd.state': 2000 },
        {
          root_cause: 'state growth without bound',
          vertex: 'd',
          growth_bytes_per_s: 800000,
          advice: 'state TTL or clean-up timer on "Deduplicate events"',
        },
      ),
    ],
  },
]
