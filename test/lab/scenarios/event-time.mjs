// Event time: watermarks that stand still, records that come late.
import { healthy, node, sick } from './words.mjs'

export default [
  {
    id: 'watermark-stall-a',
    line: '1.20',
    title: 'One of two source subtasks falls silent, no idleness',
    job: 'traffic-counts',
    nodes: [
      node('cam', 'gen', [], { p: 2, name: 'cameras', rate: 500 }),
      node('map', 'map', ['cam'], { p: 2, in: 'rebalance', name: 'Detect plate', cost: 300 }),
      node('win', 'window', ['map'], { p: 2, name: 'Count per road 5 s', size: 5 }),
      node('o', 'sink', ['win'], { p: 1, name: 'traffic', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        110,
        { 'cam.mute.sub': 1 },
        {
          root_cause: 'watermark stall: a source subtask is silent',
          vertex: 'cam',
          subtask: 1,
          advice: 'withIdleness on the source; windows fire nothing and state grows',
        },
      ),
    ],
  },
  {
    id: 'late-data-a',
    line: '1.20',
    title: 'Every fifth record is 30 s late and dropped by the windows',
    job: 'bike-trips',
    nodes: [
      node('b', 'gen', [], { p: 2, name: 'bike-events', rate: 500 }),
      node('win', 'window', ['b'], { p: 2, name: 'Trips per station 5 s', size: 5 }),
      node('o', 'sink', ['win'], { p: 1, name: 'trips', cost: 100 }),
    ],
    phases: [
      healthy(60),
      sick(
        95,
        { 'b.late': 0.2 },
        {
          root_cause: 'late records dropped by windows',
          vertex: 'win',
          late_share: 0.2,
          late_by_s: 30,
          advice:
            'raise the out-of-orderness bound or allowed lateness, or send late records to a ' +
            'side output',
        },
      ),
    ],
  },
]
