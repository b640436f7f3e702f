/**
 * What Flink's metrics are, by the names that its reporters print after the scope (flink.md 1; the classes
 * are named in the groups). Flink's Prometheus reporter declares counters as gauges, so this list is what
 * tells them apart. Names of both lines; those of RocksDB and Kafka with any prefix (column family, client).
 */
const counters = [
  // TaskIOMetricGroup, OperatorIOMetricGroup
  'accumulateBusyTimeMs accumulateIdleTimeMs accumulateBackPressuredTimeMs initializationTime numFiredTimers',
  'numRecordsIn numRecordsOut numBytesIn numBytesOut numBuffersOut numLateRecordsDropped numSplitsProcessed',
  'Shuffle_Netty_Input_numBytesInLocal Shuffle_Netty_Input_numBytesInRemote',
  'Shuffle_Netty_Input_numBuffersInLocal Shuffle_Netty_Input_numBuffersInRemote',
  // The same of 1.x, registered a second time (ShuffleIOMetrics, deprecated names)
  'numBytesInLocal numBytesInRemote numBuffersInLocal numBuffersInRemote',
  // FLIP-33, FLIP-371, FLIP-221
  'numRecordsInErrors numRecordsSend numBytesSend numRecordsSendErrors numRecordsOutErrors',
  'totalCommittables successfulCommittables alreadyCommittedCommittables failedCommittables retriedCommittables',
  'hitCount missCount loadCount numLoadFailures',
  // DefaultCheckpointStatsTracker, ChangelogMetricGroup
  'totalNumberOfCheckpoints numberOfCompletedCheckpoints numberOfFailedCheckpoints',
  'numberOfUploadRequests numberOfUploadFailures startedMaterialization completedMaterialization failedMaterialization',
  // KafkaSourceReaderMetrics
  'KafkaSourceReader_commitsSucceeded KafkaSourceReader_commitsFailed',
  // RocksDBNativeMetricMonitor tickers
  'rocksdb_block_cache_hit rocksdb_block_cache_miss rocksdb_bytes_read rocksdb_bytes_written rocksdb_iter_bytes_read',
  'rocksdb_compaction_read_bytes rocksdb_compaction_write_bytes rocksdb_stall_micros',
  'rocksdb_bloom_filter_useful rocksdb_bloom_filter_full_positive rocksdb_bloom_filter_full_true_positive',
  'forst_fileCache_hit forst_fileCache_miss forst_fileCache_lru_evict forst_fileCache_lru_loadback',
  // MetricUtils (Status)
  'JVM_CPU_Time JVM_GarbageCollector_All_Count JVM_GarbageCollector_All_Time',
  'JVM_ClassLoader_ClassesLoaded JVM_ClassLoader_ClassesUnloaded',
  // DefaultExecutionGraph, JobStatusMetrics
  'numRestarts fullRestarts numRescales deployingTimeTotal initializingTimeTotal createdTimeTotal',
  'allSubTasksRunningOrFinishedTimeTotal runningTimeTotal failingTimeTotal cancellingTimeTotal restartingTimeTotal',
]

const gauges = [
  'busyTimeMsPerSecond idleTimeMsPerSecond backPressuredTimeMsPerSecond softBackPressuredTimeMsPerSecond',
  'hardBackPressuredTimeMsPerSecond maxSoftBackPressureTimeMs maxHardBackPressureTimeMs isBackPressured',
  'changelogBusyTimeMsPerSecond mailboxMailsPerSecond mailboxLatencyMs mailboxQueueSize numFiredTimersPerSecond',
  'numRecordsInPerSecond numRecordsOutPerSecond numBytesInPerSecond numBytesOutPerSecond numBuffersOutPerSecond',
  'Shuffle_Netty_TotalMemorySegments Shuffle_Netty_AvailableMemorySegments Shuffle_Netty_UsedMemorySegments',
  'Shuffle_Netty_TotalMemory Shuffle_Netty_AvailableMemory Shuffle_Netty_UsedMemory Shuffle_Netty_RequestedMemoryUsage',
  'Shuffle_Netty_Input_Buffers_inputQueueLength Shuffle_Netty_Input_Buffers_inputQueueSize',
  'Shuffle_Netty_Input_Buffers_inPoolUsage Shuffle_Netty_Input_Buffers_inputFloatingBuffersUsage',
  'Shuffle_Netty_Input_Buffers_inputExclusiveBuffersUsage Shuffle_Netty_Output_Buffers_outputQueueLength',
  'Shuffle_Netty_Output_Buffers_outputQueueSize Shuffle_Netty_Output_Buffers_outPoolUsage',
  'Shuffle_Netty_Input_numBytesInLocalPerSecond Shuffle_Netty_Input_numBytesInRemotePerSecond',
  'Shuffle_Netty_Input_numBuffersInLocalPerSecond Shuffle_Netty_Input_numBuffersInRemotePerSecond',
  'Network_TotalMemorySegments Network_AvailableMemorySegments',
  'buffers_inputQueueLength buffers_inPoolUsage buffers_outputQueueLength buffers_outPoolUsage',
  'buffers_inputQueueSize buffers_outputQueueSize buffers_inputFloatingBuffersUsage buffers_inputExclusiveBuffersUsage',
  'numBytesInLocalPerSecond numBytesInRemotePerSecond numBuffersInLocalPerSecond numBuffersInRemotePerSecond',
  'estimatedTimeToConsumeBuffersMs debloatedBufferSize checkpointAlignmentTime checkpointStartDelayNanos',
  'numberOfInProgressCheckpoints lastCheckpointDuration lastCheckpointSize lastCheckpointFullSize',
  'lastCheckpointMetadataSize lastCheckpointProcessedData lastCheckpointPersistedData lastCompletedCheckpointId',
  'lastCheckpointCompletedTimestamp lastCheckpointRestoreTimestamp uploadQueueSize',
  'fileMerging_logicalFileCount fileMerging_logicalFileSize fileMerging_physicalFileCount fileMerging_physicalFileSize',
  'lastCheckpointExternalPath lastDurationOfMaterialization lastFullSizeOfMaterialization',
  'currentInputWatermark currentInput1Watermark currentInput2Watermark currentOutputWatermark watermarkLag',
  'currentFetchEventTimeLag currentEmitEventTimeLag sourceIdleTime watermarkAlignmentDrift',
  'pendingRecords pendingBytes currentSendTime pendingCommittables coordinator_enumerator_unassignedSplits',
  'latestLoadTime numCachedRecords numCachedBytes',
  'asyncStateProcessing_numInFlightRecords asyncStateProcessing_activeBufferSize',
  'asyncStateProcessing_blockingBufferSize asyncStateProcessing_numBlockingKeys',
  'KafkaSourceReader_topic_partition_currentOffset KafkaSourceReader_topic_partition_committedOffset',
  'KafkaProducer_bufferpool_wait_ratio KafkaProducer_batch_size_avg KafkaProducer_produce_throttle_time_avg',
  'rocksdb_num_immutable_mem_table rocksdb_mem_table_flush_pending rocksdb_compaction_pending',
  'rocksdb_background_errors rocksdb_cur_size_active_mem_table rocksdb_cur_size_all_mem_tables',
  'rocksdb_size_all_mem_tables rocksdb_num_entries_active_mem_table rocksdb_num_entries_imm_mem_tables',
  'rocksdb_num_deletes_active_mem_table rocksdb_num_deletes_imm_mem_tables rocksdb_estimate_num_keys',
  'rocksdb_estimate_table_readers_mem rocksdb_num_snapshots rocksdb_num_live_versions',
  'rocksdb_estimate_live_data_size rocksdb_total_sst_files_size rocksdb_live_sst_files_size',
  'rocksdb_estimate_pending_compaction_bytes rocksdb_num_running_compactions rocksdb_num_running_flushes',
  'rocksdb_actual_delayed_write_rate rocksdb_is_write_stopped rocksdb_block_cache_capacity',
  'rocksdb_block_cache_usage rocksdb_block_cache_pinned_usage forst_fileCache_usedBytes forst_fileCache_remainingBytes',
  'JVM_CPU_Load JVM_Memory_Heap_Used JVM_Memory_Heap_Committed JVM_Memory_Heap_Max JVM_Memory_NonHeap_Used',
  'JVM_Memory_NonHeap_Committed JVM_Memory_NonHeap_Max JVM_Memory_Metaspace_Used JVM_Memory_Metaspace_Committed',
  'JVM_Memory_Metaspace_Max JVM_Memory_Direct_Count JVM_Memory_Direct_MemoryUsed JVM_Memory_Direct_TotalCapacity',
  'JVM_Memory_Mapped_Count JVM_Memory_Mapped_MemoryUsed JVM_Memory_Mapped_TotalCapacity',
  'JVM_GarbageCollector_All_TimeMsPerSecond JVM_Threads_Count JVM_FileDescriptor_Open JVM_FileDescriptor_Max',
  'Flink_Memory_Managed_Used Flink_Memory_Managed_Total',
  'numRegisteredTaskManagers numPendingTaskManagers startWorkFailurePerSecond numRunningJobs taskSlotsAvailable',
  'taskSlotsTotal uptime downtime numSlowExecutionVertices numEffectiveSpeculativeExecutions',
  'initializingTime initializingState createdTime createdState runningTime runningState failingTime failingState',
  'allSubTasksRunningOrFinishedTime allSubTasksRunningOrFinishedState',
  'cancellingTime cancellingState restartingTime restartingState deployingTime deployingState',
]

const words = (lists: readonly string[]) => lists.flatMap((list) => list.split(' '))

/** Counters grow within one life of what they count; gauges go up and down. */
export type FlinkMetricType = 'counter' | 'gauge'

export const flinkMetrics: ReadonlyMap<string, FlinkMetricType> = new Map([
  ...words(gauges).map((name) => [name, 'gauge'] as const),
  ...words(counters).map((name) => [name, 'counter'] as const),
])

/** Longest first: `flink_taskmanager_job_task_operator_` is also `flink_taskmanager_job_task_…`. */
const scopes = [
  'flink_taskmanager_job_task_operator_',
  'flink_taskmanager_job_task_',
  'flink_taskmanager_job_',
  'flink_taskmanager_Status_',
  'flink_taskmanager_',
  'flink_jobmanager_job_operator_',
  'flink_jobmanager_job_',
  'flink_jobmanager_Status_',
  'flink_jobmanager_',
]

/** One collector's own numbers; the collectors differ from JVM to JVM. */
const COLLECTOR = /^JVM_GarbageCollector_\w+_(Count|TimeMsPerSecond|Time)$/
/** All of a Kafka client's own metrics: what is cumulative ends in "-total" (Kafka documentation, Monitoring). */
const KAFKA_CLIENT = /(?:^|_)Kafka(?:Consumer|Producer)_\w+$/
/** Whatever stands before the property: a column family or a store. */
const INFIX = /(?:^|_)((?:rocksdb|forst)_\w+)$/

/** The type of a metric by its Prometheus name; undefined when Flink's catalogue does not have it. */
export function flinkMetricType(name: string): FlinkMetricType | undefined {
  const scope = scopes.find((prefix) => name.startsWith(prefix))
  if (scope === undefined) return undefined
  const rest = name.slice(scope.length)
  const known = flinkMetrics.get(rest)
  if (known !== undefined) return known
  // A histogram prints how many values it ever saw.
  if (rest.endsWith('_count') && flinkMetrics.has(rest.slice(0, -'_count'.length))) return 'counter'
  const collector = COLLECTOR.exec(rest)?.[1]
  if (collector !== undefined) return collector === 'TimeMsPerSecond' ? 'gauge' : 'counter'
  if (KAFKA_CLIENT.test(rest)) return rest.endsWith('_total') ? 'counter' : 'gauge'
  const infix = INFIX.exec(rest)?.[1]
  return infix === undefined ? undefined : flinkMetrics.get(infix)
}
