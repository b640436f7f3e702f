import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../kit/package-root.ts'
import { flinkMetrics, flinkMetricType } from './catalogue.ts'

const fixtures = join(packageRoot(import.meta.url), 'test', 'fixtures', 'flink')

test.each([
  '1.20/taskmanager.prom.txt',
  '1.20/jobmanager.prom.txt',
  '2.2/taskmanager.prom.txt',
  '2.2/jobmanager.prom.txt',
])('every metric of a recorded reporter is known: %s', (file) => {
  const lines = readFileSync(join(fixtures, file), 'utf8').split('\n')
  const names = new Set(
    lines.filter((line) => /^flink_/.test(line)).map((line) => line.split(/[{ ]/, 1)[0] ?? ''),
  )
  expect(names.size).toBeGreaterThan(30)
  expect([...names].filter((name) => flinkMetricType(name) === undefined)).toEqual([])
})

test.each([
  ['flink_taskmanager_job_task_numRecordsIn', 'counter'],
  ['flink_taskmanager_job_task_operator_numRecordsIn', 'counter'],
  ['flink_taskmanager_job_task_numRecordsInPerSecond', 'gauge'],
  ['flink_taskmanager_job_task_mailboxLatencyMs', 'gauge'],
  ['flink_taskmanager_job_task_mailboxLatencyMs_count', 'counter'],
  ['flink_taskmanager_job_task_operator_my_state_rocksdb_estimate_num_keys', 'gauge'],
  ['flink_taskmanager_job_task_operator_rocksdb_block_cache_hit', 'counter'],
  [
    'flink_taskmanager_job_task_operator_KafkaSourceReader_KafkaConsumer_records_consumed_total',
    'counter',
  ],
  ['flink_taskmanager_job_task_operator_KafkaSourceReader_KafkaConsumer_records_lag_max', 'gauge'],
  ['flink_taskmanager_Status_JVM_GarbageCollector_ZGC_Major_Cycles_Time', 'counter'],
  ['flink_jobmanager_Status_JVM_GarbageCollector_Copy_TimeMsPerSecond', 'gauge'],
  ['flink_jobmanager_job_runningTimeTotal', 'counter'],
  ['flink_jobmanager_job_runningTime', 'gauge'],
  ['flink_taskmanager_job_task_operator_myOwnMetric', undefined],
  ['jvm_gc_collection_seconds_sum', undefined],
])('%s is a %s', (name, type) => {
  expect(flinkMetricType(name)).toBe(type)
})

test('some two hundred names, each once', () => {
  expect(flinkMetrics.size).toBeGreaterThan(200)
})
