-- Any other number, by the names that its sender gave it. `owner` is the job (cluster/namespace/name) or the
-- cluster; `sid` is a hash of owner, metric and labels.
CREATE TABLE IF NOT EXISTS series (
  owner LowCardinality(String),
  metric LowCardinality(String),
  sid UInt64,
  type LowCardinality(String),
  labels Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  lastSeenAt DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(lastSeenAt)
ORDER BY (owner, metric, sid)
TTL toDateTime(lastSeenAt) + INTERVAL 14 DAY;

-- A value is m × 10^e where that is exact, which packs three times better than the double; e = 127 says that
-- m holds the bits of the double itself. The hour in the key keeps "the last fifteen minutes of everything"
-- together.
CREATE TABLE IF NOT EXISTS samples (
  owner LowCardinality(String),
  metric LowCardinality(String),
  sid UInt64 CODEC(Delta(8), ZSTD(1)),
  at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  m Int64 CODEC(Delta(8), T64('bit'), ZSTD(1)),
  e Int8 CODEC(ZSTD(1)),
  value Float64 ALIAS multiIf(e = 127, reinterpretAsFloat64(m), e < 0, m / exp10(-e), m * exp10(e))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(at)
ORDER BY (owner, toStartOfHour(at), metric, sid, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 1000;
