import { expect, test } from 'vitest'
import { risksOf } from './kafka-topics.ts'

const DAY = 86_400_000
const config = { partitions: 12, retentionMs: 3 * DAY }
const safe = {
  ...{ 'min.insync.replicas': '2', 'retention.ms': String(7 * DAY), 'retention.bytes': '-1' },
  ...{ 'cleanup.policy': 'delete', 'unclean.leader.election.enable': 'false' },
  'max.message.bytes': '1048588',
}
const topic = (partitions: number, replicas: number) => ({
  partitions: Array.from({ length: partitions }, (_, partitionId) => ({
    ...{ partitionErrorCode: 0, partitionId, leader: 0, isr: [] },
    replicas: Array.from({ length: replicas }, (_, id) => id),
  })),
})

test.each<[string, number, number, object, RegExp | undefined]>([
  ['three replicas, two in sync, kept long enough', 12, 3, {}, undefined],
  ['kept for ever', 12, 3, { 'retention.ms': '-1' }, undefined],
  ['one replica', 12, 1, { 'min.insync.replicas': '1' }, /^It has 1 replica/],
  ['acknowledged by one', 12, 3, { 'min.insync.replicas': '1' }, /min\.insync\.replicas is 1/],
  ['all replicas needed', 12, 3, { 'min.insync.replicas': '3' }, /nothing is taken while one/],
  ['kept for a day', 12, 3, { 'retention.ms': String(DAY) }, /^retention\.ms is 86400000, less/],
  ['kept by size', 12, 3, { 'retention.bytes': '1000' }, /^retention\.bytes is 1000/],
  ['compacted', 12, 3, { 'cleanup.policy': 'compact,delete' }, /^cleanup\.policy compacts/],
  ['unclean', 12, 3, { 'unclean.leader.election.enable': 'true' }, /^unclean\.leader/],
  ['small messages', 12, 3, { 'max.message.bytes': '500000' }, /^max\.message\.bytes is 500000/],
  ['few partitions', 3, 3, {}, /^It has 3 partitions/],
])('a topic with %s', (_, partitions, replicas, over, risk) => {
  const settings = new Map(Object.entries({ ...safe, ...over }))
  const risks = risksOf(topic(partitions, replicas), settings, config)
  expect(risks).toEqual(risk === undefined ? [] : [expect.stringMatching(risk)])
})
