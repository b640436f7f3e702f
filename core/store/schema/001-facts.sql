-- What agents measured and heard. Absent metrics are NULL, never 0. Every table is keyed by the identity
-- of its row, so that a repeat is harmless, and remembers the tokens of its last inserts.

-- One row per subtask and sample. Ten minutes of one job lie together: rules and pages read those.
CREATE TABLE IF NOT EXISTS task_samples (
  job LowCardinality(String),
  run LowCardinality(String),
  vertex LowCardinality(String),
  subtask UInt32,
  attempt UInt32,
  via LowCardinality(String),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  busyMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  idleMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  backpressuredMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  recordsIn Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  recordsOut Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  bytesIn Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  bytesOut Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  mailsPerSecond Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  mailboxLatencyMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  inPoolUsage Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  outPoolUsage Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  watermarkAt Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  pendingRecords Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  sourceIdleMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  lagRecords Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  sourcePartitions Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  lateRecords Nullable(Float64) CODEC(Delta(8), ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (job, toStartOfTenMinutes(at), vertex, subtask, run, attempt, via, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- One row per JVM and sample; the JobManager's process is 'jobmanager'.
CREATE TABLE IF NOT EXISTS process_samples (
  cluster LowCardinality(String),
  process LowCardinality(String),
  via LowCardinality(String),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  up Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  scrapeMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  cpuMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  heapUsedBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  heapMaxBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  gcMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  gcCount Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  metaspaceUsedBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  directUsedBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  managedUsedBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  managedTotalBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  networkUsedBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  networkTotalBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  threads Nullable(Float64) CODEC(Delta(8), ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (cluster, toStartOfTenMinutes(at), process, via, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- One row per run and sample.
CREATE TABLE IF NOT EXISTS job_samples (
  job LowCardinality(String),
  run LowCardinality(String),
  via LowCardinality(String),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  tasksRunning Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  tasksTotal Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  restarts Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  rescales Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  checkpointsCompleted Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  checkpointsFailed Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  checkpointsInProgress Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  lastCheckpointMs Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  lastCheckpointBytes Nullable(Float64) CODEC(Delta(8), ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (job, toStartOfTenMinutes(at), run, via, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- What happened: runs, graphs, configurations, placements, checkpoints, exceptions of a job; TaskManagers
-- and reachability of a cluster (job is ''). `about` tells apart what one type may say at one moment: the
-- vertex, the checkpoint, the TaskManager. Granules are small because bodies are large and few are read.
CREATE TABLE IF NOT EXISTS events (
  cluster LowCardinality(String),
  job LowCardinality(String),
  type LowCardinality(String),
  run LowCardinality(String),
  about String,
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  -- When the run was submitted, epoch ms; 0 in events of other types.
  startedAt Int64 CODEC(ZSTD(1)),
  -- Nothing will ever be said of it again: a TaskManager that left.
  gone Bool,
  body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (cluster, job, type, run, about, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 512;
