import { expect, test } from 'vitest'
import type { Batch } from '../../core/api/batch.ts'
import { foreignTo } from './scope.ts'

const token = { name: 'eu', sha256: '0'.repeat(64), cluster: 'eu' }

const series = (agent: string, cluster: string): Batch => ({
  ...{ v: 1, agent, epoch: 1, lane: 'live', seq: 1, sentAt: 1, kind: 'series' },
  blocks: [
    {
      ...{ at: 1, via: 'weir', cluster },
      series: [{ metric: 'weir_ship_waiting_batches', type: 'gauge', labels: {}, value: 0 }],
    },
  ],
})

test.each([
  ['its own cluster', series('node-7', 'eu'), undefined],
  ['another cluster', series('node-7', 'us'), 'the batch tells of "us"'],
  ['itself', series('node-7', 'weir/agent/node-7'), undefined],
  [
    'itself under a longer name',
    series('node-7/log-service', 'weir/log-service/node-7'),
    undefined,
  ],
  ['another part', series('node-7', 'weir/agent/node-8'), 'the batch tells of "weir/agent/node-8"'],
])('a token of one cluster lets a sender tell of %s: %#', (_, batch, objection) => {
  const said = foreignTo(token, batch)
  if (objection === undefined) expect(said).toBeUndefined()
  else expect(said).toContain(objection)
})
