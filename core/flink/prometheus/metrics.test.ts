import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../kit/package-root.ts'
import { readScrape } from './metrics.ts'
import { parsePrometheus } from './parse.ts'

const scrape = (line: string, process: string) =>
  readFileSync(
    join(packageRoot(import.meta.url), 'test/fixtures/flink', line, `${process}.prom.txt`),
    'utf8',
  )

describe.each([
  ['1.20', /^lab_120_taskmanager/],
  ['2.2', /^lab-22-taskmanager/],
])('scrapes of Flink %s', (line, id) => {
  test('a TaskManager names itself, filtered or raw', () => {
    const { taskmanager, process } = readScrape(scrape(line, 'taskmanager'))
    expect(taskmanager).toMatch(id)
    expect(Object.keys(process).sort()).toEqual([
      'cpuMs',
      'directUsedBytes',
      'gcCount',
      'gcMs',
      'heapMaxBytes',
      'heapUsedBytes',
      'managedTotalBytes',
      'managedUsedBytes',
      'metaspaceUsedBytes',
      'networkTotalBytes',
      'networkUsedBytes',
      'threads',
    ])
    // CPU.Time is in ns: an idle TaskManager has used seconds of CPU, not days.
    expect(process.cpuMs).toBeGreaterThan(1_000)
    expect(process.cpuMs).toBeLessThan(600_000)
  })

  test('a JobManager knows its jobs', () => {
    const { taskmanager, jobs } = readScrape(scrape(line, 'jobmanager'))
    expect(taskmanager).toBeUndefined()
    expect([...jobs.values()].map(({ values }) => values.restarts)).toContain(0)
  })
})

test.each([
  ['labels with a trailing comma', 'a{b="c",} 1', [{ name: 'a', labels: [['b', 'c']], value: 1 }]],
  [
    'escaped quotes and line ends',
    'a{b="x\\"y\\nz"} 2',
    [{ name: 'a', labels: [['b', 'x"y\nz']], value: 2 }],
  ],
  [
    'a comma and a brace inside a value',
    'a{b="x,}y",c="d"} 3',
    [
      {
        name: 'a',
        labels: [
          ['b', 'x,}y'],
          ['c', 'd'],
        ],
        value: 3,
      },
    ],
  ],
  ['scientific notation', 'a 6.56E9', [{ name: 'a', labels: [], value: 6.56e9 }]],
  ['NaN and infinities are no values', 'a NaN\nb +Inf\nc -Inf', []],
  ['comments, empty and broken lines', '# TYPE a gauge\n\na{b=\na{b="c" 1\n}', []],
])('%s', (_, text, expected) => {
  const read = parsePrometheus(text, () => true)
  expect(read.map((sample) => ({ ...sample, labels: [...sample.labels] }))).toEqual(expected)
})

describe('task metrics', () => {
  const labels =
    'job_id="r",job_name="j",task_id="v",subtask_index="1",task_attempt_num="2",tm_id="t",'
  const line = (name: string, value: string, more = '') =>
    `flink_taskmanager_job_task_${name}{${labels}${more}} ${value}`
  const position = 'operator_KafkaSourceReader_topic_partition_currentOffset'
  test('one row per subtask and attempt, joined by ids and never by names', () => {
    const text = [
      line('accumulateBusyTimeMs', '10.0'),
      line('numRecordsIn', '5.0'),
      line('numRecordsInPerSecond', '99.0'),
      line('buffers_inPoolUsage', '0.5'),
      line('mailboxLatencyMs', '7.0', 'quantile="0.99",'),
      line('mailboxLatencyMs', '3.0', 'quantile="0.5",'),
      line('operator_pendingRecords', '4.0', 'operator_id="a",'),
      line('operator_pendingRecords', '6.0', 'operator_id="b",'),
      line('accumulateIdleTimeMs', 'NaN'),
      line('operator_numLateRecordsDropped', '2.0', 'operator_id="a",'),
      line('operator_numLateRecordsDropped', '3.0', 'operator_id="b",'),
      line(position, '48211.0', 'topic="orders",partition="3",'),
      line(position, '-1.0', 'topic="orders",partition="4",'),
    ].join('\n')
    expect(readScrape(text).tasks).toEqual([
      {
        run: 'r',
        jobName: 'j',
        vertex: 'v',
        subtask: 1,
        attempt: 2,
        values: {
          busyMs: 10,
          recordsIn: 5,
          inPoolUsage: 0.5,
          mailboxLatencyMs: 7,
          pendingRecords: 10,
          lateRecords: 5,
          sourcePartitions: 2,
        },
        positions: [{ topic: 'orders', partition: 3, offset: 48_211 }],
      },
    ])
  })

  test('a source tells how far its event time has come, and how it stands with its brokers', () => {
    const kafka = 'operator_KafkaSourceReader'
    const text = [
      line('operator_currentOutputWatermark', '1.7952073583E12', 'operator_id="a",'),
      line('operator_currentOutputWatermark', '-9.223372036854776E18', 'operator_id="b",'),
      line(`${kafka}_commitsSucceeded`, '6.0'),
      line(`${kafka}_commitsFailed`, '2.0'),
      line(`${kafka}_KafkaConsumer_connection_count`, '0.0'),
    ].join('\n')
    expect(readScrape(text).tasks.map(({ values }) => values)).toEqual([
      {
        watermarkAt: -9.223372036854776e18,
        ...{ commitsSucceeded: 6, commitsFailed: 2, brokerConnections: 0 },
      },
    ])
  })

  test('what takes a watermark in tells that one, not the one it sends', () => {
    const text = [
      line('operator_currentOutputWatermark', '1.0E12', 'operator_id="a",'),
      line('currentInputWatermark', '2.0E12'),
    ].join('\n')
    expect(readScrape(text).tasks.map(({ values }) => values)).toEqual([{ watermarkAt: 2e12 }])
  })

  test('collectors are added up where the JVM has no sum of them', () => {
    const text = ['G1_Young_Generation', 'G1_Old_Generation']
      .map((name) => `flink_taskmanager_Status_JVM_GarbageCollector_${name}_Time{tm_id="t",} 20.0`)
      .join('\n')
    expect(readScrape(text).process.gcMs).toBe(40)
  })
})
