// Faults of a TaskManager: memory, death, a bad node.
import { freeze, hostOf, kill } from './faults.mjs'
import { healthy, node, recovered, sick } from './words.mjs'

export default [
  {
    id: 'heap-pressure-a',
    line: '1.20',
    title: 'One TaskManager keeps about 240 MiB of 320 alive and churns',
    job: 'feature-cache',
    restartAfter: true,
    nodes: [
      node('ev', 'gen', [], { p: 1, name: 'events', rate: 300 }),
      node('feat', 'map', ['ev'], { p: 1, name: 'Feature lookup', cost: 200 }),
      node('cnt', 'keyed', ['feat'], { p: 2, name: 'Feature count', cost: 200 }),
      node('out', 'sink', ['cnt'], { p: 1, name: 'feature-store', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        110,
        { 'feat.live': 215, 'feat.churn': 120 },
        {
          root_cause: 'heap pressure / high GC',
          vertex: 'feat',
          taskmanager_of: 'feat',
          advice:
            'raise the heap of the TaskManager (live set about 240 MiB of 320) or shrink the cache',
        },
      ),
    ],
  },
  {
    id: 'heap-leak-a',
    line: '2.2',
    title:
      'Heap leak until the TaskManager hangs in garbage collection and its heartbeat times out',
    job: 'geo-fence',
    restartAfter: true,
    nodes: [
      node('pos', 'gen', [], { p: 1, name: 'positions', rate: 400 }),
      node('fence', 'map', ['pos'], { p: 1, name: 'Fence check', cost: 200 }),
      node('al', 'keyed', ['fence'], { p: 2, name: 'Alarm state', cost: 200 }),
      node('out', 'sink', ['al'], { p: 1, name: 'alarms', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        150,
        { 'fence.leak': 6000 },
        {
          band: 'critical',
          root_cause:
            'heap leak (TaskManager hangs in full GC, heartbeat timeout follows; ' +
            'OutOfMemoryError is never logged)',
          vertex: 'fence',
          taskmanager_of: 'fence',
          advice: 'find the leak (2.4 MB/s since the phase began); more heap only delays',
        },
      ),
    ],
  },
  {
    id: 'oom-a',
    line: '1.20',
    title: 'OutOfMemoryError in user code, again after every restart',
    job: 'report-builder',
    restartAfter: true,
    nodes: [
      node('r', 'gen', [], { p: 1, name: 'report-requests', rate: 20 }),
      node('b', 'map', ['r'], { p: 1, name: 'Build report', cost: 500 }),
      node('k', 'keyed', ['b'], { p: 2, name: 'Index report', cost: 300 }),
      node('o', 'sink', ['k'], { p: 1, name: 'reports', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        95,
        { 'b.leak': 1500000 },
        {
          band: 'critical',
          root_cause: 'OutOfMemoryError: Java heap space in user code (restart loop)',
          vertex: 'b',
          taskmanager_of: 'b',
          exception: 'java.lang.OutOfMemoryError: Java heap space',
          advice: 'user code keeps 1.5 MB per record: bound it; more heap only delays',
        },
      ),
    ],
  },
  {
    id: 'tm-killed-a',
    line: '1.20',
    title: 'TaskManager 2 killed, back after 40 s; spare slots exist',
    job: 'clickstream',
    nodes: [
      node('c', 'gen', [], { p: 2, name: 'clicks', rate: 600 }),
      node('s', 'keyed', ['c'], { p: 3, name: 'Sessions', cost: 400 }),
      node('o', 'sink', ['s'], { p: 2, name: 'lake', cost: 150 }),
    ],
    phases: [
      healthy(60),
      {
        ...sick(
          40,
          undefined,
          {
            band: 'critical',
            root_cause: 'TaskManager lost (killed)',
            taskmanager: 2,
            advice: 'look at the termination of that pod (exit 137); the job itself is fine',
          },
          { enter: kill(2, 40) },
        ),
      },
      recovered(90),
    ],
  },
  {
    id: 'tm-frozen-a',
    line: '2.2',
    title: 'TaskManager frozen for 35 s (heartbeat timeout 20 s)',
    job: 'toll-events',
    restartAfter: true,
    nodes: [
      node('t', 'gen', [], { p: 2, name: 'tolls', rate: 400 }),
      node('k', 'keyed', ['t'], { p: 4, name: 'Toll account', cost: 300 }),
      node('o', 'sink', ['k'], { p: 2, name: 'toll-db', cost: 100 }),
    ],
    phases: [
      healthy(60),
      {
        ...sick(
          45,
          undefined,
          {
            band: 'critical',
            root_cause: 'TaskManager unresponsive (heartbeat timeout)',
            taskmanager_of: 'k/0',
            advice: 'long pause of that process: look at GC, CPU throttling, node',
          },
          { enter: freeze(hostOf('Toll account'), 35) },
        ),
      },
      recovered(80),
    ],
  },
  {
    id: 'slow-taskmanager-a',
    line: '1.20',
    title: 'Every subtask on one TaskManager is five times slower',
    job: 'delivery-eta',
    nodes: [
      node('d', 'gen', [], { p: 2, name: 'deliveries', rate: 900 }),
      node('eta', 'map', ['d'], {
        p: 6,
        in: 'rebalance',
        name: 'Estimate arrival',
        cost: 1500,
        'cost.else': 1500,
      }),
      node('k', 'keyed', ['eta'], { p: 6, name: 'Courier state', cost: 300 }),
      node('o', 'sink', ['k'], { p: 1, name: 'eta-db', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        110,
        { 'eta.cost.tm': 'tm2', 'eta.cost': 9000 },
        {
          root_cause: 'one slow TaskManager (bad node)',
          vertex: 'eta',
          taskmanager: 2,
          advice:
            'replace or drain that TaskManager; neither key skew nor parallelism is the cause ' +
            '(input is rebalanced)',
        },
      ),
    ],
  },
]
