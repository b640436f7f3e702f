-- Stretches of backpressure: where, how long, how bad. Replaced while they last; kept as long as findings.
CREATE TABLE IF NOT EXISTS episodes (
  job LowCardinality(String),
  vertex LowCardinality(String),
  role LowCardinality(String),
  startAt DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  seenAt DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  -- NULL while it lasts.
  endAt Nullable(DateTime64(3, 'UTC')),
  run LowCardinality(String),
  name LowCardinality(String),
  worst Float64,
  mean Float64,
  severity LowCardinality(String)
) ENGINE = ReplacingMergeTree(seenAt)
PARTITION BY toYYYYMM(startAt)
ORDER BY (job, vertex, role, startAt)
TTL toDateTime(startAt) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;
