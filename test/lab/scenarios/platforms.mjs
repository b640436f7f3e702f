// What platforms meet: uneven clusters, demand beyond the best, commits, files, bounded jobs.
import { HEALTHY, healthy, needed, node, sick } from './words.mjs'

const uneven = (more) => ({
  band: 'degraded',
  root_cause: 'uneven spread of tasks over TaskManagers',
  advice:
    'taskmanager.load-balance.mode: TASKS or SLOTS (before 2.0 cluster.evenly-spread-out-slots: true)',
  ...more,
})

export default [
  {
    id: 'load-imbalance-a',
    line: '2.2',
    title: 'Two subtasks that compute share one TaskManager, two others are empty',
    job: 'image-hashes',
    nodes: [
      node('up', 'gen', [], { p: 1, name: 'uploads', rate: 40 }),
      node('h', 'map', ['up'], { p: 2, in: 'rebalance', name: 'Hash image', cost: 1000, spin: 1 }),
      node('d', 'sink', ['h'], { p: 1, name: 'hash-index', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(
        100,
        { 'up.rate': 300, 'h.cost': 7500 },
        uneven({ vertex: 'h', note: 'two subtasks that want more than a core each in one process' }),
      ),
    ],
  },
  {
    id: 'load-imbalance-b',
    line: '1.20',
    title: 'Three subtasks that compute, two of them on one TaskManager of three',
    job: 'tile-render',
    nodes: [
      node('req', 'gen', [], { p: 1, name: 'tile-requests', rate: 30, keys: 600 }),
      node('r', 'keyed', ['req'], { p: 3, name: 'Render tile', cost: 500, spin: 1 }),
      node('c', 'sink', ['r'], { p: 1, name: 'tile-cache', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(100, { 'req.rate': 400, 'r.cost': 6000 }, uneven({ vertex: 'r' })),
    ],
  },
  {
    id: 'overload-a',
    line: '1.20',
    title: 'The topic brings 2.5 times what the job has ever done; its work is what it was',
    job: 'bid-ranking',
    kafka: { topics: [{ topic: 'bids', partitions: 6, group: 'bid-ranking' }] },
    nodes: [
      node('b', 'kafka', [], { p: 2, name: 'bids', topic: 'bids', group: 'bid-ranking' }),
      node('r', 'map', ['b'], { p: 3, in: 'rebalance', name: 'Rank bid', cost: 3000 }),
      node('o', 'sink', ['r'], { p: 1, name: 'auction', cost: 150 }),
    ],
    phases: [
      healthy(50, { 'bids.rate': 600 }),
      sick(
        100,
        { 'bids.rate': 2500 },
        {
          root_cause: 'overload: demand above the best throughput, not catching up',
          vertex: 'r',
          needed_parallelism: { r: needed(2500, 3000) },
          advice: 'limit the rate at the source, align watermarks, or raise "Rank bid" from 3 to 8',
        },
      ),
    ],
  },
  {
    id: 'overload-b',
    line: '2.2',
    title: 'A flood of events into a keyed count that computes',
    job: 'login-guard',
    kafka: { topics: [{ topic: 'logins', partitions: 4, group: 'login-guard' }] },
    nodes: [
      node('l', 'kafka', [], { p: 4, name: 'logins', topic: 'logins', group: 'login-guard' }),
      node('g', 'keyed', ['l'], { p: 2, name: 'Guess per account', cost: 1500 }),
      node('o', 'sink', ['g'], { p: 2, name: 'blocks', cost: 150 }),
    ],
    phases: [
      healthy(50, { 'logins.rate': 500 }),
      sick(
        100,
        { 'logins.rate': 2200 },
        {
          root_cause: 'overload: demand above the best throughput, not catching up',
          vertex: 'g',
          needed_parallelism: { g: needed(2200, 1500) },
          advice: 'limit the rate at the source, or raise "Guess per account" from 2 to 4 - 5',
        },
      ),
    ],
  },
  {
    id: 'commit-burst-a',
    line: '2.2',
    title: 'Everything since the last checkpoint is committed at once: 15 s without a record',
    job: 'invoice-lake',
    flinkConfiguration: { 'execution.checkpointing.interval': '40 s' },
    nodes: [
      node('i', 'gen', [], { p: 2, name: 'invoices', rate: 500 }),
      node('n', 'map', ['i'], { p: 2, in: 'rebalance', name: 'Normalise', cost: 200 }),
      node('w', 'commitsink', ['n'], { p: 2, name: 'lake', cost: 100, chain: 1 }),
    ],
    phases: [
      healthy(50),
      sick(
        140,
        { 'w.commit': 1500 },
        {
          root_cause: 'commit burst: the commit after each checkpoint blocks the sink',
          vertex: 'w',
          advice: 'shorter checkpoint interval, more subtasks of the sink, commits apart from it',
        },
      ),
    ],
  },
  {
    id: 'commit-burst-b',
    line: '1.20',
    title: 'One writer that commits for 10 s of every 30',
    job: 'audit-trail',
    flinkConfiguration: { 'execution.checkpointing.interval': '30 s' },
    nodes: [
      node('a', 'gen', [], { p: 1, name: 'audit-events', rate: 400, keys: 300 }),
      node('k', 'keyed', ['a'], { p: 2, name: 'Order per user', cost: 300 }),
      node('s', 'commitsink', ['k'], { p: 1, name: 'archive', cost: 200, chain: 1 }),
    ],
    phases: [
      healthy(50),
      sick(
        130,
        { 's.commit': 850 },
        {
          root_cause: 'commit burst: the commit after each checkpoint blocks the sink',
          vertex: 's',
          advice: 'shorter checkpoint interval, more subtasks of the sink, commits apart from it',
        },
      ),
    ],
  },
  {
    id: 'small-files-a',
    line: '1.20',
    title: 'A file per checkpoint, subtask and one of 300 buckets',
    job: 'click-archive',
    nodes: [
      node('c', 'gen', [], { p: 2, name: 'clicks', rate: 600, keys: 3000 }),
      node('f', 'map', ['c'], { p: 2, in: 'rebalance', name: 'Flatten', cost: 200 }),
      node('w', 'filesink', ['f'], { p: 2, name: 'click-files' }),
    ],
    phases: [
      healthy(50),
      sick(
        100,
        { 'w.buckets': 300 },
        {
          band: 'healthy',
          root_cause: 'small files: 600 files per checkpoint of 1 kB each',
          vertex: 'w',
          advice: 'fewer buckets (key by them before the sink), longer interval, compaction',
        },
      ),
    ],
  },
  {
    id: 'small-files-b',
    line: '2.2',
    title: 'A file per checkpoint, subtask and one of 120 buckets, four subtasks',
    job: 'metric-export',
    nodes: [
      node('m', 'gen', [], { p: 2, name: 'metrics', rate: 900, keys: 2000, bytes: 200 }),
      node('w', 'filesink', ['m'], { p: 4, in: 'rebalance', name: 'metric-files' }),
    ],
    phases: [
      healthy(50),
      sick(
        100,
        { 'w.buckets': 120 },
        {
          band: 'healthy',
          root_cause: 'small files: 480 files per checkpoint',
          vertex: 'w',
          advice: 'fewer buckets (key by them before the sink), longer interval, compaction',
        },
      ),
    ],
  },
  {
    id: 'bounded-a',
    line: '2.2',
    title: 'A bounded job that works as fast as it can and ends: busy, no lag, nothing wrong',
    job: 'nightly-reprice',
    nodes: [
      node('p', 'gen', [], { p: 2, name: 'prices', rate: 2000, count: 130000 }),
      node('m', 'map', ['p'], { p: 2, in: 'rebalance', name: 'Reprice', cost: 2200 }),
      node('o', 'sink', ['m'], { p: 1, name: 'price-list', cost: 200 }),
    ],
    phases: [
      {
        name: 'batch',
        s: 180,
        truth: { ...HEALTHY, note: 'backpressure in a bounded job is how it works; ends after 145 s' },
      },
    ],
  },
  {
    id: 'bounded-b',
    line: '1.20',
    title: 'A bounded job one of whose subtasks has most of the work',
    job: 'yearly-statements',
    nodes: [
      node('t', 'gen', [], {
        ...{ p: 2, name: 'transactions', rate: 3000, count: 150000 },
        ...{ keys: 2000, hot: 0.1, 'hot.key': 'k-1' },
      }),
      node('s', 'keyed', ['t'], { p: 3, name: 'Statement', cost: 2000 }),
      node('o', 'sink', ['s'], { p: 1, name: 'printer', cost: 100 }),
    ],
    phases: [
      {
        name: 'batch',
        s: 150,
        truth: { ...HEALTHY, note: 'ends after 120 s; as fast as its slowest subtask' },
      },
    ],
  },
  {
    id: 'checkpoint-async-a',
    line: '1.20',
    title: 'Writing the state takes 12 s, the synchronous phase nothing',
    job: 'fleet-positions',
    nodes: [
      node('g', 'gen', [], { p: 2, name: 'positions', rate: 400, keys: 1200 }),
      node('k', 'keyed', ['g'], { p: 2, name: 'Last position', cost: 300, slow: 1 }),
      node('o', 'sink', ['k'], { p: 1, name: 'fleet-map', cost: 100 }),
    ],
    phases: [
      healthy(50),
      sick(
        110,
        { 'k.write': 20000 },
        {
          root_cause: 'slow checkpoint, asynchronous phase',
          vertex: 'k',
          advice: 'look at the checkpoint store and the bandwidth to it; incremental checkpoints',
        },
      ),
    ],
  },
  {
    id: 'checkpoint-async-b',
    line: '2.2',
    title: 'The state of one vertex of two takes 25 s to be written',
    job: 'loyalty-points',
    nodes: [
      node('g', 'gen', [], { p: 1, name: 'purchases', rate: 300, keys: 900 }),
      node('a', 'keyed', ['g'], { p: 2, name: 'Points per member', cost: 300 }),
      node('b', 'keyed', ['a'], { p: 3, name: 'Tier per member', cost: 300, slow: 1 }),
      node('o', 'sink', ['b'], { p: 1, name: 'members', cost: 100 }),
    ],
    phases: [
      healthy(50),
      sick(
        110,
        { 'b.write': 80000 },
        {
          root_cause: 'slow checkpoint, asynchronous phase',
          vertex: 'b',
          advice: 'look at the checkpoint store and the bandwidth to it; incremental checkpoints',
        },
      ),
    ],
  },
]
