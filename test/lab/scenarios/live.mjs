// The three scenarios that run live in CI, beside Weir, on two cores. The answer is arithmetic, and
// nothing in it needs more than 1.5 cores: what spins is one subtask. Records are 1 kB, so that few
// of them fit into network buffers and back pressure shows within 15 s of falling ill.
import { hostOf, kill } from './faults.mjs'
import { healthy, needed, node, recovered, sick } from './words.mjs'

export default [
  {
    // 400/s x 3 ms = 1.2 cores of work for one subtask, which has one thread: 333/s get through.
    // True answer: "Price basket" is too slow because it computes; it needs 2 subtasks, not 3.
    id: 'live-spin',
    line: '2.2',
    title: 'An operator slow by computing: needs 2 subtasks',
    job: 'basket-prices',
    nodes: [
      node('baskets', 'gen', [], { p: 1, name: 'baskets', rate: 400, bytes: 1000 }),
      node('price', 'map', ['baskets'], {
        p: 1,
        in: 'rebalance',
        name: 'Price basket',
        cost: 300,
        spin: 1,
      }),
      node('out', 'sink', ['price'], { p: 1, name: 'prices', cost: 100 }),
    ],
    phases: [
      healthy(75),
      sick(
        105,
        { 'price.cost': 3000 },
        {
          root_cause: 'slow operator (under-provisioned), CPU-bound',
          vertex: 'price',
          cpu_bound: true,
          needed_parallelism: { price: needed(400, 3000) },
          source_rate_per_s: 400,
          capacity_per_subtask_per_s: 333.3,
          advice: 'raise the parallelism of "Price basket" from 1 to 2: its thread burns one core',
        },
      ),
      recovered(60, { 'price.cost': 300 }),
    ],
  },
  {
    // 500/s x 4.2 ms = 2.1 seconds of waiting per second: 3 subtasks both at 100 % and at 70 %.
    // True answer: "Check stock" is too slow because it waits; no core is busy, so p may go up.
    id: 'live-park',
    line: '2.2',
    title: 'An operator slow by waiting: needs 3 subtasks, burns no CPU',
    job: 'stock-check',
    nodes: [
      node('items', 'gen', [], { p: 1, name: 'items', rate: 500, bytes: 1000 }),
      node('stock', 'map', ['items'], { p: 1, in: 'rebalance', name: 'Check stock', cost: 400 }),
      node('out', 'sink', ['stock'], { p: 1, name: 'answers', cost: 100 }),
    ],
    phases: [
      healthy(75),
      sick(
        105,
        { 'stock.cost': 4200 },
        {
          root_cause: 'slow operator (under-provisioned), waits',
          vertex: 'stock',
          cpu_bound: false,
          needed_parallelism: { stock: needed(500, 4200) },
          source_rate_per_s: 500,
          capacity_per_subtask_per_s: 238.1,
          advice:
            'raise the parallelism of "Check stock" from 1 to 3: it waits, the cores are free',
        },
      ),
      recovered(60, { 'stock.cost': 400 }),
    ],
  },
  {
    // The whole job sits on one TaskManager (p=2, two slots each); four slots stay free.
    // True answer: that TaskManager was killed; the job is fine and runs elsewhere within 30 s.
    id: 'live-kill',
    line: '2.2',
    title: 'The TaskManager that hosts the job is killed, back after 40 s; spare slots exist',
    job: 'parcel-events',
    nodes: [
      node('parcels', 'gen', [], { p: 2, name: 'parcels', rate: 400 }),
      node('last', 'keyed', ['parcels'], { p: 2, name: 'Last position', cost: 400 }),
      node('out', 'sink', ['last'], { p: 1, name: 'tracking', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        40,
        undefined,
        {
          band: 'critical',
          root_cause: 'TaskManager lost (killed)',
          taskmanager_of: 'last/0',
          advice: 'look at the termination of that process (SIGKILL); the job itself is fine',
        },
        { enter: kill(hostOf('Last position'), 40) },
      ),
      recovered(90),
    ],
  },
]
