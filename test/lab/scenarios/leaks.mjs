// What a process never gives back, besides heap.
import { healthy, node, sick } from './words.mjs'

export default [
  {
    id: 'direct-oom-a',
    line: '2.2',
    title: 'Direct memory that nobody gives back, until there is none',
    job: 'frame-decode',
    restartAfter: true,
    nodes: [
      node('f', 'gen', [], { p: 1, name: 'frames', rate: 200 }),
      node('d', 'map', ['f'], { p: 1, name: 'Decode frame', cost: 300 }),
      node('k', 'keyed', ['d'], { p: 2, name: 'Frames per camera', cost: 200 }),
      node('o', 'sink', ['k'], { p: 1, name: 'frame-index', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(
        100,
        { 'd.direct': 40000 },
        {
          band: 'critical',
          root_cause: 'direct memory runs out (OutOfMemoryError), again after every restart',
          vertex: 'd',
          taskmanager_of: 'd',
          advice: 'find what keeps direct buffers (8 MB/s); task.off-heap.size only delays',
        },
      ),
    ],
  },
  {
    id: 'direct-oom-b',
    line: '1.20',
    title: 'Direct memory of a sink that opens a client per record',
    job: 'report-mailer',
    restartAfter: true,
    nodes: [
      node('r', 'gen', [], { p: 2, name: 'reports', rate: 90 }),
      node('m', 'map', ['r'], { p: 2, name: 'Render mail', cost: 400 }),
      node('s', 'sink', ['m'], { p: 1, name: 'smtp', cost: 300 }),
    ],
    phases: [
      healthy(45),
      sick(
        100,
        { 's.direct': 90000 },
        {
          band: 'critical',
          root_cause: 'direct memory runs out (OutOfMemoryError), again after every restart',
          vertex: 's',
          taskmanager_of: 's',
          advice: 'find what keeps direct buffers; task.off-heap.size only delays',
        },
      ),
    ],
  },
  {
    id: 'metaspace-leak-a',
    line: '1.20',
    title: 'A class is made per record and kept, until the metaspace is full',
    job: 'rule-scripts',
    restartAfter: true,
    nodes: [
      node('e', 'gen', [], { p: 1, name: 'events', rate: 300 }),
      node('s', 'map', ['e'], { p: 1, name: 'Run script', cost: 300 }),
      node('k', 'keyed', ['s'], { p: 2, name: 'Hits per rule', cost: 200 }),
      node('o', 'sink', ['k'], { p: 1, name: 'hits', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(
        100,
        { 's.classes': 0.5 },
        {
          band: 'critical',
          root_cause: 'metaspace leak: classes are made without end',
          vertex: 's',
          taskmanager_of: 's',
          advice: 'find what makes classes per record (scripts, proxies); more metaspace delays',
        },
      ),
    ],
  },
  {
    id: 'metaspace-leak-b',
    line: '2.2',
    title: 'Proxies without a cache in a keyed operator',
    job: 'policy-engine',
    restartAfter: true,
    nodes: [
      node('q', 'gen', [], { p: 2, name: 'requests', rate: 400 }),
      node('p', 'keyed', ['q'], { p: 1, name: 'Evaluate policy', cost: 400 }),
      node('o', 'sink', ['p'], { p: 1, name: 'decisions', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(
        100,
        { 'p.classes': 0.35 },
        {
          band: 'critical',
          root_cause: 'metaspace leak: classes are made without end',
          vertex: 'p',
          taskmanager_of: 'p',
          advice: 'find what makes classes per record (scripts, proxies); more metaspace delays',
        },
      ),
    ],
  },
  {
    id: 'thread-leak-a',
    line: '2.2',
    title: 'Ten threads a second that never end',
    job: 'webhook-fanout',
    restartAfter: true,
    nodes: [
      node('w', 'gen', [], { p: 1, name: 'webhooks', rate: 200 }),
      node('c', 'map', ['w'], { p: 1, name: 'Call partner', cost: 400 }),
      node('o', 'sink', ['c'], { p: 1, name: 'calls', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(
        110,
        { 'c.threads': 0.05 },
        {
          root_cause: 'thread leak: 10 threads a second',
          vertex: 'c',
          taskmanager_of: 'c',
          advice: 'one client for all records, closed in close(); the limit of threads ends it',
        },
      ),
    ],
  },
  {
    id: 'thread-leak-b',
    line: '1.20',
    title: 'Four threads a second in one of three subtasks’ process',
    job: 'price-scrape',
    restartAfter: true,
    nodes: [
      node('u', 'gen', [], { p: 1, name: 'urls', rate: 120 }),
      node('s', 'keyed', ['u'], { p: 1, name: 'Scrape price', cost: 900 }),
      node('l', 'map', ['s'], { p: 2, in: 'rebalance', name: 'Last price', cost: 200 }),
      node('o', 'sink', ['l'], { p: 1, name: 'prices', cost: 100 }),
    ],
    phases: [
      healthy(45),
      sick(
        110,
        { 's.threads': 0.034 },
        {
          root_cause: 'thread leak: 4 threads a second',
          vertex: 's',
          taskmanager_of: 's',
          advice: 'one client for all records, closed in close(); the limit of threads ends it',
        },
      ),
    ],
  },
]
