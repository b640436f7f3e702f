-- What the rules said. Rows are written every round; the newest of a key counts.

CREATE TABLE IF NOT EXISTS scores (
  job LowCardinality(String),
  run LowCardinality(String),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  -- NULL where the verdict is unknown.
  value Nullable(Float64) CODEC(Delta(8), ZSTD(1)),
  verdict LowCardinality(String),
  coverage Float64 CODEC(Delta(8), ZSTD(1)),
  weights LowCardinality(String)
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (job, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- One row per finding and opening, replaced while it is open.
CREATE TABLE IF NOT EXISTS findings (
  job LowCardinality(String),
  key String,
  since DateTime64(3, 'UTC'),
  seenAt DateTime64(3, 'UTC'),
  resolvedAt Nullable(DateTime64(3, 'UTC')),
  rule LowCardinality(String),
  severity LowCardinality(String),
  cause Bool,
  points Float64,
  body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree(seenAt)
PARTITION BY toYYYYMM(since)
ORDER BY (job, key, since)
TTL toDateTime(since) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS advice (
  job LowCardinality(String),
  kind LowCardinality(String),
  target String,
  cause String,
  from Float64,
  to Float64,
  at DateTime64(3, 'UTC'),
  confidence Float64,
  body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree(at)
ORDER BY (job, kind, target, cause, from, to)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;

-- What the tracker of a job remembers, so that findings survive a restart of Weir.
CREATE TABLE IF NOT EXISTS trackers (
  job String,
  at DateTime64(3, 'UTC'),
  memory String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree(at)
ORDER BY job
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 1000;
