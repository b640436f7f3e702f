-- Lines of logs, for longer than the pods that wrote them. One row per event: a line with the stack trace that
-- belongs to it. (file, offset) names it for good, so that a repeat is harmless.
CREATE TABLE IF NOT EXISTS logs (
  -- The job (cluster/namespace/name); of a process that belongs to many jobs its cluster.
  owner LowCardinality(String),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  file LowCardinality(String),
  offset UInt64 CODEC(Delta(8), ZSTD(1)),
  bytes UInt32 CODEC(ZSTD(1)),
  pod LowCardinality(String),
  attempt UInt32,
  stream LowCardinality(String),
  timed LowCardinality(String),
  level LowCardinality(String),
  logger LowCardinality(String),
  thread LowCardinality(String),
  -- The message, and after `messageLength` characters and a line end the stack: one text, one index.
  body String CODEC(ZSTD(1)),
  messageLength UInt32 CODEC(ZSTD(1)),
  exception LowCardinality(String),
  rootCause LowCardinality(String),
  frame LowCardinality(String),
  template LowCardinality(String),
  signature LowCardinality(String),
  cutBytes UInt32 CODEC(ZSTD(1)),
  redacted UInt32 CODEC(ZSTD(1)),
  INDEX words body TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(body))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (owner, at, file, offset)
TTL toDateTime(at) + INTERVAL 14 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- Files and the lives of pods that wrote them, also those whose lines are long gone from their node. A row per
-- file and insert; what counts is the first, the last and the sum.
CREATE TABLE IF NOT EXISTS log_files (
  owner LowCardinality(String),
  file String,
  origin SimpleAggregateFunction(anyLast, String),
  firstAt SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  lastAt SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = AggregatingMergeTree
ORDER BY (owner, file)
TTL toDateTime(lastAt) + INTERVAL 14 DAY;

-- What lines look like when numbers and names are taken out, one per owner and template. First seen is an event.
CREATE TABLE IF NOT EXISTS log_patterns (
  owner LowCardinality(String),
  template String,
  example SimpleAggregateFunction(any, String),
  level SimpleAggregateFunction(any, String),
  logger SimpleAggregateFunction(any, String),
  signature SimpleAggregateFunction(any, String),
  firstAt SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  lastAt SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = AggregatingMergeTree
ORDER BY (owner, template)
TTL toDateTime(lastAt) + INTERVAL 90 DAY;

-- Lines per minute, template and level, computed anew from the lines of a window whenever it got some.
CREATE TABLE IF NOT EXISTS log_stats (
  owner LowCardinality(String),
  at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  template LowCardinality(String),
  level LowCardinality(String),
  pod LowCardinality(String),
  lines UInt64 CODEC(ZSTD(1)),
  computedAt DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(computedAt)
PARTITION BY toYYYYMM(at)
ORDER BY (owner, at, template, level, pod)
TTL at + INTERVAL 90 DAY;
