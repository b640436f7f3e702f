-- What became of advice that was followed: promise against outcome, judged once some minutes after the change.
CREATE TABLE IF NOT EXISTS follow_ups (
  job LowCardinality(String),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  kind LowCardinality(String),
  target String,
  appliedAt DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  outcome LowCardinality(String),
  body String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree(at)
ORDER BY (job, kind, target, appliedAt)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000;
