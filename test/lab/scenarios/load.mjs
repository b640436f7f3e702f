// Load against capacity: too slow, skewed, more than needed, and what only looks like it.
import { rescale } from './faults.mjs'
import { HEALTHY, healthy, needed, node, recovered, sick } from './words.mjs'

export default [
  {
    id: 'healthy-a',
    line: '2.2',
    title: 'Order revenue, moderate load',
    job: 'order-revenue',
    nodes: [
      node('orders', 'gen', [], { p: 2, name: 'orders', rate: 900, keys: 2000 }),
      node('parse', 'map', ['orders'], { p: 2, in: 'rebalance', name: 'Parse order', cost: 200 }),
      node('revenue', 'keyed', ['parse'], { p: 2, name: 'Revenue per shop', cost: 250 }),
      node('win', 'window', ['revenue'], { p: 2, name: 'Tumbling window 10 s', size: 10 }),
      node('store', 'sink', ['win'], { p: 1, name: 'warehouse', cost: 100 }),
    ],
    phases: [healthy(150)],
  },
  {
    id: 'busy-keeping-up-a',
    line: '1.20',
    title: 'Map 75 % busy, no back pressure, no backlog',
    job: 'fraud-score',
    nodes: [
      node('tx', 'gen', [], { p: 1, name: 'transactions', rate: 500 }),
      node('score', 'map', ['tx'], { p: 1, name: 'Score transaction', cost: 1500 }),
      node('alerts', 'sink', ['score'], { p: 1, name: 'alerts', cost: 100 }),
    ],
    phases: [
      {
        name: 'busy',
        s: 150,
        truth: {
          ...HEALTHY,
          look_alike_of: 'slow operator',
          vertex: 'score',
          needed_parallelism: { score: needed(500, 1500) },
          note:
            '75 % busy by design: watch, headroom 25 %; a hint about headroom is right, an ' +
            'alarm is wrong',
        },
      },
    ],
  },
  {
    id: 'spiky-a',
    line: '2.2',
    title: 'Bursts: 5 s at 1 600/s every 30 s, else 150/s',
    job: 'iot-uploads',
    nodes: [
      node('dev', 'gen', [], { p: 2, name: 'device-uploads', rate: 150, burst: '30:5:1600' }),
      node('dec', 'map', ['dev'], { p: 2, in: 'rebalance', name: 'Decode frame', cost: 1000 }),
      node('agg', 'keyed', ['dec'], { p: 2, name: 'Device state', cost: 300 }),
      node('db', 'sink', ['agg'], { p: 1, name: 'timeseries', cost: 200 }),
    ],
    phases: [
      {
        name: 'spiky',
        s: 165,
        truth: {
          ...HEALTHY,
          look_alike_of: 'slow operator',
          note: 'mean busy about 20 %, 80 % inside a burst; batch-like arrival is the design',
        },
      },
    ],
  },
  {
    id: 'over-provisioned-a',
    line: '2.2',
    title: '50 records/s on p=6',
    job: 'newsletter-opens',
    nodes: [
      node('op', 'gen', [], { p: 6, name: 'opens', rate: 50 }),
      node('en', 'map', ['op'], { p: 6, in: 'rebalance', name: 'Attribute campaign', cost: 300 }),
      node('agg', 'keyed', ['en'], { p: 6, name: 'Opens per campaign', cost: 300 }),
      node('o', 'sink', ['agg'], { p: 6, name: 'reports', cost: 200 }),
    ],
    phases: [
      {
        name: 'idle',
        s: 140,
        truth: {
          band: 'healthy',
          root_cause: 'over-provisioned',
          needed_parallelism: { en: needed(50, 300), agg: needed(50, 300), o: needed(50, 200) },
          advice: 'parallelism 1 is enough everywhere (busy < 1 %)',
        },
      },
    ],
  },
  {
    id: 'slow-operator-a',
    line: '1.20',
    title: 'Enrichment needs more subtasks',
    job: 'order-enrichment',
    nodes: [
      node('orders', 'gen', [], { p: 2, name: 'orders', rate: 1200 }),
      node('parse', 'map', ['orders'], { p: 2, in: 'rebalance', name: 'Parse order', cost: 100 }),
      node('enrich', 'map', ['parse'], {
        p: 2,
        in: 'rebalance',
        name: 'Enrich customer',
        cost: 400,
      }),
      node('agg', 'keyed', ['enrich'], { p: 2, name: 'Revenue per customer', cost: 150 }),
      node('store', 'sink', ['agg'], { p: 1, name: 'warehouse', cost: 100 }),
    ],
    phases: [
      healthy(65),
      sick(
        105,
        { 'enrich.cost': 2600 },
        {
          root_cause: 'slow operator (under-provisioned)',
          vertex: 'enrich',
          needed_parallelism: { enrich: needed(1200, 2600) },
          advice:
            'raise the parallelism of "Enrich customer" from 2 to 5 at 70 % target (4 just ' +
            'keeps up)',
          source_rate_per_s: 1200,
          capacity_per_subtask_per_s: 384.6,
        },
      ),
      recovered(70, { 'enrich.cost': 400 }),
    ],
  },
  {
    id: 'slow-join-a',
    line: '2.2',
    title: 'Join of two feeds, the join is too slow',
    job: 'order-payment-join',
    nodes: [
      node('o', 'gen', [], { p: 2, name: 'orders', rate: 500 }),
      node('p', 'gen', [], { p: 1, name: 'payments', rate: 400 }),
      node('j', 'join', ['o', 'p'], { p: 2, name: 'Join order and payment', cost: 300 }),
      node('m', 'map', ['j'], { p: 2, name: 'Settle', cost: 200 }),
      node('s', 'sink', ['m'], { p: 1, name: 'settled', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        105,
        { 'j.cost': 4000 },
        {
          root_cause: 'slow operator (under-provisioned)',
          vertex: 'j',
          needed_parallelism: { j: needed(900, 4000) },
          advice: 'raise the join from 2 to 4 (just keeps up) - 6 (70 %)',
          source_rate_per_s: 900,
        },
      ),
    ],
  },
  {
    id: 'cpu-bound-a',
    line: '2.2',
    title: 'Slow operator that truly burns CPU (the others wait)',
    job: 'route-planner',
    nodes: [
      node('s', 'gen', [], { p: 1, name: 'requests', rate: 550 }),
      node('m', 'map', ['s'], { p: 1, name: 'Plan route', cost: 300, spin: 1 }),
      node('k', 'keyed', ['m'], { p: 2, name: 'Count', cost: 100 }),
      node('o', 'sink', ['k'], { p: 1, name: 'results', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        100,
        { 'm.cost': 2500 },
        {
          root_cause: 'slow operator (under-provisioned), CPU-bound',
          vertex: 'm',
          cpu_bound: true,
          needed_parallelism: { m: needed(550, 2500) },
          advice:
            'raise the parallelism, with cores to match: one core is fully used (JVM CPU load ' +
            'about 0.5 of 2 cores)',
          source_rate_per_s: 550,
          note:
            'true capacity 350/s (spinning shares 2 cores with everything else): 2 just ' +
            'keep up, 2 - 3 at 70 %',
        },
      ),
    ],
  },
  {
    id: 'async-slow-a',
    line: '2.2',
    title: 'Async call 100 ms with capacity 10 at 250/s',
    job: 'address-geocode',
    nodes: [
      node('a', 'gen', [], { p: 1, name: 'addresses', rate: 250 }),
      node('geo', 'async', ['a'], { p: 1, name: 'Call geo service', capacity: 10, latency: 8 }),
      node('k', 'keyed', ['geo'], { p: 2, name: 'Area count', cost: 200 }),
      node('o', 'sink', ['k'], { p: 1, name: 'geo-db', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        110,
        { 'geo.latency': 100 },
        {
          root_cause: 'external async call slow',
          vertex: 'geo',
          needed_parallelism: { geo: needed(250, 10000) },
          needed_capacity: 25,
          capacity_per_subtask_per_s: 100,
          advice:
            'service latency rose to 100 ms: raise async capacity from 10 to 25+ (36 at 70 %), ' +
            'or parallelism 3, and look at the service',
        },
      ),
    ],
  },
  {
    id: 'slow-sink-a',
    line: '2.2',
    title: 'Sink at p=1 stalls everything',
    job: 'price-updates',
    nodes: [
      node('prices', 'gen', [], { p: 2, name: 'price-feed', rate: 800 }),
      node('norm', 'map', ['prices'], {
        p: 2,
        in: 'rebalance',
        name: 'Normalise currency',
        cost: 200,
      }),
      node('last', 'keyed', ['norm'], { p: 2, name: 'Latest price', cost: 200 }),
      node('es', 'sink', ['last'], { p: 1, name: 'search-index', cost: 300 }),
    ],
    phases: [
      healthy(65),
      sick(
        105,
        { 'es.cost': 2500 },
        {
          root_cause: 'slow sink',
          vertex: 'es',
          needed_parallelism: { es: needed(800, 2500) },
          advice:
            'sink is the bottleneck: look at the external store / batch size, or raise its ' +
            'parallelism from 1 to 3',
          source_rate_per_s: 800,
        },
      ),
    ],
  },
  {
    id: 'slow-sink-unaligned-a',
    line: '1.20',
    title:
      'Slow sink with unaligned checkpoints: checkpoints stay short although everything is ' +
      'back-pressured',
    job: 'parcel-labels',
    flinkConfiguration: { 'execution.checkpointing.unaligned.enabled': 'true' },
    nodes: [
      node('p', 'gen', [], { p: 2, name: 'parcels', rate: 600, bytes: 200 }),
      node('m', 'map', ['p'], { p: 2, in: 'rebalance', name: 'Build label', cost: 200 }),
      node('k', 'keyed', ['m'], { p: 2, name: 'Label per depot', cost: 200 }),
      node('o', 'sink', ['k'], { p: 1, name: 'printers', cost: 300 }),
    ],
    phases: [
      healthy(60),
      sick(
        100,
        { 'o.cost': 4000 },
        {
          root_cause: 'slow sink',
          vertex: 'o',
          needed_parallelism: { o: needed(600, 4000) },
          advice:
            'the sink is the bottleneck (250/s against 600/s): 3 just keep up, 4 at 70 %; ' +
            'checkpoints are not the problem',
          source_rate_per_s: 600,
        },
      ),
    ],
  },
  {
    id: 'keyed-skew-a',
    line: '1.20',
    title: 'One hot key takes 65 % of the records',
    job: 'cart-totals',
    nodes: [
      node('cart', 'gen', [], { p: 2, name: 'cart-events', rate: 900, keys: 3000 }),
      node('val', 'map', ['cart'], { p: 2, in: 'rebalance', name: 'Validate', cost: 150 }),
      node('tot', 'keyed', ['val'], { p: 4, name: 'Cart totals', cost: 2200 }),
      node('db', 'sink', ['tot'], { p: 1, name: 'cart-db', cost: 150 }),
    ],
    phases: [
      healthy(65),
      sick(
        110,
        { 'cart.hot': 0.65, 'cart.hot.key': 'k-1' },
        {
          root_cause: 'keyed skew',
          vertex: 'tot',
          hot_share: 0.65,
          needed_parallelism: { tot: needed(900, 2200) },
          advice: 'more parallelism does not help: split the hot key (pre-aggregate, salt)',
          note:
            'total work is 1.98 of 4 subtask-seconds per second; the hot subtask needs ' +
            'about 1.46',
        },
      ),
    ],
  },
  {
    id: 'load-step-a',
    line: '1.20',
    title: 'Load 300 -> 1 100 -> 300 per second',
    job: 'ride-requests',
    nodes: [
      node('r', 'gen', [], { p: 2, name: 'rides', rate: 300 }),
      node('m', 'map', ['r'], { p: 2, in: 'rebalance', name: 'Match driver', cost: 2200 }),
      node('o', 'sink', ['m'], { p: 1, name: 'dispatch', cost: 100 }),
    ],
    phases: [
      healthy(70),
      sick(
        100,
        { 'r.rate': 1100 },
        {
          root_cause: 'load rose above capacity (under-provisioned)',
          vertex: 'm',
          needed_parallelism: { m: needed(1100, 2200) },
          advice: 'p 4 for "Match driver" (3 just keeps up)',
        },
      ),
      recovered(80, { 'r.rate': 300 }, { note: 'no flapping: the advice must settle' }),
    ],
  },
  {
    id: 'rescale-a',
    line: '1.20',
    title: 'Adaptive scheduler: slow operator, then its parallelism is raised in place',
    job: 'invoice-match',
    conf: { 'jobmanager.scheduler': 'adaptive' },
    restartAfter: true,
    nodes: [
      node('s', 'gen', [], { p: 2, name: 'input', rate: 1000 }),
      node('m', 'map', ['s'], { p: 2, in: 'rebalance', name: 'Match invoice', cost: 2600 }),
      node('o', 'sink', ['m'], { p: 1, name: 'output', cost: 100 }),
    ],
    phases: [
      {
        name: 'sick',
        s: 90,
        truth: {
          band: 'degraded',
          root_cause: 'slow operator (under-provisioned)',
          vertex: 'm',
          needed_parallelism: { m: needed(1000, 2600) },
          advice: 'raise "Match invoice" from 2 to 4',
        },
      },
      {
        name: 'rescaled',
        s: 110,
        truth: {
          ...HEALTHY,
          advice: 'the rescale to 5 worked: throughput doubled, no back pressure',
        },
        enter: rescale('Match invoice', 5),
      },
    ],
  },
]
