import { expect, test } from 'vitest'
import type { Payload } from '../../core/api/batch.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { type Log, silentLog } from '../../core/kit/log.ts'
import type { PartitionOffsets } from './kafka-ends.ts'
import { kafkaOffsets } from './kafka-offsets.ts'
import { createPositions } from './positions.ts'

const NOW = 1_700_000_000_000
const subject = {
  ...{ kind: 'subtask' as const, job: 'lab/-/orders', run: 'r1', vertex: 'v1', subtask: 0 },
  attempt: 0,
}
const SIGNAL = new AbortController().signal

/** A broker whose topics are what the test says, and a reader that stands where it says. */
function world(
  over: { readonly topics?: readonly string[]; readonly mostPartitions?: number } = {},
) {
  const clock = manualClock(NOW)
  const positions = createPositions()
  const warned: string[] = []
  const log: Log = { ...silentLog, warn: (sentence) => void warned.push(sentence) }
  const broker: { topics: Record<string, readonly PartitionOffsets[]>; isDown: boolean } = {
    ...{ topics: {}, isDown: false },
  }
  const source = kafkaOffsets({
    ...{ cluster: 'lab', topics: [], everyMs: 10_000, mostPartitions: 100, ...over },
    ...{ positions, clock, log, random: () => 1 },
    offsets: {
      async of(topic) {
        if (broker.isDown) throw new Error('connect ECONNREFUSED')
        return broker.topics[topic]
      },
    },
  })
  const stand = (...offsets: readonly (readonly [topic: string, number, number])[]) =>
    positions.see(
      'lab',
      [
        {
          subject,
          positions: offsets.map(([topic, partition, offset]) => ({ topic, partition, offset })),
        },
      ],
      clock.now(),
    )
  return { clock, broker, stand, warned, positions, poll: () => source.poll(SIGNAL) }
}

/** Topic, partition, begin and end, a line per partition. */
const partition = (id: number, begin: number, end: number) => ({ partition: id, begin, end })
const lagIn = (payloads: readonly Payload[]) =>
  payloads.flatMap((payload) =>
    payload.kind === 'samples' ? payload.blocks.map(({ columns }) => columns.lagRecords?.[0]) : [],
  )
const endsIn = (payloads: readonly Payload[]) =>
  payloads.flatMap((payload) =>
    payload.kind === 'series'
      ? payload.blocks.flatMap(({ series }) =>
          series.flatMap(({ metric, labels, value }) =>
            metric === 'kafka_topic_end_offset'
              ? [`${labels.topic}/${labels.partition} ${value}`]
              : [],
          ),
        )
      : [],
  )

test.each<
  [
    string,
    readonly PartitionOffsets[],
    readonly (readonly [string, number, number])[],
    readonly number[],
  ]
>([
  [
    'end less position, over all partitions',
    [partition(0, 0, 100), partition(1, 0, 50)],
    [
      ['orders', 0, 90],
      ['orders', 1, 50],
    ],
    [10],
  ],
  [
    'nothing below zero: the end was read before the position',
    [partition(0, 0, 100)],
    [['orders', 0, 104]],
    [0],
  ],
  ['only what is still kept', [partition(0, 95, 100)], [['orders', 0, 10]], [5]],
  [
    'unknown while one partition’s end is',
    [partition(0, 0, 100)],
    [
      ['orders', 0, 90],
      ['orders', 1, 50],
    ],
    [],
  ],
  ['unknown of a topic that is gone', [partition(0, 0, 100)], [['gone', 0, 90]], []],
])('the lag is %s', async (_, orders, offsets, expected) => {
  const { broker, stand, poll } = world()
  broker.topics = { orders }
  stand(...offsets)
  expect(lagIn(await poll())).toEqual(expected)
})

test('a sample and its series are told as of now, by Kafka', async () => {
  const { broker, stand, poll } = world()
  broker.topics = { orders: [partition(3, 5, 100)] }
  stand(['orders', 3, 90])
  const block = { at: NOW, via: 'kafka' }
  const labels = { topic: 'orders', partition: '3' }
  expect(await poll()).toEqual([
    { kind: 'samples', blocks: [{ ...block, subjects: [subject], columns: { lagRecords: [10] } }] },
    {
      kind: 'series',
      blocks: [
        {
          ...{ ...block, cluster: 'lab' },
          series: [
            { metric: 'kafka_topic_begin_offset', type: 'counter', labels, value: 5 },
            { metric: 'kafka_topic_end_offset', type: 'counter', labels, value: 100 },
          ],
        },
      ],
    },
  ])
})

test('a lag is that of the moment of the position, between two looks at the end', async () => {
  const { clock, broker, stand, poll } = world()
  broker.topics = { orders: [partition(0, 0, 100)] }
  stand(['orders', 0, 90])
  await clock.advance(1)
  expect(lagIn(await poll())).toEqual([])
  await clock.advance(3_999)
  stand(['orders', 0, 130])
  await clock.advance(6_001)
  broker.topics = { orders: [partition(0, 0, 200)] }
  const told = await poll()
  expect(lagIn(told)).toEqual([10])
  expect(told[0]).toMatchObject({ kind: 'samples', blocks: [{ at: NOW + 4_000 }] })
  // The same position is no news.
  await clock.advance(10_000)
  expect(lagIn(await poll())).toEqual([])
})

test('a partition that is added is seen, and one that somebody else reads does no harm', async () => {
  const { broker, stand, poll } = world()
  broker.topics = { orders: [partition(0, 0, 100), partition(1, 0, 7)] }
  stand(['orders', 0, 90])
  const told = await poll()
  expect([lagIn(told), endsIn(told)]).toEqual([[10], ['orders/0 100', 'orders/1 7']])
})

test('a position that nobody repeats is no position of today', async () => {
  const { clock, broker, stand, poll, positions } = world()
  broker.topics = { orders: [partition(0, 0, 100)] }
  stand(['orders', 0, 90])
  await clock.advance(61_000)
  expect(await poll()).toEqual([])
  expect(positions.since('other', 0)).toEqual([])
})

test('topics that are configured are looked at although no reporter names them', async () => {
  const { broker, poll } = world({ topics: ['orders'] })
  broker.topics = { orders: [partition(0, 0, 100)] }
  expect(endsIn(await poll())).toEqual(['orders/0 100'])
})

test('a broker that is down makes lag unknown, is said once, and is left alone for a while', async () => {
  const { clock, broker, stand, poll, warned } = world()
  broker.topics = { orders: [partition(0, 0, 100)] }
  broker.isDown = true
  stand(['orders', 0, 90])
  expect([await poll(), await poll()]).toEqual([[], []])
  await clock.advance(10_001)
  stand(['orders', 0, 90])
  expect(await poll()).toEqual([])
  expect(warned).toEqual([
    'Kafka does not tell its offsets, so the lag of sources is unknown until it does.',
  ])
  broker.isDown = false
  await clock.advance(20_001)
  stand(['orders', 0, 95])
  expect(lagIn(await poll())).toEqual([5])
})

test('beyond the most partitions whole topics are left out, and it is said once', async () => {
  const { broker, poll, warned } = world({ topics: ['a', 'b', 'c'], mostPartitions: 3 })
  const two = [partition(0, 0, 1), partition(1, 0, 1)]
  broker.topics = { a: two, b: two, c: [partition(0, 0, 9)] }
  expect(endsIn(await poll())).toEqual(['a/0 1', 'a/1 1', 'c/0 9'])
  await poll()
  expect(warned).toHaveLength(1)
})
