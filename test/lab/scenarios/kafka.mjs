// Kafka: lag, partitions, an unreachable broker, an unreadable record.
import { poison, stopBroker } from './faults.mjs'
import { healthy, node, recovered, sick } from './words.mjs'

export default [
  {
    id: 'kafka-skew-a',
    line: '2.2',
    title: '80 % of the records in one of four partitions',
    job: 'shipment-tracking',
    kafka: { topics: [{ topic: 'scans', partitions: 4, group: 'tracking' }] },
    nodes: [
      node('scans', 'kafka', [], { p: 4, name: 'scans', topic: 'scans', group: 'tracking' }),
      node('loc', 'map', ['scans'], { p: 4, in: 'forward', name: 'Locate parcel', cost: 1600 }),
      node('st', 'keyed', ['loc'], { p: 2, name: 'Parcel state', cost: 200 }),
      node('o', 'sink', ['st'], { p: 1, name: 'tracking-db', cost: 100 }),
    ],
    phases: [
      healthy(60, { 'scans.rate': 1000 }),
      sick(
        110,
        { 'scans.weights': '80:7:7:6' },
        {
          root_cause: 'partition skew at the source (lag in one partition)',
          vertex: 'loc',
          hot_vertex_also: 'Source: scans',
          partition: 0,
          advice:
            'rebalance after the source or repartition the topic; more parallelism does not ' +
            'help with forward edges',
          note: 'partition 0: 800/s against 625/s capacity: lag +175/s',
        },
      ),
    ],
  },
  {
    id: 'idle-subtasks-a',
    line: '1.20',
    title: 'Two partitions, source p=4: idle subtasks hold the watermark',
    job: 'sensor-windows',
    kafka: { topics: [{ topic: 'sensors', partitions: 2, group: 'windows' }] },
    nodes: [
      node('sen', 'kafka', [], { p: 4, name: 'sensors', topic: 'sensors', group: 'windows' }),
      node('win', 'window', ['sen'], { p: 2, name: 'Window 5 s', size: 5 }),
      node('o', 'sink', ['win'], { p: 1, name: 'charts', cost: 100 }),
    ],
    phases: [
      {
        name: 'sick',
        s: 140,
        ctl: { 'sensors.rate': 400 },
        truth: {
          band: 'degraded',
          root_cause:
            'source parallelism above partition count; watermark held back by idle subtasks',
          vertex: 'sen',
          parallelism_cap: { sen: 2 },
          advice: 'source parallelism 2 (= partitions) or withIdleness; windows fire nothing',
        },
      },
    ],
  },
  {
    id: 'kafka-down-a',
    line: '1.20',
    title: 'Broker gone for 60 s, then back',
    job: 'payment-relay',
    kafka: { topics: [{ topic: 'payments', partitions: 4, group: 'payment-relay' }] },
    nodes: [
      node('src', 'kafka', [], {
        p: 2,
        name: 'payments',
        topic: 'payments',
        group: 'payment-relay',
      }),
      node('m', 'map', ['src'], { p: 2, name: 'Check payment', cost: 400 }),
      node('o', 'sink', ['m'], { p: 1, name: 'core-banking', cost: 200 }),
    ],
    phases: [
      healthy(60, { 'payments.rate': 400 }),
      sick(
        70,
        undefined,
        {
          band: 'critical',
          root_cause: 'Kafka broker unreachable',
          vertex: 'src',
          advice: 'bring the broker back; the job is not at fault',
        },
        { enter: stopBroker(60) },
      ),
      recovered(60),
    ],
  },
  {
    id: 'poison-record-a',
    line: '1.20',
    title: 'One unreadable record in the topic: every attempt dies at the same offset',
    job: 'loan-intake',
    kafka: { topics: [{ topic: 'loans', partitions: 3, group: 'loan-intake' }] },
    nodes: [
      node('src', 'kafka', [], { p: 3, name: 'loans', topic: 'loans', group: 'loan-intake' }),
      node('m', 'map', ['src'], { p: 2, name: 'Score loan', cost: 400 }),
      node('o', 'sink', ['m'], { p: 1, name: 'results', cost: 200 }),
    ],
    phases: [
      healthy(60, { 'loans.rate': 300 }),
      sick(
        95,
        undefined,
        {
          band: 'critical',
          root_cause: 'poison record (deserialization fails at one offset)',
          vertex: 'src',
          partition: 1,
          exception: 'NumberFormatException in lab.Ev.parse',
          advice: 'skip or dead-letter the record; restarts cannot help; lag grows',
        },
        { enter: poison('loans', 1) },
      ),
    ],
  },
  {
    id: 'catch-up-a',
    line: '2.2',
    title: '90 000 records of backlog, capacity 2 000/s against 600/s',
    job: 'replay-orders',
    kafka: { topics: [{ topic: 'orders', partitions: 4, group: 'replay', backlog: 90000 }] },
    nodes: [
      node('src', 'kafka', [], { p: 2, name: 'orders', topic: 'orders', group: 'replay' }),
      node('m', 'map', ['src'], { p: 2, name: 'Rebuild order', cost: 1000 }),
      node('o', 'sink', ['m'], { p: 1, name: 'order-db', cost: 100 }),
    ],
    phases: [
      {
        name: 'catching up',
        s: 65,
        ctl: { 'orders.rate': 600 },
        truth: {
          band: 'healthy',
          root_cause: 'catch-up after a backlog',
          look_alike_of: 'slow operator',
          vertex: 'm',
          drain_seconds_expected: 64,
          advice: 'wait: lag falls by 1 400/s; do not scale for it unless the deadline demands',
        },
      },
      recovered(85),
    ],
  },
]
