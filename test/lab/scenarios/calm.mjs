// Nothing is wrong, at loads that vary: what is said here of severity major or above is false.
import { HEALTHY, node } from './words.mjs'

const calm = (s, ctl, note, enter) => ({
  name: 'calm',
  s,
  ctl,
  truth: { ...HEALTHY, note },
  ...(enter ? { enter } : {}),
})

export default [
  {
    id: 'calm-kafka-tides',
    line: '1.20',
    title: 'A topic whose rate goes up and down, inside capacity',
    job: 'fare-prices',
    kafka: { topics: [{ topic: 'fares', partitions: 6, group: 'fare-prices' }] },
    nodes: [
      node('f', 'kafka', [], { p: 3, name: 'fares', topic: 'fares', group: 'fare-prices' }),
      node('q', 'map', ['f'], { p: 3, name: 'Quote fare', cost: 600 }),
      node('r', 'keyed', ['q'], { p: 3, name: 'Last fare per route', cost: 300 }),
      node('c', 'sink', ['r'], { p: 2, name: 'fare-cache', cost: 200 }),
    ],
    phases: [
      calm(
        240,
        { 'fares.rate': 350, 'fares.burst': '40:15:1500' },
        '350/s, and 1 500/s in 15 s of every 40; capacity 5 000/s at "Quote fare"',
      ),
    ],
  },
  {
    id: 'calm-rocksdb-windows',
    line: '2.2',
    title: 'RocksDB, event-time windows, keys after Zipf',
    job: 'page-view-sessions',
    flinkConfiguration: {
      'state.backend.type': 'rocksdb',
      'execution.checkpointing.incremental': 'true',
    },
    nodes: [
      node('v', 'gen', [], { p: 2, name: 'page-views', rate: 700, keys: 5000, zipf: 1 }),
      node('b', 'map', ['v'], { p: 2, in: 'rebalance', name: 'Drop bots', cost: 250 }),
      node('w', 'window', ['b'], { p: 3, name: 'Views per page 10 s', size: 10 }),
      node('s', 'sink', ['w'], { p: 2, name: 'dashboards', cost: 150 }),
    ],
    phases: [calm(240, undefined, 'few keys take much of the load, and everything keeps up')],
  },
  {
    id: 'calm-near-limit',
    line: '1.20',
    title: 'Two branches of one source, the busier one at two thirds of its capacity',
    job: 'meter-readings',
    nodes: [
      node('m', 'gen', [], { p: 1, name: 'meters', rate: 420, keys: 400 }),
      node('v', 'map', ['m'], { p: 2, in: 'rebalance', name: 'Validate reading', cost: 3000 }),
      node('t', 'keyed', ['v'], { p: 2, name: 'Tariff per meter', cost: 500 }),
      node('a', 'keyed', ['m'], { p: 2, name: 'Alarm per meter', cost: 200 }),
      node('b', 'sink', ['t'], { p: 1, name: 'billing', cost: 300 }),
      node('n', 'sink', ['a'], { p: 1, name: 'notices', cost: 100 }),
    ],
    phases: [calm(240, undefined, '63 % busy by design')],
  },
  {
    id: 'calm-async-trickle',
    line: '2.2',
    title: 'An asynchronous call with room, at 12 records a second',
    job: 'credit-checks',
    nodes: [
      node('r', 'gen', [], { p: 1, name: 'applications', rate: 12, keys: 50 }),
      node('c', 'async', ['r'], { p: 2, name: 'Ask bureau', capacity: 10, latency: 250 }),
      node('d', 'keyed', ['c'], { p: 1, name: 'Decide', cost: 2000 }),
      node('o', 'sink', ['d'], { p: 1, name: 'decisions', cost: 500 }),
    ],
    phases: [
      calm(240, undefined, '6 calls a second and subtask of 250 ms each: 1.5 of 10 in flight'),
    ],
  },
]
